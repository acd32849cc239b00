package io.musher.balancer;

import io.musher.balancer.loop.Timers;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A client taken off a withdrawn target between two requests: its next bytes go to another, its silence has a deadline. */
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

    /** {@return the client's next bytes, null when there are none; a client that has ended, or for which nothing can be kept, is closed} */
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
        ByteBuffer bytes = relay.context.stalled.keep();
        if (bytes == null) {
            relay.context.stalled.cut(relay);
        }
        return bytes;
    }

    @Override
    public void abandon(Relay relay) {
        relay.context.loop.cancel(timer);
    }
}
