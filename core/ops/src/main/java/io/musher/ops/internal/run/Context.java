package io.musher.ops.internal.run;

import io.musher.ops.internal.control.EventLog;
import io.musher.ops.internal.control.LogMemory;
import io.musher.ops.internal.file.ProcessSpec;
import io.musher.ops.internal.file.WatcherSpec;
import io.musher.ops.internal.log.WorkerLog;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What the processes of one primary share.
 *
 * @param events receives what happens
 * @param memory receives output
 * @param timer runs what has a schedule
 * @param logs makes the log of a process, as its file entry says
 * @param watcher which changes of files count, and when
 * @param countsAsChange whether a changed file is not one of Musher's own
 * @param removedJvmArgs flags of this JVM that are its own and not for workers
 * @param changed called when a process may have ended for good; must not block
 */
record Context(EventLog events, LogMemory memory, CronTimer timer,
        Function<ProcessSpec, WorkerLog> logs, WatcherSpec watcher, Predicate<Path> countsAsChange,
        List<String> removedJvmArgs, Runnable changed) {}
