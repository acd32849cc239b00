package io.musher.balancer.loop;

/** A monotonic clock; a parameter wherever time matters, so that tests can own it. */
@FunctionalInterface
public interface Ticker {

    /** {@return nanoseconds since some arbitrary moment; compare by subtraction only} */
    long nanos();

    /** {@return the machine's monotonic clock} */
    static Ticker system() {
        return System::nanoTime;
    }
}
