package io.musher.balancer;

import io.musher.balancer.loop.Timers;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads the PROXY header a trusted proxy must begin with; exists only until that has come. */
final class ProxyIntake implements Stage {

    private static final long DEADLINE = 5_000_000_000L;

    private final Timers.Timer timer;
    private ByteBuffer bytes;

    ProxyIntake(Relay relay) {
        this.timer = relay.lane.loop.schedule(DEADLINE,
                () -> relay.lane.reject(relay, "no PROXY header within " + DEADLINE / 1_000_000_000 + " s"));
    }

    @Override
    public void readable(Relay relay) throws IOException {
        Lane lane = relay.lane;
        if (bytes == null) {
            bytes = lane.buffers.block();
            if (bytes == null) {
                lane.stalled.cut(relay);
                return;
            }
        }
        int n = relay.client.channel.read(bytes);
        try {
            ProxyHeader header = n < 0 ? null : ProxyHeader.parse(bytes);
            if (header != null) {
                lane.loop.cancel(timer);
                byte[] forTarget = lane.proxyOut == null ? null : header.passedOn(lane.proxyOut, bytes);
                ByteBuffer rest = bytes.flip().position(header.length());
                bytes = null;
                if (!rest.hasRemaining()) {
                    lane.buffers.giveBack(rest);
                    rest = null;
                }
                relay.introduced(header.source(), forTarget, rest);
            } else if (n < 0) {
                relay.close();
            } else if (!bytes.hasRemaining()) {
                throw new ProxyHeader.BadHeader("no end of a PROXY header in " + bytes.capacity() + " bytes");
            }
        } catch (ProxyHeader.BadHeader e) {
            lane.badHeader(relay, e.getMessage());
        }
    }

    @Override
    public void abandon(Relay relay) {
        relay.lane.loop.cancel(timer);
        relay.lane.buffers.giveBack(bytes);
        bytes = null;
    }
}
