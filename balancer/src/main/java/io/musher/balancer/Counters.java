package io.musher.balancer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Statistics of one event loop, in total or for one target; the loop's thread writes, any thread reads. */
final class Counters {

    /** A counter that one thread writes and any thread reads, without an atomic read-modify-write. */
    static final class Counter {

        private static final VarHandle VALUE;

        static {
            try {
                VALUE = MethodHandles.lookup().findVarHandle(Counter.class, "value", long.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private long value;

        void add(long n) {
            VALUE.setOpaque(this, value + n);
        }

        long get() {
            return (long) VALUE.getOpaque(this);
        }
    }

    final Counter accepted = new Counter();
    final Counter ended = new Counter();
    final Counter bytesToTargets = new Counter();
    final Counter bytesToClients = new Counter();
    final Counter connectFailures = new Counter();
    final Counter retries = new Counter();
    final Counter rejected = new Counter();
    final Counter moved = new Counter();
    final Counter cut = new Counter();
    final Counter answers = new Counter();
    final Counter latencyNanos = new Counter();
    final Counter unanswered = new Counter();
    final Counter cutStalled = new Counter();

    /** Adds the values of other counters, as a sum of several loops or targets needs. */
    Counters add(Counters other) {
        ended.add(other.ended.get()); // before accepted, so that their difference is never negative
        accepted.add(other.accepted.get());
        bytesToTargets.add(other.bytesToTargets.get());
        bytesToClients.add(other.bytesToClients.get());
        connectFailures.add(other.connectFailures.get());
        retries.add(other.retries.get());
        rejected.add(other.rejected.get());
        moved.add(other.moved.get());
        cut.add(other.cut.get());
        answers.add(other.answers.get());
        latencyNanos.add(other.latencyNanos.get());
        unanswered.add(other.unanswered.get());
        cutStalled.add(other.cutStalled.get());
        return this;
    }
}
