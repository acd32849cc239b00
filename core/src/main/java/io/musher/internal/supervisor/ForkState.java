package io.musher.internal.supervisor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether the process of one worker runs, and what waits for that: events and requests may arrive while the process is
 * being started. Control thread only, except {@link #process}.
 */
final class ForkState {

    private final List<Runnable> deferred = new ArrayList<>();
    private volatile Optional<StartedProcess> process = Optional.empty();

    /** Records that the process runs; {@link #runDeferred} is to follow. */
    void done(StartedProcess started) {
        process = Optional.of(started);
    }

    /** {@return the process; empty before the fork; may be called from any thread} */
    Optional<StartedProcess> process() {
        return process;
    }

    boolean isDone() {
        return process.isPresent();
    }

    /** Runs a task as soon as the process is known to run, possibly at once. */
    void whenDone(Runnable task) {
        if (isDone()) {
            task.run();
        } else {
            deferred.add(task);
        }
    }

    /** Runs what {@link #whenDone} has kept. */
    void runDeferred() {
        List<Runnable> tasks = List.copyOf(deferred);
        deferred.clear();
        tasks.forEach(Runnable::run);
    }

    /** Drops what {@link #whenDone} has kept: no process was started. */
    void clearDeferred() {
        deferred.clear();
    }
}
