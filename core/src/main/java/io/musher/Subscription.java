package io.musher;

/** What {@code on(…)} gives back: closing it ends the listening. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {

    /** Ends the listening; idempotent, from any thread. A call that runs at this moment still ends. */
    @Override
    void close();
}
