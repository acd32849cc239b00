package io.musher.balancer;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Brings clients to whom nothing is owed from targets that are withdrawn or dead to others. One per lane, without state of its own. */
final class Moving {

    private final Lane lane;
    private final boolean moves;

    Moving(Lane lane, boolean moves) {
        this.lane = lane;
        this.moves = moves;
    }

    /** Its target is withdrawn, or the lane leaves: it goes if nobody can tell. */
    void leave(Relay relay) throws IOException {
        boolean stays = relay.isUntouched() && (lane.isLeaving() || !lane.hasRoom());
        if (!moves || !relay.owesNothing() || relay.target.isReadEnded() || stays) {
            return;
        }
        if (lane.isLeaving()) {
            relay.close();
        } else {
            moveOn(relay, null);
        }
    }

    /** Its target has ended. {@return whether it lives on, as an {@link Orphan}; if nothing comes of that, {@code passEnd} runs} */
    boolean outlivesTarget(Relay relay, Runnable passEnd) throws IOException {
        if (!moves || lane.isLeaving() || !relay.owesNothing()) {
            return false;
        }
        if (relay.backend.isWithdrawn()) {
            moveOn(relay, null);
        } else {
            relay.detach();
            relay.park(new Orphan(relay, passEnd));
        }
        return true;
    }

    /** It leaves the target it had for good: for another if there is something to say, or a greeting to come; else it is parked. */
    void moveOn(Relay relay, ByteBuffer bytes) throws IOException {
        lane.total.moved.add(1);
        relay.tally.moved.add(1);
        relay.detach(); // after the count, which is complete when the target is drained
        if (bytes != null || relay.isUntouched()) {
            relay.route(bytes);
        } else {
            relay.park(new Parked(relay));
        }
    }
}
