package io.musher.balancer;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Moves idle client connections away from withdrawn or dead targets ({@code moveKeepAlive}), for draining without
 * broken keep-alive connections. One per event loop, stateless.
 */
final class ConnectionMigrator {

    private static final long MAX_PARKED = 60_000_000_000L;

    private final EventLoop loop;
    private final RelayList relays;
    private final Dialer dialer;
    private final Counters total;
    private final boolean enabled;

    ConnectionMigrator(EventLoop loop, RelayList relays, Dialer dialer, Counters total, boolean enabled) {
        this.loop = loop;
        this.relays = relays;
        this.dialer = dialer;
        this.total = total;
        this.enabled = enabled;
    }

    /**
     * Takes a client off a withdrawn target if the client cannot notice: between two requests, or before the first
     * byte. During a shutdown closes such a client instead, whatever its target.
     */
    void leaveIfWithdrawn(Relay relay) throws IOException {
        if (relay.backend().isWithdrawn() || relays.isShuttingDown()) {
            leaveTarget(relay);
        }
    }

    private void leaveTarget(Relay relay) throws IOException {
        boolean stays = relay.isUnused() && (relays.isShuttingDown() || !dialer.hasRoom());
        if (!enabled || !relay.isIdle() || relay.target().isReadEnded() || stays) {
            return;
        }
        if (relays.isShuttingDown()) {
            relay.close();
        } else {
            reroute(relay, null);
        }
    }

    /**
     * Keeps an idle client whose target has closed: reroutes it if the target is withdrawn, else waits in a
     * {@link TargetLostStage}, after which {@code passEnd} runs.
     *
     * @return whether the client is kept; if not, the caller forwards the close
     */
    boolean keepIdleClient(Relay relay, Runnable passEnd) throws IOException {
        if (!enabled || relays.isShuttingDown() || !relay.isIdle()) {
            return false;
        }
        if (relay.backend().isWithdrawn()) {
            reroute(relay, null);
        } else {
            relay.closeTarget();
            relay.park(new TargetLostStage(loop, this, passEnd));
        }
        return true;
    }

    /**
     * Detaches the client from its target. Routes it at once if it has sent bytes, or if no byte was forwarded before
     * (the server may speak first); else parks it until its next request, for 60 s.
     */
    void reroute(Relay relay, @Nullable ByteBuffer bytes) throws IOException {
        total.moved.add(1);
        relay.counters().moved.add(1);
        relay.closeTarget(); // after counting: the counters must be complete when the target is reported as drained
        if (bytes != null || relay.isUnused()) {
            relay.route(bytes);
        } else {
            relay.park(new NextBytesStage(loop, MAX_PARKED, relay::close));
        }
    }
}
