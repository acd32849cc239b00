package io.musher.balancer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A counter that one thread writes and any thread reads, without an atomic read-modify-write. */
final class Counter {

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

    void set(long n) {
        VALUE.setOpaque(this, n);
    }

    long get() {
        return (long) VALUE.getOpaque(this);
    }
}
