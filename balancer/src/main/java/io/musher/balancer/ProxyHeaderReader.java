package io.musher.balancer;

import io.musher.balancer.loop.Timers;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads the PROXY header a trusted proxy must begin with; exists only until that has come. */
final class ProxyHeaderReader implements RelayStage {

    private static final long DEADLINE = 5_000_000_000L;

    private final Timers.Timer timer;
    private ByteBuffer bytes;

    ProxyHeaderReader(Relay relay) {
        this.timer = relay.context.loop.schedule(DEADLINE,
                () -> relay.context.reject(relay, "no PROXY header within " + DEADLINE / 1_000_000_000 + " s"));
    }

    @Override
    public void readable(Relay relay) throws IOException {
        LoopContext context = relay.context;
        if (bytes == null) {
            bytes = context.buffers.block();
            if (bytes == null) {
                context.stalled.cut(relay);
                return;
            }
        }
        int n = relay.client.channel.read(bytes);
        try {
            ProxyHeader header = n < 0 ? null : ProxyHeader.parse(bytes);
            if (header != null) {
                context.loop.cancel(timer);
                byte[] forTarget = context.proxyOut == null ? null : header.passedOn(context.proxyOut, bytes);
                ByteBuffer rest = bytes.flip().position(header.length());
                bytes = null;
                if (!rest.hasRemaining()) {
                    context.buffers.release(rest);
                    rest = null;
                }
                relay.headerReceived(header.source(), forTarget, rest);
            } else if (n < 0) {
                relay.close();
            } else if (!bytes.hasRemaining()) {
                throw new ProxyHeader.BadHeader("no end of a PROXY header in " + bytes.capacity() + " bytes");
            }
        } catch (ProxyHeader.BadHeader e) {
            context.badHeader(relay, e.getMessage());
        }
    }

    @Override
    public void abandon(Relay relay) {
        relay.context.loop.cancel(timer);
        relay.context.buffers.release(bytes);
        bytes = null;
    }
}
