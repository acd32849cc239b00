package io.musher.balancer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A count that one thread changes and any thread reads: an add is a plain load, add and store. */
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
