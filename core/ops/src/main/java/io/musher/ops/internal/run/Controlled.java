package io.musher.ops.internal.run;

import io.musher.ops.internal.control.ControlException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What commands act on. All lists of ids may be empty, which means all. Thread-safe. */
interface Controlled {

    /** {@return the processes in the order of the file} */
    Collection<? extends ControlledProcess> processes();

    /** {@return whether everything is being stopped} */
    boolean isStopping();

    /** {@return what clients learn about the primary itself} */
    Map<String, Object> description();

    /** Starts what starts by itself. {@return completes when all is ready; fails at the first failure} */
    CompletableFuture<?> startAll();

    /** {@return the outcome of the start that came first, by itself, as that of {@link #startAll}} */
    CompletableFuture<?> firstStart();

    /** Stops everything for good. {@return completes when no process is left} */
    CompletableFuture<?> stopAll();

    /** Stops and starts processes, as they are configured now. */
    CompletableFuture<?> restart(List<String> ids) throws ControlException;

    /** Replaces workers, a few at a time, by what is configured now. {@return completes when that is done} */
    CompletableFuture<?> reload(List<String> ids) throws ControlException;
}
