package io.musher.balancer;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Timers;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Waits for the next bytes of a client without a target, for a limited time; then the relay is routed. Such a client
 * has sent nothing yet ({@code connectOnFirstByte}), or was taken off its target between two requests.
 */
class NextBytesStage implements RelayStage {

    private final EventLoop loop;
    private final Timers.Timer timer;

    /** Starts to wait; {@code late} runs when the time is over. */
    NextBytesStage(EventLoop loop, long nanos, Runnable late) {
        this.loop = loop;
        this.timer = loop.schedule(nanos, late);
    }

    @Override
    public final void readable(Relay relay) throws IOException {
        ByteBuffer bytes = relay.readKept();
        if (bytes != null) {
            abandon(relay);
            received(relay, bytes);
        }
    }

    /** Called with the client's bytes in a kept buffer, when this stage is over. */
    void received(Relay relay, ByteBuffer bytes) throws IOException {
        relay.route(bytes);
    }

    @Override
    public final void abandon(Relay relay) {
        loop.cancel(timer);
    }
}
