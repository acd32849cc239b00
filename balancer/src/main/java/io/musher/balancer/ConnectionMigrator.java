package io.musher.balancer;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Moves idle client connections away from withdrawn or dead targets ({@code moveKeepAlive}), for draining without
 * broken keep-alive connections. One per event loop, stateless.
 */
final class ConnectionMigrator {

    private final LoopContext context;
    private final boolean enabled;

    ConnectionMigrator(LoopContext context, boolean moves) {
        this.context = context;
        this.enabled = moves;
    }

    /** Takes an idle client off its target: reroutes it after a withdrawal, closes it during a shutdown. */
    void leaveTarget(Relay relay) throws IOException {
        boolean stays = relay.isUntouched() && (context.isLeaving() || !context.hasRoom());
        if (!enabled || !relay.isIdle() || relay.target.isReadEnded() || stays) {
            return;
        }
        if (context.isLeaving()) {
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
    boolean detachFromTarget(Relay relay, Runnable passEnd) throws IOException {
        if (!enabled || context.isLeaving() || !relay.isIdle()) {
            return false;
        }
        if (relay.backend.isWithdrawn()) {
            reroute(relay, null);
        } else {
            relay.detach();
            relay.park(new TargetLostStage(relay, passEnd));
        }
        return true;
    }

    /**
     * Detaches the client from its target. Routes it at once if it has sent bytes, or if no byte was forwarded before
     * (the server may speak first); else parks it until its next request.
     */
    void reroute(Relay relay, ByteBuffer bytes) throws IOException {
        context.total.moved.add(1);
        relay.counters.moved.add(1);
        relay.detach(); // after counting: the counters must be complete when the target is reported as drained
        if (bytes != null || relay.isUntouched()) {
            relay.route(bytes);
        } else {
            relay.park(new IdleStage(relay));
        }
    }
}
