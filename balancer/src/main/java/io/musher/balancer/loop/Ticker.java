package io.musher.balancer.loop;

/** A monotonic clock, injected so that tests can control time. */
@FunctionalInterface
public interface Ticker {

    /** {@return nanoseconds since an arbitrary moment; compare by subtraction only} */
    long nanos();

    /** {@return the monotonic clock of the system, {@link System#nanoTime}} */
    static Ticker system() {
        return System::nanoTime;
    }
}
