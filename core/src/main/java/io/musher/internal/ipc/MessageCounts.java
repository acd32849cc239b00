package io.musher.internal.ipc;

import java.util.concurrent.atomic.LongAdder;

/** Counts the outcomes of messages over all channels of one process. Thread-safe. */
public final class MessageCounts {

    private final LongAdder delivered = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder lateReplies = new LongAdder();

    void delivered() {
        delivered.increment();
    }

    void refused() {
        refused.increment();
    }

    void lateReply() {
        lateReplies.increment();
    }

    /** {@return messages and requests passed to listeners} */
    public long allDelivered() {
        return delivered.sum();
    }

    /** {@return messages, requests and replies not sent because the channel had closed or the send window was full} */
    public long allRefused() {
        return refused.sum();
    }

    /** {@return replies without a pending request} */
    public long allLateReplies() {
        return lateReplies.sum();
    }
}
