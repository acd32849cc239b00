package io.musher.balancer;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.LogThrottle;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.OperatorLog;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Backpressure budget: lists the endpoints of one event loop whose peers read too slowly, ordered by their last
 * progress.
 *
 * <p>When the memory for buffered bytes ({@code maxBufferedBytes}) is spent, the connection without progress for
 * longest is reset, so that a connection that stalls only for a moment finds room.
 */
final class StalledConnections {

    private static final OperatorLog OPERATOR = new OperatorLog(Balancer.class);

    private final String name;
    private final long maxBufferedBytes;
    private final EventLoop loop;
    private final BufferPool buffers;
    private final Counters total;
    private final BalancerListener listener;
    private final LogThrottle spent = new LogThrottle();
    private @Nullable Endpoint first;
    private @Nullable Endpoint last;

    StalledConnections(BalancerConfig config, EventLoop loop, BufferPool buffers, Counters total,
            BalancerListener listener) {
        this.name = config.name();
        this.maxBufferedBytes = config.maxBufferedBytes();
        this.loop = loop;
        this.buffers = buffers;
        this.total = total;
        this.listener = listener;
    }

    /** Buffers for an endpoint the bytes that its peer did not accept; resets the connection if there is no memory. */
    void hold(Endpoint end, ByteBuffer rest) throws IOException {
        ByteBuffer kept = buffers.isScratch(rest) ? keep() : rest;
        if (!end.relay.isOpen()) {
            buffers.release(kept); // this connection was reset to make room
        } else if (kept == null) {
            cut(end.relay);
        } else {
            append(end);
            end.hold(kept);
        }
    }

    /**
     * Keeps the scratch buffer's remaining bytes; resets stalled connections to make room.
     *
     * @return a buffer that the caller must release, null if there is no room and no stalled connection is left
     */
    private @Nullable ByteBuffer keep() {
        ByteBuffer kept;
        while ((kept = buffers.keep()) == null && first != null) {
            cut(first.relay);
        }
        return kept;
    }

    /**
     * Keeps the scratch buffer's remaining bytes for a connection; resets that connection and returns null without
     * room.
     */
    @Nullable
    ByteBuffer keepOrCut(Relay relay) {
        ByteBuffer kept = keep();
        if (kept == null) {
            cut(relay);
        }
        return kept;
    }

    /** Resets a connection because the memory is spent. */
    private void cut(Relay relay) {
        total.cutStalled.add(1);
        relay.reset();
        if (spent.isDue(loop.now())) {
            String why = "maxBufferedBytes (" + maxBufferedBytes
                    + ") is spent for connections whose peers do not read";
            OPERATOR.warn(
                    "{}: {}; the connections without progress for longest are reset (logged at most once in 10 s)",
                    name, why);
            listener.buffersSpent(why);
        }
    }

    /** Records that the peer accepted some bytes, though not all. */
    void progressed(Endpoint end) {
        if (end != last) {
            unlink(end);
            append(end);
        }
    }

    /** Releases the bytes kept for an endpoint, because they were written or it is closed. */
    void release(Endpoint end, ByteBuffer kept) {
        buffers.release(kept);
        unlink(end);
    }

    private void append(Endpoint end) {
        end.stalledBefore = last;
        if (last == null) {
            first = end;
        } else {
            last.stalledAfter = end;
        }
        last = end;
    }

    private void unlink(Endpoint end) {
        if (end.stalledBefore == null) {
            first = end.stalledAfter;
        } else {
            end.stalledBefore.stalledAfter = end.stalledAfter;
        }
        if (end.stalledAfter == null) {
            last = end.stalledBefore;
        } else {
            end.stalledAfter.stalledBefore = end.stalledBefore;
        }
        end.stalledBefore = null;
        end.stalledAfter = null;
    }
}
