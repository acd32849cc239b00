package io.musher.internal.health;

import java.util.Optional;
import java.util.function.Consumer;

/** Performs one kind of health check (heartbeat, TCP connect or HTTP) on one worker. Control thread only. */
interface Check {

    /**
     * Starts one check. Calls {@code outcome} once, possibly before this method returns, unless the check is
     * {@linkplain #abandon abandoned} first.
     *
     * @param outcome receives an empty value if the worker passed, otherwise the reason for the miss
     */
    void begin(Consumer<Optional<String>> outcome);

    /** Cancels the check in progress, for instance after a timeout; does nothing if the check has completed. */
    void abandon();
}
