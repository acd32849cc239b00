package io.musher;

/** Represents an added listener; {@link #close} removes it. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {

    /**
     * Removes the listener. May be called from any thread and repeatedly. A call of the listener that is running is not
     * interrupted.
     */
    @Override
    void close();
}
