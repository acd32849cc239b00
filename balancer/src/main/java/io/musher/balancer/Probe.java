package io.musher.balancer;

import io.musher.balancer.internal.proxy.ProxyHeader;
import io.musher.balancer.loop.Connector;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.Timers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Objects;

/**
 * Health check by one TCP connect: tests whether a target accepts and, with a hold, whether it keeps the connection
 * open that long. Reports exactly one verdict, at the latest after the timeout and the hold for each of its addresses.
 */
final class Probe implements EventLoop.Handler {

    /** The result of a probe. */
    enum Outcome {
        /** The target accepted, and did not close the connection during the hold. */
        ACCEPTED,
        /** The target refused, or did not answer in time. */
        REFUSED,
        /** The target accepted, and closed the connection at once. */
        ENDED,
        /** The probe failed for a local reason (descriptors, ports); the state of the target is unknown. */
        RESOURCES_EXHAUSTED
    }

    /** Callback for the outcome, on the loop's thread. */
    interface Verdict {

        /**
         * Called once, when the probe has ended.
         *
         * @param failure what failed, or null when the target accepted
         * @param outcome the result
         */
        void result(@Nullable String failure, Outcome outcome);
    }

    private final EventLoop loop;
    private final Backend backend;
    private final long hold;
    private final Verdict verdict;
    private final long timeout;
    private final InetSocketAddress first;
    private InetSocketAddress address;
    private @Nullable SocketChannel channel; // connected, during the hold
    private @Nullable SelectionKey key;
    private @Nullable Timers.Timer timer;

    private Probe(EventLoop loop, Backend backend, long timeout, long hold, Verdict verdict) {
        this.loop = loop;
        this.timeout = timeout;
        this.first = Objects.requireNonNull(backend.address()); // not null: see start
        this.address = first;
        this.backend = backend;
        this.hold = hold;
        this.verdict = verdict;
    }

    /** Probes a target that has an address; tries several addresses until one accepts. */
    static void start(EventLoop loop, Backend backend, long timeoutNanos, long holdNanos, Verdict verdict) {
        new Probe(loop, backend, timeoutNanos, holdNanos, verdict).start();
    }

    private void start() {
        new Connector(loop) {
            @Override
            protected void connected(SocketChannel connected, @Nullable SelectionKey registered) throws IOException {
                if (backend.proxyProtocol != null) { // the target may log an error for a connection without a header
                    connected.write(ByteBuffer.wrap(ProxyHeader.withoutClient(backend.proxyProtocol)));
                }
                if (hold == 0) {
                    loop.discard(connected, registered);
                    verdict(null, Outcome.ACCEPTED);
                } else {
                    hold(connected);
                }
            }

            @Override
            protected void failed(Failure failure, Throwable cause) {
                verdict(text(cause),
                        failure == Failure.RESOURCES_EXHAUSTED ? Outcome.RESOURCES_EXHAUSTED
                                : isReset(cause.getMessage()) ? Outcome.ENDED : Outcome.REFUSED);
            }
        }.start(address, timeout);
    }

    private void hold(SocketChannel connected) throws IOException {
        channel = connected;
        key = loop.register(connected, SelectionKey.OP_READ, this);
        timer = loop.schedule(hold, () -> end(null, Outcome.ACCEPTED));
    }

    private SocketChannel channel() {
        return Objects.requireNonNull(channel); // not null: the hold has begun
    }

    /** Handles input from the target during the hold, or its close. */
    @Override
    public void ready(SelectionKey ready) throws IOException {
        boolean ended = channel().read(ByteBuffer.allocate(1)) < 0;
        end(ended ? "it closes connections at once" : null, ended ? Outcome.ENDED : Outcome.ACCEPTED);
    }

    @Override
    public void failed(Throwable failure) {
        end(text(failure), Outcome.ENDED);
    }

    /**
     * {@return whether a connect failed because the target accepted and reset the connection before the connect
     * completed}
     */
    static boolean isReset(@Nullable String failure) {
        return failure != null && failure.startsWith("Connection reset");
    }

    private static String text(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.toString() : message;
    }

    private void end(@Nullable String failure, Outcome outcome) {
        loop.cancel(timer);
        loop.discard(channel(), key);
        verdict(failure, outcome);
    }

    private void verdict(@Nullable String failure, Outcome outcome) {
        InetSocketAddress next = outcome == Outcome.REFUSED || outcome == Outcome.ENDED ? backend.next(address, first)
                : null;
        if (next == null) {
            verdict.result(failure, outcome);
        } else {
            address = next;
            start();
        }
    }
}
