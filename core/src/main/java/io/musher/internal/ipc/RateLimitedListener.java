package io.musher.internal.ipc;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.Timers;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits the rate at which a worker's readiness and port reports reach a {@link ChannelListener}: a burst of 100, then
 * about 20 a second. Reports in between are dropped, but the latest one is always delivered, and before any other event
 * that the worker sends after it. Loop thread only.
 */
final class RateLimitedListener implements ChannelListener {

    static final int AT_ONCE = 100;

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.Cluster");
    private static final long PACE_NANOS = 50_000_000;

    private final EventLoop loop;
    private final String worker;
    private final ChannelListener listener;
    private final Map<String, Runnable> latestReports = new LinkedHashMap<>(); // by kind
    private @Nullable Timers.Timer timer;
    private int left = AT_ONCE;
    private long filledAt = System.nanoTime();
    private boolean warned;

    RateLimitedListener(EventLoop loop, String worker, ChannelListener listener) {
        this.loop = loop;
        this.worker = worker;
        this.listener = listener;
    }

    private void limitRate(String kind, Runnable report) {
        long now = loop.now();
        long more = Math.max(0, (now - filledAt) / PACE_NANOS);
        if (more > 0) {
            left = (int) Math.min(AT_ONCE, left + more);
            filledAt = now;
        }
        if (left > 0 && latestReports.isEmpty()) {
            left--;
            report.run();
            return;
        }
        latestReports.remove(kind);
        latestReports.put(kind, report);
        if (timer == null) {
            timer = loop.schedule(PACE_NANOS, this::catchUp);
        }
        if (!warned) {
            warned = true;
            LOG.warn(
                    "{}: reports readiness or its port more than {} times a second: reports in between are dropped"
                            + " (logged once)",
                    worker, 1_000_000_000 / PACE_NANOS);
        }
    }

    private void catchUp() {
        loop.cancel(timer);
        timer = null;
        left = 0;
        List<Runnable> reports = List.copyOf(latestReports.values());
        latestReports.clear();
        reports.forEach(Runnable::run);
    }

    private ChannelListener caughtUp() {
        if (!latestReports.isEmpty()) {
            catchUp();
        }
        return listener;
    }

    @Override
    public void ready() {
        limitRate("readiness", listener::ready);
    }

    @Override
    public void notReady() {
        limitRate("readiness", listener::notReady);
    }

    @Override
    public void listening(InetSocketAddress address) {
        limitRate("port", () -> listener.listening(address));
    }

    @Override
    public void hello(long pid) {
        listener.hello(pid);
    }

    @Override
    public void heartbeatAnswered(long number) {
        listener.heartbeatAnswered(number);
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
