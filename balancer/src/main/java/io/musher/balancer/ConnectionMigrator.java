package io.musher.balancer;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Brings clients to whom nothing is owed from targets that are withdrawn or dead to others. One per lane, without state of its own. */
final class ConnectionMigrator {

    private final LoopContext context;
    private final boolean enabled;

    ConnectionMigrator(LoopContext context, boolean moves) {
        this.context = context;
        this.enabled = moves;
    }

    /** Its target is withdrawn, or the lane leaves: it goes if nobody can tell. */
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

    /** Its target has ended. {@return whether it lives on, as an {@link TargetLostStage}; if nothing comes of that, {@code passEnd} runs} */
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

    /** It leaves the target it had for good: for another if there is something to say, or a greeting to come; else it is parked. */
    void reroute(Relay relay, ByteBuffer bytes) throws IOException {
        context.total.moved.add(1);
        relay.counters.moved.add(1);
        relay.detach(); // after the count, which is complete when the target is drained
        if (bytes != null || relay.isUntouched()) {
            relay.route(bytes);
        } else {
            relay.park(new IdleStage(relay));
        }
    }
}
