package io.musher.balancer;

import io.musher.balancer.loop.BindAdvice;
import io.musher.balancer.loop.Log;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;

/** Opens and closes the channel on which a balancer listens, unless it is the caller's. */
final class ListeningChannel {

    private static final Log LOG = Log.of(Balancer.class);

    private ListeningChannel() {}

    /**
     * Binds the configured address, or takes the channel that the caller has bound.
     *
     * @throws UncheckedIOException if that fails; the message says why and what to do
     */
    static ServerSocketChannel open(BalancerConfig config) {
        InetSocketAddress wanted = config.address();
        ServerSocketChannel channel = null;
        try {
            if (config.listeningChannel().isPresent()) {
                ServerSocketChannel given = config.listeningChannel().get();
                given.configureBlocking(false);
                return given;
            }
            boolean v4 = config.host().isPresent() && wanted.getAddress() instanceof Inet4Address;
            channel = v4 ? ServerSocketChannel.open(StandardProtocolFamily.INET) : ServerSocketChannel.open();
            channel.configureBlocking(false);
            return channel.bind(wanted, config.backlog());
        } catch (IOException | RuntimeException e) {
            if (channel != null) {
                closeQuietly(channel);
            }
            IOException cause = e instanceof IOException io ? io : new IOException(e.toString(), e);
            throw new UncheckedIOException(
                    config.name() + ": cannot listen on " + Balancer.text(wanted) + ": " + cause.getMessage()
                            + "; " + BindAdvice.of(wanted.getPort(), cause),
                    cause);
        }
    }

    /** Closes the channel after a failed start. */
    static void release(BalancerConfig config, ServerSocketChannel channel) {
        if (config.listeningChannel().isEmpty()) {
            closeQuietly(channel);
        }
    }

    private static void closeQuietly(ServerSocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.trace("close failed", e);
        }
    }
}
