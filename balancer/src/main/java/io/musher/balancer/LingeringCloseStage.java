package io.musher.balancer;

import io.musher.balancer.loop.Timers;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Lingering close: waits until a client that was sent its last answer closes its side, and discards what it still
 * sends. Closing a connection with unread input resets it and loses what the kernel has not delivered yet.
 *
 * <p>A silent client is closed after 5 s, any client after 30 s or 1 MiB.
 */
final class LingeringCloseStage implements RelayStage {

    private static final long SILENCE = 5_000_000_000L;
    private static final long AT_MOST = 30_000_000_000L;
    private static final int MOST_BYTES = 1 << 20;

    private final long begun;
    private Timers.Timer timer;
    private int bytes;

    LingeringCloseStage(Relay relay) {
        this.begun = relay.context.loop.now();
        this.timer = relay.context.loop.schedule(SILENCE, relay::close);
    }

    @Override
    public void readable(Relay relay) throws IOException {
        LoopContext context = relay.context;
        ByteBuffer scratch = context.buffers.scratch();
        int n = relay.client.channel.read(scratch);
        bytes += Math.max(0, n);
        if (n < 0 || bytes > MOST_BYTES) {
            relay.close();
        } else if (n > 0) {
            context.loop.cancel(timer);
            timer = context.loop.schedule(Math.max(0, Math.min(SILENCE, begun + AT_MOST - context.loop.now())),
                    relay::close);
        }
    }

    @Override
    public void abandon(Relay relay) {
        relay.context.loop.cancel(timer);
    }
}
