package io.musher.balancer;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import java.io.IOException;
import java.util.List;

/**
 * Checks all connections of an event loop periodically: cuts those past a timeout ({@code idleTimeout},
 * {@code halfCloseTimeout}, {@code firstByteTimeout}), and enables TCP keep-alive on those open for some seconds, so
 * that short connections do not pay for it.
 *
 * <p>Checks slices of connections, so that very many of them do not block the loop; does not run while there are none.
 */
final class TimeoutSweeper {

    private static final long KEEP_ALIVE_PAUSE = 15_000_000_000L;
    private static final long SLICE_PAUSE = 1_000_000;
    private static final int SLICE = 512;
    private static final int ENABLED_IN_A_SLICE = 64;

    private final EventLoop loop;
    private final RelayList relays;
    private final long idle;
    private final long halfClose;
    private final long firstByte;
    private final long pause;
    private boolean scheduled;
    private long keepAliveAt;
    private boolean keepAliveDue;
    private List<Relay> connections = List.of();
    private int next;

    TimeoutSweeper(EventLoop loop, RelayList relays, BalancerConfig config) {
        this.loop = loop;
        this.relays = relays;
        this.idle = config.idleTimeout().toNanos();
        this.halfClose = config.halfCloseTimeout().toNanos();
        this.firstByte = config.firstByteTimeout().toNanos();
        long least = KEEP_ALIVE_PAUSE;
        for (long timeout : new long[]{idle, halfClose, firstByte}) {
            least = timeout > 0 ? Math.min(least, timeout / 4) : least;
        }
        this.pause = least;
    }

    /** Schedules the periodic check if none is scheduled; called for every accepted connection. */
    void begin() {
        if (!scheduled) {
            scheduled = true;
            keepAliveAt = loop.now() + KEEP_ALIVE_PAUSE;
            loop.schedule(pause, this::start);
        }
    }

    private void start() {
        connections = relays.copy();
        next = 0;
        keepAliveDue = loop.now() - keepAliveAt >= 0;
        slice();
    }

    private void slice() {
        int enabled = 0;
        for (int end = Math.min(connections.size(), next + SLICE); next < end && enabled < ENABLED_IN_A_SLICE; next++) {
            Relay relay = connections.get(next);
            try {
                enabled += keepAliveDue ? enableKeepAlive(relay.client) + enableKeepAlive(relay.target) : 0;
                check(relay);
            } catch (IOException | RuntimeException e) {
                relay.failed(e);
            }
        }
        if (next < connections.size()) {
            loop.schedule(SLICE_PAUSE, this::slice);
            return;
        }
        connections = List.of();
        keepAliveAt = keepAliveDue ? loop.now() + KEEP_ALIVE_PAUSE : keepAliveAt;
        scheduled = !relays.isEmpty();
        if (scheduled) {
            loop.schedule(pause, this::start);
        }
    }

    private static int enableKeepAlive(@Nullable Endpoint end) throws IOException {
        return end != null && end.enableTcpKeepAlive() ? 1 : 0;
    }

    private void check(Relay relay) {
        if (!relay.isOpen()) {
            return;
        }
        long silence = loop.now() - relay.lastActivity;
        if (idle > 0 && silence >= idle || halfClose > 0 && silence >= halfClose && relay.isHalfClosed()) {
            relay.cut();
        } else if (firstByte > 0 && !relay.clientSpoke && loop.now() - relay.acceptedAt >= firstByte) {
            relay.cut();
        }
    }
}
