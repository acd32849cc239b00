package io.musher.internal.health;

import java.util.Optional;
import java.util.function.Consumer;

/** One way of asking a worker whether it works; on the control loop. */
interface Check {

    /**
     * Asks.
     *
     * @param outcome is told once, perhaps before this returns, unless it is {@link #abandon}ed first: empty for an answer, else why not
     */
    void begin(Consumer<Optional<String>> outcome);

    /** The answer is not waited for any more; harmless when there was one. */
    void abandon();
}
