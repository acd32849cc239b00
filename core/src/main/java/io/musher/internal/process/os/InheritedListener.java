package io.musher.internal.process.os;

import io.musher.balancer.loop.BlockingMode;
import io.musher.balancer.loop.Nullable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listening socket that this process was started with as descriptor 0, for the cluster that has claimed it. Its
 * channel is never closed: the JDK would make standard input, output and error {@code /dev/null}. Thread-safe.
 */
public final class InheritedListener implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.Cluster");

    private static final String ADVICE = "; start this process with a TCP socket that listens as its standard input:"
            + " by systemd with ListenStream=PORT in the .socket unit, and StandardInput=socket,"
            + " StandardOutput=journal and StandardError=journal in the .service unit; by a shell that has the socket"
            + " as descriptor 3 with java … <&3; or by a program that listens (Python:"
            + " subprocess.Popen([\"java\", …], stdin=listener))";

    /** The channel is one for the whole JVM, so one cluster uses it at a time; null while none does. */
    private static @Nullable InheritedListener claimed;

    private final String cluster;
    private final ServerSocketChannel channel;
    private final InetSocketAddress address;

    private InheritedListener(String cluster, ServerSocketChannel channel, InetSocketAddress address) {
        this.cluster = cluster;
        this.channel = channel;
        this.address = address;
    }

    /**
     * Claims the listener until {@link #close}.
     *
     * @param cluster the name of the cluster
     * @param commonPort the port that it must have; empty or 0 for any
     * @throws IOException if there is none, it has another port, or another cluster has claimed it; the message says
     *     what to do
     */
    public static synchronized InheritedListener claim(String cluster, OptionalInt commonPort) throws IOException {
        InheritedListener listener = find(cluster);
        int port = listener.address.getPort();
        if (commonPort.orElse(0) != 0 && commonPort.getAsInt() != port) {
            throw new IOException(cluster + ": commonPort " + commonPort.getAsInt() + " and inheritListener(): the"
                    + " inherited socket listens on port " + port + "; leave commonPort out, or have the parent of"
                    + " this process listen on port " + commonPort.getAsInt());
        }
        InheritedListener other = claimed;
        if (other != null) {
            throw new IOException(cluster + ": inheritListener(): cluster " + other.cluster
                    + " of this JVM accepts from"
                    + " the inherited socket on port " + port + " already; stop that one first, or give this one a"
                    + " commonPort");
        }
        makeNonBlocking(listener.channel);
        claimed = listener;
        warnIfItIsTheOutput(cluster);
        return listener;
    }

    private static InheritedListener find(String cluster) throws IOException {
        Channel inherited;
        try {
            inherited = System.inheritedChannel();
        } catch (IOException | RuntimeException e) {
            throw new IOException(cluster + ": inheritListener(): descriptor 0 of this process cannot be used: "
                    + e.getMessage() + ADVICE, e);
        }
        if (inherited instanceof ServerSocketChannel channel && channel.isOpen()
                && channel.getLocalAddress() instanceof InetSocketAddress address) {
            return new InheritedListener(cluster, channel, address);
        }
        throw new IOException(cluster + ": inheritListener(): descriptor 0 of this process is "
                + describe(inherited, target(0)) + ", not a listening TCP socket" + ADVICE);
    }

    /** {@return what descriptor 0 is} */
    static String describe(@Nullable Channel inherited, Optional<String> target) throws IOException {
        if (inherited != null && !inherited.isOpen()) {
            return "a channel that this program has closed";
        } else if (inherited instanceof ServerSocketChannel listener) {
            return listener.getLocalAddress() == null ? "a socket that is not bound"
                    : "a Unix domain socket (" + listener.getLocalAddress() + ")";
        } else if (inherited instanceof SocketChannel connection) {
            return "a socket that is connected" + (connection.getRemoteAddress() instanceof InetSocketAddress peer
                    ? " to " + peer.getAddress().getHostAddress() + ", port " + peer.getPort() + " (with Accept=yes?)"
                    : "");
        } else if (inherited instanceof DatagramChannel) {
            return "a datagram socket";
        }
        return target.map(InheritedListener::kind).orElse("no socket");
    }

    private static String kind(String target) {
        if (target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console")) {
            return "a terminal (" + target + ")";
        } else if (target.startsWith("pipe:")) {
            return "a pipe";
        } else if (target.startsWith("socket:")) {
            return "a socket of another kind";
        }
        return target.equals("/dev/null") ? target : "the file " + target;
    }

    /** {@return what a descriptor of this process refers to, as Linux says} */
    private static Optional<String> target(int descriptor) {
        try {
            return Optional
                    .of(Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(descriptor))).toString());
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /**
     * Makes the socket non-blocking. That is a property of the socket, not of the channel: if another process has
     * changed it since the channel was used last, the channel does not know.
     */
    private static void makeNonBlocking(ServerSocketChannel channel) throws IOException {
        try (BlockingMode mode = new BlockingMode(0)) {
            if (mode.isBlocking()) {
                channel.configureBlocking(true);
            }
        }
        channel.configureBlocking(false);
    }

    /** The default of systemd for a service with {@code StandardInput=socket}. */
    private static void warnIfItIsTheOutput(String cluster) {
        Optional<String> input = target(0);
        if (input.isPresent() && (input.equals(target(1)) || input.equals(target(2)))) {
            LOG.warn("{}: standard output or error is the inherited listening socket, so what is printed there is lost;"
                    + " with systemd set StandardOutput=journal and StandardError=journal", cluster);
        }
    }

    /** {@return the channel, non-blocking; must not be closed} */
    public ServerSocketChannel channel() {
        return channel;
    }

    /** {@return where it listens} */
    public InetSocketAddress address() {
        return address;
    }

    /** Gives up the claim: the next cluster of this JVM may use the listener, which stays open. */
    @Override
    public void close() {
        synchronized (InheritedListener.class) {
            if (claimed == this) {
                claimed = null;
            }
        }
    }
}
