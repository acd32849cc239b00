package io.musher.balancer;

import io.musher.balancer.loop.Timers;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A client that gets a target when it has sent something: {@code connectOnFirstByte}. One that stays silent is closed. */
final class FirstByte implements Stage {

    private final Timers.Timer timer;

    FirstByte(Relay relay, long nanos) {
        this.timer = relay.lane.loop.schedule(nanos,
                () -> relay.lane.reject(relay, "no byte within " + nanos / 1_000_000 + " ms (connectOnFirstByte)"));
    }

    @Override
    public void readable(Relay relay) throws IOException {
        ByteBuffer bytes = Parked.read(relay);
        if (bytes != null) {
            abandon(relay);
            relay.route(bytes);
        }
    }

    @Override
    public void abandon(Relay relay) {
        relay.lane.loop.cancel(timer);
    }
}
