package io.musher.balancer;

import io.musher.balancer.loop.Plural;
import java.util.List;
import java.util.Optional;

/**
 * Statistics of a {@link Balancer}: counters since its start, and current values. Immutable. Components may be added in
 * later versions.
 *
 * @param accepted client connections accepted
 * @param active client connections now, waiting ones included
 * @param bytesToTargets bytes forwarded from clients to targets
 * @param bytesToClients bytes forwarded from targets to clients
 * @param connectFailures connects to a target that were refused or timed out
 * @param retries clients sent on to another target after a failed connect; they do not notice it
 * @param waiting clients held now because no target can take them
 * @param rejected clients closed without service: too many clients wait, {@code waitTimeout} passed, bad or missing
 *     PROXY header, too many connections from one address, no byte within {@code connectOnFirstByte}, or shutdown
 * @param ejected ejections of targets
 * @param moved connections moved away from a withdrawn or dead target between two requests, or before the first byte
 * @param cut connections ended at the deadline of a drain or shutdown, or by {@code idleTimeout},
 *     {@code halfCloseTimeout} or {@code firstByteTimeout}
 * @param unanswered connections that targets closed without an answer: after bytes from the client, or within a second
 *     of the connect
 * @param cutStalled connections reset because {@code maxBufferedBytes} was spent and their peers did not read
 * @param bufferedBytes bytes of {@code maxBufferedBytes} in use now
 * @param targets the listed targets, then withdrawn ones that still have connections
 */
public record BalancerStats(
        long accepted, long active, long bytesToTargets, long bytesToClients, long connectFailures, long retries,
        long waiting, long rejected, long ejected, long moved, long cut, long unanswered, long cutStalled,
        long bufferedBytes,
        List<TargetStats> targets) {

    /**
     * Copies the list of targets.
     *
     * @param accepted see {@link #accepted()}
     * @param active see {@link #active()}
     * @param bytesToTargets see {@link #bytesToTargets()}
     * @param bytesToClients see {@link #bytesToClients()}
     * @param connectFailures see {@link #connectFailures()}
     * @param retries see {@link #retries()}
     * @param waiting see {@link #waiting()}
     * @param rejected see {@link #rejected()}
     * @param ejected see {@link #ejected()}
     * @param moved see {@link #moved()}
     * @param cut see {@link #cut()}
     * @param unanswered see {@link #unanswered()}
     * @param cutStalled see {@link #cutStalled()}
     * @param bufferedBytes see {@link #bufferedBytes()}
     * @param targets see {@link #targets()}
     */
    public BalancerStats {
        targets = List.copyOf(targets);
    }

    /** {@return the figures that matter in a log, in one line; it may change in later versions} */
    @Override
    public String toString() {
        long ready = targets.stream().filter(each -> each.state() == TargetState.READY).count();
        return ready + " of " + Plural.of(targets.size(), "target") + " ready, " + active + " active of " + accepted
                + " accepted, " + waiting + " waiting, " + rejected + " rejected, " + retries + " retried, " + cut
                + " cut, " + Plural.of(connectFailures, "connect failure");
    }

    /**
     * {@return the statistics of one target, empty if there is none; a listed target precedes a withdrawn one of the
     * same id}
     *
     * @param id the target's id
     */
    public Optional<TargetStats> target(String id) {
        return targets.stream().filter(t -> t.target().id().equals(id)).findFirst();
    }

    /** Whether a target gets new connections. */
    public enum TargetState {
        /** The target gets new connections. */
        READY,
        /**
         * The target failed and is retried in the background. One that closed connections without an answer gets a
         * single client from time to time, until it answers.
         */
        EJECTED,
        /** The active probe finds the target down, or its host name has not been resolved yet. */
        DOWN,
        /** The target is no longer listed, and still has connections. */
        WITHDRAWN
    }

    /**
     * Statistics of one target. Components may be added in later versions.
     *
     * @param target the target
     * @param state whether the target gets new connections
     * @param accepted connections established to the target
     * @param active connections to the target now, including those being connected
     * @param bytesToTarget bytes forwarded to the target
     * @param bytesToClients bytes forwarded from the target
     * @param connectFailures connects to the target that were refused or timed out
     * @param retries clients sent on to another target after a failed connect to this one
     * @param ejected ejections of the target
     * @param moved connections moved away from the target, withdrawn or dead, between two requests or before the first
     *     byte
     * @param cut connections of the target ended at a deadline or timeout
     * @param latencyNanos see {@link Candidate#latencyNanos}
     * @param unanswered see {@link Candidate#unanswered}
     * @param reason what failed, while the target is ejected or down; else empty
     */
    public record TargetStats(
            Target target, TargetState state, long accepted, long active, long bytesToTarget, long bytesToClients,
            long connectFailures, long retries, long ejected, long moved, long cut, long latencyNanos, long unanswered,
            String reason) {

        /** {@return the figures that matter in a log, in one line; it may change in later versions} */
        @Override
        public String toString() {
            return target.id() + " " + state + (reason.isEmpty() ? "" : " (" + reason + ")") + ", " + active
                    + " active of " + accepted + ", " + Plural.of(connectFailures, "connect failure");
        }
    }
}
