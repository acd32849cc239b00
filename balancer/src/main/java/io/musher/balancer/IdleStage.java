package io.musher.balancer;

import io.musher.balancer.loop.Timers;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Holds a client that was taken off its target between two requests: its next bytes go to another target. Closed after
 * 60 s.
 */
final class IdleStage implements RelayStage {

    private static final long MAX_READ = 60_000_000_000L;

    private final Timers.Timer timer;

    IdleStage(Relay relay) {
        this.timer = relay.context.loop.schedule(MAX_READ, relay::close);
    }

    @Override
    public void readable(Relay relay) throws IOException {
        ByteBuffer bytes = read(relay);
        if (bytes != null) {
            abandon(relay);
            relay.route(bytes);
        }
    }

    /**
     * Reads the client's next bytes; closes a client that has closed its side, resets one whose bytes cannot be kept.
     *
     * @return the bytes in a kept buffer, or null if there are none
     */
    static ByteBuffer read(Relay relay) throws IOException {
        ByteBuffer scratch = relay.context.buffers.smallScratch();
        int n = relay.client.channel.read(scratch);
        if (n < 0) {
            relay.close();
        }
        if (n <= 0) {
            return null;
        }
        scratch.flip();
        return relay.context.stalled.keepOrCut(relay);
    }

    @Override
    public void abandon(Relay relay) {
        relay.context.loop.cancel(timer);
    }
}
