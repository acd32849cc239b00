package io.musher.balancer;

import io.musher.balancer.loop.EventLoop;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Holds an idle client whose target has closed the connection between two requests, or before the first byte.
 *
 * <p>A target that was killed and is about to be withdrawn looks like one that closes an idle connection on purpose. So
 * the client is kept for 500 ms: if it sends data or the target is withdrawn, it is rerouted; otherwise the close is
 * forwarded.
 */
final class TargetLostStage extends NextBytesStage {

    private static final long GRACE_NANOS = 500_000_000;

    private final ConnectionMigrator migrator;

    TargetLostStage(EventLoop loop, ConnectionMigrator migrator, Runnable passEnd) {
        super(loop, GRACE_NANOS, passEnd);
        this.migrator = migrator;
    }

    @Override
    void received(Relay relay, ByteBuffer bytes) throws IOException {
        migrator.reroute(relay, bytes);
    }

    @Override
    public void leaveIfWithdrawn(Relay relay) throws IOException {
        if (relay.backend().isWithdrawn()) {
            abandon(relay);
            migrator.reroute(relay, null);
        }
    }
}
