package io.musher.balancer;

import io.musher.balancer.internal.proxy.ProxyHeader;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.Timers;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads the PROXY header with which a connection from a trusted proxy must begin; rejects the client after 5 s without
 * it.
 */
final class ProxyHeaderReader implements RelayStage {

    private static final long DEADLINE = 5_000_000_000L;

    private final LoopContext context;
    private final Timers.Timer timer;
    private @Nullable ByteBuffer bytes;

    ProxyHeaderReader(LoopContext context, Relay relay) {
        this.context = context;
        this.timer = context.loop.schedule(DEADLINE,
                () -> relay.reject("no PROXY header within " + DEADLINE / 1_000_000_000 + " s"));
    }

    @Override
    public void readable(Relay relay) throws IOException {
        ByteBuffer in = bytes == null ? context.buffers.smallScratch() : bytes;
        int n = relay.client.channel.read(in);
        try {
            ProxyHeader header = n < 0 ? null : ProxyHeader.parse(in);
            if (header != null) {
                context.loop.cancel(timer);
                byte[] forTarget = context.proxyProtocol == null ? null : header.forTarget(context.proxyProtocol, in);
                ByteBuffer rest = rest(relay, in.flip().position(header.length()));
                if (relay.state() == Relay.State.AWAITING_INPUT) {
                    relay.headerReceived(header.source(), forTarget, rest);
                }
            } else if (n < 0) {
                relay.close();
            } else if (!in.hasRemaining()) {
                throw new ProxyHeader.BadHeader("no end of a PROXY header in " + in.limit() + " bytes");
            } else if (bytes == null && n > 0) {
                keepFirst(relay, in);
            }
        } catch (ProxyHeader.BadHeader e) {
            context.badHeader(relay, String.valueOf(e.getMessage()));
        }
    }

    /** {@return the bytes after the header, null if there are none; resets a connection whose bytes cannot be kept} */
    private @Nullable ByteBuffer rest(Relay relay, ByteBuffer rest) {
        if (!rest.hasRemaining()) {
            abandon(relay);
            return null;
        }
        if (bytes == null) {
            return context.stalled.keepOrCut(relay);
        }
        bytes = null;
        return rest;
    }

    /** Keeps the first part of a header that arrives in parts. */
    private void keepFirst(Relay relay, ByteBuffer scratch) {
        int room = scratch.limit();
        scratch.flip();
        bytes = context.stalled.keepOrCut(relay);
        if (bytes != null) {
            bytes.position(bytes.limit()).limit(room);
        }
    }

    @Override
    public void abandon(Relay relay) {
        context.loop.cancel(timer);
        context.buffers.release(bytes);
        bytes = null;
    }
}
