package io.musher.internal.ipc;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.Timers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tracks requests until their replies arrive, by sequence number, with a timeout each.
 *
 * <p>Every request ends exactly once: by its reply, its timeout, or {@link #close}. A later reply is dropped and
 * counted. {@link #request} may be called from any thread; all else is for the loop thread only.
 */
final class PendingRequests {

    private static final class PendingRequest {
        final int peer;
        final Mailbox.ReplyHandler handler;
        @Nullable
        Timers.Timer deadline; // null until the loop has taken the request

        PendingRequest(int peer, Mailbox.ReplyHandler handler) {
            this.peer = peer;
            this.handler = handler;
        }
    }

    private final EventLoop loop;
    private final Map<Integer, PendingRequest> open = new ConcurrentHashMap<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final MessageCounts counts;
    private volatile boolean closed;

    PendingRequests(EventLoop loop, MessageCounts counts) {
        this.loop = loop;
        this.counts = counts;
    }

    /**
     * Sends a request.
     *
     * @param frame complete but for its sequence number
     * @return whether the request was accepted; if not, the handler is never called
     */
    boolean request(Sender sender, ByteBuffer frame, int peer, Duration timeout, Mailbox.ReplyHandler handler) {
        PendingRequest request = new PendingRequest(peer, handler);
        int number;
        do {
            number = numbers.incrementAndGet();
        } while (open.putIfAbsent(number, request) != null);
        FrameHeader.putSequence(frame, number);
        if (!sender.send(frame)) {
            open.remove(number);
            return false;
        }
        int sent = number;
        return loop.tryExecute(() -> await(sent, request, timeout)) || open.remove(number) == null;
    }

    private void await(int number, PendingRequest request, Duration timeout) {
        if (open.get(number) != request) {
            return; // has its reply already
        }
        if (closed) {
            open.remove(number);
            request.handler.gone();
            return;
        }
        request.deadline = loop.schedule(nanos(timeout), () -> {
            open.remove(number);
            request.handler.timedOut();
        });
    }

    /**
     * Completes the request that a reply belongs to.
     *
     * @return whether the reply was passed to the handler, which acknowledges it; false if the caller has to
     *     acknowledge it
     */
    boolean complete(MessageFrame reply) {
        PendingRequest request = open.get(reply.sequence());
        if (request == null || request.peer != reply.peer()) {
            counts.lateReply();
            return false;
        }
        open.remove(reply.sequence());
        loop.cancel(request.deadline);
        if (reply.type() == FrameType.PEER_GONE) {
            request.handler.gone();
            return false;
        }
        request.handler.replied(reply);
        return true;
    }

    /** Ends all pending requests as gone, because the channel has closed. */
    void close() {
        closed = true;
        for (Integer number : List.copyOf(open.keySet())) {
            PendingRequest request = open.remove(number);
            if (request != null) {
                loop.cancel(request.deadline);
                request.handler.gone();
            }
        }
    }

    private static long nanos(Duration timeout) {
        try {
            return Math.max(0, timeout.toNanos());
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }
}
