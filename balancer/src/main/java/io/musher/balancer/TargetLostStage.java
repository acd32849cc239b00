package io.musher.balancer;

import io.musher.balancer.loop.Timers;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Holds an idle client whose target has closed the connection between two requests, or before the first byte.
 *
 * <p>A target that was killed and is about to be withdrawn looks like one that closes an idle connection on purpose. So
 * the client is kept for 500 ms: if it sends data or the target is withdrawn, it is rerouted; otherwise the close is
 * forwarded.
 */
final class TargetLostStage implements RelayStage {

    private static final long GRACE_NANOS = 500_000_000;

    private final Timers.Timer timer;

    TargetLostStage(Relay relay, Runnable passEnd) {
        this.timer = relay.context.loop.schedule(GRACE_NANOS, passEnd);
    }

    @Override
    public void readable(Relay relay) throws IOException {
        ByteBuffer bytes = IdleStage.read(relay);
        if (bytes != null) {
            abandon(relay);
            relay.context.migrator.reroute(relay, bytes);
        }
    }

    @Override
    public void leaveIfWithdrawn(Relay relay) throws IOException {
        if (relay.backend.isWithdrawn()) {
            abandon(relay);
            relay.context.migrator.reroute(relay, null);
        }
    }

    @Override
    public void abandon(Relay relay) {
        relay.context.loop.cancel(timer);
    }
}
