package io.musher;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Something that happened in a cluster; heard with {@link Cluster#on}.
 *
 * <p>For one worker: {@code Forked → Online → Listening* → Ready → … → Disconnected → Exited}, the last two exactly once each, in that
 * order, whatever the reason. While listeners take their time, at most 32 changes of one worker between {@code Ready} and {@code NotReady}
 * wait for them, and as many {@code Listening}: of more, a change and its opposite are left out, and the oldest port. Records may get more components in later versions: read them by their accessors.
 */
public sealed interface ClusterEvent {

    /** {@return when it happened} */
    Instant at();

    /** {@return why, in a few words} */
    String cause();

    /**
     * A worker's process runs.
     *
     * @param worker who
     * @param at when
     * @param cause why it was started
     */
    record Forked(Worker worker, Instant at, String cause) implements ClusterEvent { }

    /**
     * A worker's program runs: it said hello, or, without a channel, was started.
     *
     * @param worker who
     * @param at when
     * @param cause how that is known
     */
    record Online(Worker worker, Instant at, String cause) implements ClusterEvent { }

    /**
     * A worker listens.
     *
     * @param worker who
     * @param at when
     * @param cause how that is known
     * @param port where
     */
    record Listening(Worker worker, Instant at, String cause, int port) implements ClusterEvent { }

    /**
     * A worker gets traffic.
     *
     * @param worker who
     * @param at when
     * @param cause how that is known
     */
    record Ready(Worker worker, Instant at, String cause) implements ClusterEvent { }

    /**
     * A worker gets no traffic for a while.
     *
     * @param worker who
     * @param at when
     * @param cause why
     */
    record NotReady(Worker worker, Instant at, String cause) implements ClusterEvent { }

    /**
     * A worker's channel is closed, or, without one, its process has ended.
     *
     * @param worker who
     * @param at when
     * @param cause why
     */
    record Disconnected(Worker worker, Instant at, String cause) implements ClusterEvent { }

    /**
     * A worker's process has ended and was reaped.
     *
     * @param worker who
     * @param at when
     * @param cause why, as text
     * @param exit how
     * @param threadDump where its threads were when it was found to hang, if that could be learnt
     */
    record Exited(Worker worker, Instant at, String cause, Exit exit, Optional<String> threadDump) implements ClusterEvent { }

    /**
     * The restart policy replaces a worker.
     *
     * @param worker the last one of the slot
     * @param at when
     * @param cause why
     * @param delay until its replacement is started
     */
    record Restarting(Worker worker, Instant at, String cause, Duration delay) implements ClusterEvent { }

    /**
     * The restart policy has given a slot up; {@link Worker#restart} of this handle, {@link Cluster#scale} or a rollout revives it.
     *
     * @param worker the last one of the slot
     * @param at when
     * @param cause why
     */
    record GaveUp(Worker worker, Instant at, String cause) implements ClusterEvent { }

    /**
     * {@link Cluster#scale} has reached its target.
     *
     * @param at when
     * @param cause why
     * @param from instances wanted before
     * @param to instances wanted now
     */
    record Scaled(Instant at, String cause, int from, int to) implements ClusterEvent { }

    /**
     * A {@link Cluster#reload} or {@link Cluster#deploy} begins.
     *
     * @param at when
     * @param cause what was called
     */
    record RolloutStarted(Instant at, String cause) implements ClusterEvent { }

    /**
     * A {@link Cluster#reload} or {@link Cluster#deploy} has ended.
     *
     * @param at when
     * @param cause what was called
     * @param rollout how
     */
    record RolloutFinished(Instant at, String cause, Rollout rollout) implements ClusterEvent { }

    /**
     * The cluster has stopped: no process is left. The last event there is.
     *
     * @param at when
     * @param cause why
     */
    record Stopped(Instant at, String cause) implements ClusterEvent { }
}
