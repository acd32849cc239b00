package io.musher.internal.ipc;

import java.util.concurrent.atomic.LongAdder;

/** What became of messages, counted over all channels of one side. For any thread. */
public final class MessageCounts {

    private final LongAdder delivered = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder unwanted = new LongAdder();

    void delivered() {
        delivered.increment();
    }

    void refused() {
        refused.increment();
    }

    void unwanted() {
        unwanted.increment();
    }

    /** {@return messages and requests that listeners were given} */
    public long allDelivered() {
        return delivered.sum();
    }

    /** {@return messages and requests that were not sent, because the channel had closed or too much waited} */
    public long allRefused() {
        return refused.sum();
    }

    /** {@return answers that nobody waited for (any more)} */
    public long allUnwanted() {
        return unwanted.sum();
    }
}
