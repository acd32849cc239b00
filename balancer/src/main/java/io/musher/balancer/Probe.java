package io.musher.balancer;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Timers;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/**
 * One TCP connect to see whether a target accepts, and with a hold whether it keeps the connection for so long; ends with exactly
 * one verdict, at the latest after the timeout and the hold.
 */
final class Probe implements EventLoop.Handler {

    /** What became of it. */
    enum Outcome {
        /** The target accepted, and did not end the connection while it was held. */
        ACCEPTED,
        /** It refused, or did not answer in time. */
        REFUSED,
        /** It accepted, and ended the connection at once. */
        ENDED,
        /** The trouble is our own (descriptors, ports), which says nothing of the target. */
        LOCAL_TROUBLE
    }

    /** Hears the outcome on the loop's thread. */
    interface Verdict {

        /**
         * The probe ended.
         *
         * @param failure what was the matter, or null when the target accepted
         * @param outcome what became of it
         */
        void result(String failure, Outcome outcome);
    }

    private final EventLoop loop;
    private final Backend backend;
    private final long hold;
    private final Verdict verdict;
    private final long timeout;
    private final InetSocketAddress first;
    private InetSocketAddress address;
    private SocketChannel channel;
    private SelectionKey key;
    private Timers.Timer timer;
    private boolean held;

    private Probe(EventLoop loop, Backend backend, long timeout, long hold, Verdict verdict) {
        this.loop = loop;
        this.timeout = timeout;
        this.first = backend.address();
        this.address = first;
        this.backend = backend;
        this.hold = hold;
        this.verdict = verdict;
    }

    /** Probes a target that has an address; if it has several, until one accepts. */
    static void start(EventLoop loop, Backend backend, long timeoutNanos, long holdNanos, Verdict verdict) {
        new Probe(loop, backend, timeoutNanos, holdNanos, verdict).start();
    }

    private void start() {
        key = null;
        timer = null;
        held = false;
        try {
            channel = SocketChannel.open(Backend.family(address));
        } catch (IOException e) {
            verdict.result(e.getMessage(), Outcome.LOCAL_TROUBLE);
            return;
        } catch (RuntimeException e) { // an IPv6 target where there is no IPv6
            verdict(e.toString(), Outcome.REFUSED);
            return;
        }
        try {
            channel.configureBlocking(false);
            if (channel.connect(address) || channel.finishConnect()) {
                connected();
                return;
            }
            key = loop.register(channel, SelectionKey.OP_CONNECT, this);
            timer = loop.schedule(timeout, () -> end("no answer within " + timeout / 1_000_000 + " ms", Outcome.REFUSED));
        } catch (IOException | RuntimeException e) {
            failed(e);
        }
    }

    private void connected() throws IOException {
        Backend.rejectSelfConnect(channel);
        if (backend.proxyProtocol != null) { // or the target would complain of a connection without a header
            channel.write(ByteBuffer.wrap(ProxyHeader.ofOurOwn(backend.proxyProtocol)));
        }
        if (hold == 0) {
            end(null, Outcome.ACCEPTED);
            return;
        }
        held = true;
        loop.cancel(timer);
        timer = loop.schedule(hold, () -> end(null, Outcome.ACCEPTED));
        if (key == null) {
            key = loop.register(channel, SelectionKey.OP_READ, this);
        } else {
            key.interestOps(SelectionKey.OP_READ);
        }
    }

    @Override
    public void ready(SelectionKey ready) throws IOException {
        if (held) {
            boolean ended = channel.read(ByteBuffer.allocate(1)) < 0;
            end(ended ? "it ends connections at once" : null, ended ? Outcome.ENDED : Outcome.ACCEPTED);
        } else if (channel.finishConnect()) {
            connected();
        }
    }

    @Override
    public void failed(Throwable failure) {
        boolean local = failure instanceof BindException;
        end(failure.getMessage(), local ? Outcome.LOCAL_TROUBLE : held || isReset(failure.getMessage()) ? Outcome.ENDED : Outcome.REFUSED);
    }

    /** {@return whether a connect failed because the target accepted, and reset the connection before the connect was complete here} */
    static boolean isReset(String failure) {
        return failure != null && failure.startsWith("Connection reset");
    }

    private void end(String failure, Outcome outcome) {
        loop.cancel(timer);
        loop.discard(channel, key);
        verdict(failure, outcome);
    }

    private void verdict(String failure, Outcome outcome) {
        InetSocketAddress next = outcome == Outcome.REFUSED || outcome == Outcome.ENDED ? backend.next(address, first) : null;
        if (next == null) {
            verdict.result(failure, outcome);
        } else {
            address = next;
            start();
        }
    }
}
