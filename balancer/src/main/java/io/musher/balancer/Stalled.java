package io.musher.balancer;

import io.musher.balancer.loop.OperatorLog;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The ends of one lane whose peers do not take what is kept for them, in the order of their last progress.
 *
 * <p>When the memory for them is spent, the one without progress for longest is ended, so that a connection that stalls for a moment
 * finds room. All others are as before.
 */
final class Stalled {

    private static final OperatorLog OPERATOR = new OperatorLog(Balancer.class);

    private final LoopContext context;
    private final Buffers buffers;
    private final BalancerListener listener;
    private final LogThrottle spent = new LogThrottle();
    private Endpoint first;
    private Endpoint last;

    Stalled(LoopContext context, BalancerListener listener) {
        this.context = context;
        this.buffers = context.buffers;
        this.listener = listener;
    }

    /** Keeps for an end what its peer did not take; a connection for which nothing can be kept is ended. */
    void hold(Endpoint end, ByteBuffer rest) throws IOException {
        ByteBuffer kept = buffers.isScratch(rest) ? keep() : rest;
        if (!end.relay.isOpen()) {
            buffers.release(kept); // it was the one to be ended
        } else if (kept == null) {
            cut(end.relay);
        } else {
            append(end);
            end.hold(kept);
            context.buffered();
        }
    }

    /** {@return the scratch's remaining bytes, kept, if need be at the cost of others; null when no connection is left to be ended} */
    ByteBuffer keep() {
        ByteBuffer kept;
        while ((kept = buffers.keep()) == null && first != null) {
            cut(first.relay);
        }
        context.buffered();
        return kept;
    }

    /** Ends a connection for want of memory. */
    void cut(Relay relay) {
        context.total.cutStalled.add(1);
        relay.reset();
        if (spent.isDue(context.loop.now())) {
            String why = "maxBufferedBytes (" + context.maxBufferedBytes + ") is spent for connections whose peers do not read";
            OPERATOR.warn("{}: {}; those stalled for longest are ended (said once in 10 s)", context.name, why);
            listener.buffersSpent(why);
        }
    }

    /** Its peer took something, though not all. */
    void progressed(Endpoint end) {
        if (end != last) {
            unlink(end);
            append(end);
        }
    }

    /** Its peer took all, or it has ended. */
    void remove(Endpoint end) {
        unlink(end);
        context.buffered();
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
