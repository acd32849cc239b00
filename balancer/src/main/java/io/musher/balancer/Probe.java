package io.musher.balancer;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Timers;
import java.io.IOException;
import java.net.BindException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** One TCP connect to see whether a target accepts; ends with exactly one verdict, at the latest after the timeout. */
final class Probe implements EventLoop.Handler {

    /** Hears the outcome on the loop's thread. */
    interface Verdict {

        /**
         * The probe ended.
         *
         * @param failure what was the matter, or null when the target accepted
         * @param local whether the trouble is our own (descriptors, ports), which says nothing of the target
         */
        void of(String failure, boolean local);
    }

    private final EventLoop loop;
    private final Backend backend;
    private final Verdict verdict;
    private SocketChannel channel;
    private SelectionKey key;
    private Timers.Timer timer;

    private Probe(EventLoop loop, Backend backend, Verdict verdict) {
        this.loop = loop;
        this.backend = backend;
        this.verdict = verdict;
    }

    static void start(EventLoop loop, Backend backend, long timeoutNanos, Verdict verdict) {
        new Probe(loop, backend, verdict).start(timeoutNanos);
    }

    private void start(long timeoutNanos) {
        try {
            channel = SocketChannel.open(backend.family);
        } catch (IOException e) {
            verdict.of(e.getMessage(), true);
            return;
        } catch (RuntimeException e) { // an IPv6 target where there is no IPv6
            verdict.of(e.toString(), false);
            return;
        }
        try {
            channel.configureBlocking(false);
            if (channel.connect(backend.address) || channel.finishConnect()) {
                backend.refuseItself(channel);
                end(null, false);
                return;
            }
            key = loop.register(channel, SelectionKey.OP_CONNECT, this);
            timer = loop.schedule(timeoutNanos, () -> end("no answer within " + timeoutNanos / 1_000_000 + " ms", false));
        } catch (IOException | RuntimeException e) {
            failed(e);
        }
    }

    @Override
    public void ready(SelectionKey ready) throws IOException {
        if (channel.finishConnect()) {
            backend.refuseItself(channel);
            end(null, false);
        }
    }

    @Override
    public void failed(Throwable failure) {
        end(failure.getMessage(), failure instanceof BindException);
    }

    private void end(String failure, boolean local) {
        loop.cancel(timer);
        loop.discard(channel, key);
        verdict.of(failure, local);
    }
}
