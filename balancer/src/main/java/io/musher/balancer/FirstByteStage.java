package io.musher.balancer;

import io.musher.balancer.loop.Timers;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Waits for the first byte of a client before a target is connected ({@code connectOnFirstByte}); rejects a silent
 * client.
 */
final class FirstByteStage implements RelayStage {

    private final Timers.Timer timer;

    FirstByteStage(Relay relay, long nanos) {
        this.timer = relay.context.loop.schedule(nanos,
                () -> relay.context.reject(relay, "no byte within " + nanos / 1_000_000 + " ms (connectOnFirstByte)"));
    }

    @Override
    public void readable(Relay relay) throws IOException {
        ByteBuffer bytes = IdleStage.read(relay);
        if (bytes != null) {
            abandon(relay);
            relay.route(bytes);
        }
    }

    @Override
    public void abandon(Relay relay) {
        relay.context.loop.cancel(timer);
    }
}
