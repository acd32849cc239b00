package io.musher.balancer.loop;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/**
 * Makes one TCP connect on an event loop, without blocking and with a deadline. Used on the loop's thread only.
 *
 * <p>{@link #start} reports exactly one outcome, {@link #connected} or {@link #failed(Failure, Throwable)}, unless
 * {@link #cancel} comes first. On the loopback interface most connects complete at once; then the outcome is reported
 * before {@code start} returns, without a registration or a timer. A caller that must not even allocate a connector in
 * that case uses {@link #open} and {@link #connectAtOnce}, and {@link #await} only for a connect in progress.
 *
 * <p>A connect to this machine that does not complete at once has met a full queue of connections. It is begun anew
 * after 100 ms, then ever more rarely, at the latest after 800 ms: the kernel, too, would try again, but after a second
 * and for all such connects at once, and then reports more of them as connected than the queue has taken, whose bytes
 * the listener drops for as long as its queue is full.
 *
 * <p>A socket that is connected to itself counts as refused: when no process listens on a port of the ephemeral range,
 * Linux may assign that port to the connecting socket.
 */
public abstract class Connector implements EventLoop.Handler {

    /** Why a connect failed. */
    public enum Failure {
        /** The peer refused or reset the connection, or cannot be reached. */
        REFUSED,
        /** The peer did not answer before the deadline. */
        TIMED_OUT,
        /** This process lacks descriptors, local ports or memory; says nothing about the peer. */
        RESOURCES_EXHAUSTED
    }

    /** Timeout of a connect without a deadline of its own. */
    public static final long NO_TIMEOUT = Long.MAX_VALUE;

    private static final long FIRST_PAUSE = 100_000_000;
    private static final long LONGEST_PAUSE = 800_000_000;

    private final EventLoop loop;
    private long timeoutNanos;
    /** When the timeout began to run. */
    private long begun;
    private long pause;
    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey key;
    private @Nullable Timers.Timer timer;

    /**
     * Creates an idle connector for one connect.
     *
     * @param loop the loop whose thread makes the connect
     */
    protected Connector(EventLoop loop) {
        this.loop = loop;
    }

    /**
     * Opens a non-blocking channel of an address's protocol family.
     *
     * @param address the address that the channel will be connected to
     * @return the channel
     * @throws IOException if no socket can be opened (usually: out of file descriptors)
     */
    public static SocketChannel open(InetSocketAddress address) throws IOException {
        SocketChannel channel = SocketChannel.open(address.getAddress() instanceof Inet4Address
                ? StandardProtocolFamily.INET
                : StandardProtocolFamily.INET6);
        channel.configureBlocking(false);
        return channel;
    }

    /**
     * Begins to connect a channel.
     *
     * @param channel a channel of {@link #open}
     * @param address the peer
     * @return true if the channel is connected; false if the connect is in progress, see {@link #await}
     * @throws IOException if the connect failed; the caller closes the channel
     */
    public static boolean connectAtOnce(SocketChannel channel, InetSocketAddress address) throws IOException {
        // on the loopback interface the connect is usually complete by the second call
        if (!channel.connect(address) && !channel.finishConnect()) {
            return false;
        }
        rejectSelfConnect(channel);
        return true;
    }

    /**
     * {@return the kind of a failure thrown by {@link #connectAtOnce}}
     *
     * @param failure the exception
     */
    public static Failure kind(Throwable failure) {
        return failure instanceof BindException || failure instanceof Error ? Failure.RESOURCES_EXHAUSTED
                : failure instanceof SocketTimeoutException ? Failure.TIMED_OUT : Failure.REFUSED;
    }

    /**
     * Connects to an address; reports every outcome by a callback, possibly before this method returns.
     *
     * @param address the peer
     * @param timeoutNanos the longest time to wait, or {@link #NO_TIMEOUT}
     */
    public final void start(InetSocketAddress address, long timeoutNanos) {
        limit(timeoutNanos);
        begin(address);
    }

    private void limit(long nanos) {
        timeoutNanos = nanos;
        begun = loop.now();
        pause = FIRST_PAUSE;
    }

    private void begin(InetSocketAddress address) {
        try {
            channel = open(address);
        } catch (IOException e) {
            failed(Failure.RESOURCES_EXHAUSTED, e);
            return;
        } catch (RuntimeException e) { // an IPv6 address on a system without IPv6
            failed(e);
            return;
        }
        try {
            if (connectAtOnce(channel, address)) {
                connected(channel, null);
            } else {
                await(channel, address);
            }
        } catch (IOException | RuntimeException e) {
            failed(e);
        }
    }

    /**
     * Waits for a connect in progress.
     *
     * @param connecting a channel for which {@link #connectAtOnce} returned false
     * @param address the peer
     * @param timeoutNanos the longest time to wait, or {@link #NO_TIMEOUT}
     * @throws IOException if the channel is closed
     */
    protected final void await(SocketChannel connecting, InetSocketAddress address, long timeoutNanos)
            throws IOException {
        limit(timeoutNanos);
        await(connecting, address);
    }

    private void await(SocketChannel connecting, InetSocketAddress address) throws IOException {
        channel = connecting;
        SelectionKey registered = loop.register(connecting, SelectionKey.OP_CONNECT, this);
        key = registered;
        long left = timeoutNanos == NO_TIMEOUT ? NO_TIMEOUT : Math.max(0, timeoutNanos - (loop.now() - begun));
        if (address.getAddress().isLoopbackAddress() && pause < left) {
            timer = loop.schedule(pause, () -> beginAnew(registered, address));
            pause = Math.min(LONGEST_PAUSE, pause * 2);
        } else if (timeoutNanos != NO_TIMEOUT) {
            timer = loop.schedule(left,
                    () -> failed(new SocketTimeoutException("no answer within " + timeoutNanos / 1_000_000 + " ms")));
        }
    }

    private void beginAnew(SelectionKey registered, InetSocketAddress address) {
        try {
            if (((SocketChannel) registered.channel()).finishConnect()) { // the loop was too busy to see it
                ready(registered);
                return;
            }
        } catch (IOException | RuntimeException e) {
            failed(e);
            return;
        }
        cancel();
        key = null;
        begin(address);
    }

    /** Cancels a connect in progress and closes its channel; must not be called after the outcome. */
    public final void cancel() {
        loop.cancel(timer);
        if (channel != null) {
            loop.discard(channel, key);
        }
    }

    /**
     * Called when the channel is connected; the channel belongs to this method from now on.
     *
     * @param connected the channel
     * @param registered the channel's key, with this connector attached and an interest in connects; null if the
     *     channel is not registered
     * @throws IOException reported as a failure of the connect, as is any other exception; closes the channel
     */
    protected abstract void connected(SocketChannel connected, @Nullable SelectionKey registered) throws IOException;

    /**
     * Called when the connect failed, after the channel was closed.
     *
     * @param failure what failed
     * @param cause the exception
     */
    protected abstract void failed(Failure failure, Throwable cause);

    @Override
    public final void ready(SelectionKey ready) throws IOException {
        SocketChannel connecting = (SocketChannel) ready.channel();
        if (connecting.finishConnect()) {
            rejectSelfConnect(connecting);
            loop.cancel(timer);
            connected(connecting, ready);
        }
    }

    @Override
    public final void failed(Throwable failure) {
        cancel();
        failed(kind(failure), failure);
    }

    private static void rejectSelfConnect(SocketChannel channel) throws IOException {
        if (channel.getRemoteAddress().equals(channel.getLocalAddress())) {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0); // frees the port at once for the peer's listener
            throw new ConnectException("Connection refused");
        }
    }
}
