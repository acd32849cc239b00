package io.musher.balancer;

import io.musher.balancer.loop.EventLoop;
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

    private static final long MAX_SILENCE = 5_000_000_000L;
    private static final long MAX_TIME = 30_000_000_000L;
    private static final int MAX_BYTES = 1 << 20;

    private final EventLoop loop;
    private final BufferPool buffers;
    private final long begun;
    private Timers.Timer timer;
    private int bytes;

    LingeringCloseStage(Relay relay, BufferPool buffers) {
        this.loop = relay.loop();
        this.buffers = buffers;
        this.begun = loop.now();
        this.timer = loop.schedule(MAX_SILENCE, relay::close);
    }

    @Override
    public void readable(Relay relay) throws IOException {
        ByteBuffer scratch = buffers.scratch();
        int n = relay.client.channel.read(scratch);
        bytes += Math.max(0, n);
        if (n < 0 || bytes > MAX_BYTES) {
            relay.close();
        } else if (n > 0) {
            loop.cancel(timer);
            timer = loop.schedule(Math.max(0, Math.min(MAX_SILENCE, begun + MAX_TIME - loop.now())),
                    relay::close);
        }
    }

    @Override
    public void abandon(Relay relay) {
        loop.cancel(timer);
    }
}
