package io.musher.internal.ipc;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Timers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before a channel's listener: a worker that says again and again whether it is ready, or where it listens, is heard some twenty times
 * a second, after a hundred times that are heard at once. What is said between is left out, the last word is always heard, and before anything
 * else that the worker says after it. One thread.
 */
final class PacedListener implements ChannelListener {

    static final int AT_ONCE = 100;

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.Cluster");
    private static final long PACE_NANOS = 50_000_000;

    private final EventLoop loop;
    private final String worker;
    private final ChannelListener listener;
    private final Map<String, Runnable> later = new LinkedHashMap<>(); // by kind, in the order they were said last
    private Timers.Timer timer;
    private int left = AT_ONCE;
    private long filledAt = System.nanoTime();
    private boolean warned;

    PacedListener(EventLoop loop, String worker, ChannelListener listener) {
        this.loop = loop;
        this.worker = worker;
        this.listener = listener;
    }

    private void paced(String kind, Runnable word) {
        long now = loop.now();
        long more = Math.max(0, (now - filledAt) / PACE_NANOS);
        if (more > 0) {
            left = (int) Math.min(AT_ONCE, left + more);
            filledAt = now;
        }
        if (left > 0 && later.isEmpty()) {
            left--;
            word.run();
            return;
        }
        later.remove(kind);
        later.put(kind, word);
        if (timer == null) {
            timer = loop.schedule(PACE_NANOS, this::catchUp);
        }
        if (!warned) {
            warned = true;
            LOG.warn("{}: says more than {} times a second that it is ready, not ready or where it listens: what it says between is left out"
                    + " (said once)", worker, 1_000_000_000 / PACE_NANOS);
        }
    }

    private void catchUp() {
        loop.cancel(timer);
        timer = null;
        left = 0;
        List<Runnable> words = List.copyOf(later.values());
        later.clear();
        words.forEach(Runnable::run);
    }

    private ChannelListener caughtUp() {
        if (!later.isEmpty()) {
            catchUp();
        }
        return listener;
    }

    @Override
    public void ready() {
        paced("readiness", listener::ready);
    }

    @Override
    public void notReady() {
        paced("readiness", listener::notReady);
    }

    @Override
    public void listening(int port) {
        paced("port", () -> listener.listening(port));
    }

    @Override
    public void hello(long pid) {
        listener.hello(pid);
    }

    @Override
    public void alive(long number) {
        listener.alive(number);
    }

    @Override
    public void disconnectRequested() {
        caughtUp().disconnectRequested();
    }

    @Override
    public void stopRequested() {
        caughtUp().stopRequested();
    }

    @Override
    public void drainHooks() {
        caughtUp().drainHooks();
    }

    @Override
    public void drainHooksDone() {
        caughtUp().drainHooksDone();
    }

    @Override
    public void mainReturned() {
        caughtUp().mainReturned();
    }

    @Override
    public void goodbye() {
        caughtUp().goodbye();
    }

    @Override
    public void lost(String why) {
        caughtUp().lost(why);
    }
}
