package io.musher.internal.ipc;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Timers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Requests that wait for their answers, found again by their number.
 *
 * <p>{@link #ask} may be called from any thread, all else belongs to the loop's. Every request ends exactly once: by its answer, its
 * deadline, or {@link #close}. An answer that comes later is dropped and counted.
 */
final class PendingRequests {

    private static final class PendingRequest {
        final int peer;
        final Mailbox.ReplyHandler asker;
        Timers.Timer deadline;

        PendingRequest(int peer, Mailbox.ReplyHandler asker) {
            this.peer = peer;
            this.asker = asker;
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
     * @param frame with room for the number
     * @return whether it is on its way; if not, the asker hears nothing
     */
    boolean ask(Sender sender, ByteBuffer frame, int peer, Duration timeout, Mailbox.ReplyHandler asker) {
        PendingRequest question = new PendingRequest(peer, asker);
        int number;
        do {
            number = numbers.incrementAndGet();
        } while (open.putIfAbsent(number, question) != null);
        frame.putInt(5, number);
        if (!sender.send(frame)) {
            open.remove(number);
            return false;
        }
        int sent = number;
        try {
            loop.execute(() -> await(sent, question, timeout));
        } catch (RejectedExecutionException e) {
            return open.remove(number) == null;
        }
        return true;
    }

    private void await(int number, PendingRequest question, Duration timeout) {
        if (open.get(number) != question) {
            return; // answered already
        }
        if (closed) {
            open.remove(number);
            question.asker.gone();
            return;
        }
        question.deadline = loop.schedule(nanos(timeout), () -> {
            open.remove(number);
            question.asker.timedOut();
        });
    }

    /** An answer has come. {@return whether its asker has it; else it is dealt with} */
    boolean answered(MessageFrame answer) {
        PendingRequest question = open.get(answer.sequence());
        if (question == null || question.peer != answer.peer()) {
            counts.unwanted();
            return false;
        }
        open.remove(answer.sequence());
        loop.cancel(question.deadline);
        if (answer.type() == FrameType.GONE) {
            question.asker.gone();
            return false;
        }
        question.asker.answered(answer);
        return true;
    }

    /** No answer will come any more. */
    void close() {
        closed = true;
        for (Integer number : List.copyOf(open.keySet())) {
            PendingRequest question = open.remove(number);
            if (question != null) {
                loop.cancel(question.deadline);
                question.asker.gone();
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
