package io.musher.balancer;

import io.musher.balancer.loop.Timers;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A client whose target has ended while neither owed the other anything: between two requests, or before a single byte.
 *
 * <p>A target that was killed, and is about to be withdrawn, looks like one that ends this connection on purpose. So the end is
 * passed on a little later, unless the client speaks or the target is withdrawn by then: both lead to another target.
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
