package io.musher;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Reports a change in a cluster to listeners added by {@link Cluster#on} or {@link ClusterBuilder#on}.
 *
 * <p>The events of one worker are {@code Forked → Online → Listening* → Ready → … → Disconnected → Exited}; the last
 * two are published exactly once each, in this order, for every worker that was forked. While a slow listener holds up
 * the events thread, at most 32 {@code Ready} and {@code NotReady} events of one worker are queued, and as many
 * {@code Listening} events; beyond that, a change and its opposite cancel out, and the oldest {@code Listening} event
 * is dropped.
 */
public sealed interface ClusterEvent {

    /** {@return when the event happened} */
    Instant at();

    /** {@return the reason for the event, in a few words} */
    String reason();

    /** The common part of the events that concern one worker. */
    sealed interface WorkerEvent extends ClusterEvent {

        /** {@return the worker} */
        Worker worker();
    }

    /**
     * A worker's process was started.
     *
     * @param worker the worker
     * @param at when it happened
     * @param reason why the process was started
     * @param recycling if the {@link RecyclePolicy} has it started in the place of another worker, why, as in
     *     {@code has had 1000 connections}; else empty
     */
    record Forked(Worker worker, Instant at, String reason, Optional<String> recycling) implements WorkerEvent {}

    /**
     * A worker's program is running: it has joined the cluster, or, as a command without a channel, was started.
     *
     * @param worker the worker
     * @param at when it happened
     * @param reason how this is known
     */
    record Online(Worker worker, Instant at, String reason) implements WorkerEvent {}

    /**
     * A worker listens on a port: its own, the common port with {@link Scheduling#KERNEL}, or one that it has reported.
     *
     * @param worker the worker
     * @param at when it happened
     * @param reason how this is known
     * @param address the address that the application has bound, which may be the wildcard address; where it is not
     *     known (not on Linux, with {@link Readiness#PORT_OPEN}, or if a worker in another language reported only a
     *     port), the loopback address at which the primary reaches the worker
     */
    record Listening(Worker worker, Instant at, String reason, InetSocketAddress address) implements WorkerEvent {

        /** {@return the port} */
        public int port() {
            return address.getPort();
        }
    }

    /**
     * A worker is ready and gets traffic.
     *
     * @param worker the worker
     * @param at when it happened
     * @param reason how this is known
     */
    record Ready(Worker worker, Instant at, String reason) implements WorkerEvent {}

    /**
     * A worker gets no new traffic for the time being.
     *
     * @param worker the worker
     * @param at when it happened
     * @param reason the reason
     */
    record NotReady(Worker worker, Instant at, String reason) implements WorkerEvent {}

    /**
     * A worker's channel has closed, or, as a command without a channel, its process has exited.
     *
     * @param worker the worker
     * @param at when it happened
     * @param reason the reason
     */
    record Disconnected(Worker worker, Instant at, String reason) implements WorkerEvent {}

    /**
     * A worker's process has exited and was reaped.
     *
     * @param worker the worker
     * @param at when it happened
     * @param reason the reason, in words
     * @param exit how the process exited
     * @param threadDump the worker's threads when it failed a liveness check, if a dump could be taken
     */
    record Exited(Worker worker, Instant at, String reason, Exit exit,
            Optional<String> threadDump) implements WorkerEvent {}

    /**
     * The restart policy is going to replace a worker.
     *
     * @param worker the last worker of the instance
     * @param at when it happened
     * @param reason the reason
     * @param delay the delay until the replacement is started
     */
    record Restarting(Worker worker, Instant at, String reason, Duration delay) implements WorkerEvent {}

    /**
     * The restart policy has given up an instance; {@link Worker#restart} of this worker, {@link Cluster#scale} or a
     * rollout revives it.
     *
     * @param worker the last worker of the instance
     * @param at when it happened
     * @param reason the reason
     */
    record GaveUp(Worker worker, Instant at, String reason) implements WorkerEvent {}

    /**
     * {@link Cluster#scale} has reached its number.
     *
     * @param at when it happened
     * @param reason the reason
     * @param from the number of wanted instances before
     * @param to the number of wanted instances now
     */
    record Scaled(Instant at, String reason, int from, int to) implements ClusterEvent {}

    /**
     * A {@link Cluster#reload} or {@link Cluster#deploy} has begun.
     *
     * @param at when it happened
     * @param reason which method was called
     */
    record RolloutStarted(Instant at, String reason) implements ClusterEvent {}

    /**
     * A {@link Cluster#reload} or {@link Cluster#deploy} has ended.
     *
     * @param at when it happened
     * @param reason which method was called
     * @param rollout how it ended
     */
    record RolloutFinished(Instant at, String reason, Rollout rollout) implements ClusterEvent {}

    /**
     * The cluster has stopped and no worker process is left. This is the last event.
     *
     * @param at when it happened
     * @param reason the reason
     */
    record Stopped(Instant at, String reason) implements ClusterEvent {}
}
