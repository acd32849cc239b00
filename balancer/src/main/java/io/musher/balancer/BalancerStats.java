package io.musher.balancer;

import java.util.List;
import java.util.Optional;

/**
 * Counts since the balancer started, and what is so now. Components may be added in later versions.
 *
 * @param accepted client connections accepted
 * @param active client connections now, waiting ones included
 * @param bytesToTargets bytes forwarded from clients to targets
 * @param bytesToClients bytes forwarded from targets to clients
 * @param connectFailures connects to a target that were refused or timed out
 * @param retries clients sent on to another target, unseen by them, after such a failure
 * @param waiting clients held now because no target can take them
 * @param rejected clients closed without service: too many waiting, waited too long, a bad PROXY header, too many of one address, silent, or the
 *     balancer stops
 * @param ejected how often a target was taken out for failing
 * @param moved connections that left a withdrawn or dead target between two requests, or before the first byte
 * @param cut connections ended at a deadline: of a drain or a shutdown, idle, half closed, or without a first byte
 * @param unanswered connections that targets ended without an answer: after bytes from the client, or within a second of the
 *     connect
 * @param cutStalled connections ended because {@code maxBufferedBytes} was spent and their peers did not read
 * @param bufferedBytes bytes of {@code maxBufferedBytes} in use now
 * @param targets those listed, and those withdrawn that still have connections
 */
public record BalancerStats(
        long accepted, long active, long bytesToTargets, long bytesToClients, long connectFailures, long retries,
        long waiting, long rejected, long ejected, long moved, long cut, long unanswered, long cutStalled, long bufferedBytes,
        List<TargetStats> targets) {

    /**
     * Copies the list of targets.
     *
     * @param accepted client connections accepted
     * @param active client connections now, waiting ones included
     * @param bytesToTargets bytes forwarded from clients to targets
     * @param bytesToClients bytes forwarded from targets to clients
     * @param connectFailures connects to a target that were refused or timed out
     * @param retries clients sent on to another target, unseen by them, after such a failure
     * @param waiting clients held now because no target can take them
     * @param rejected clients closed without service: too many waiting, waited too long, a bad PROXY header, too many of one address, or silent
     * @param ejected how often a target was taken out for failing
     * @param moved connections that left a withdrawn or dead target between two requests, or before the first byte
     * @param cut connections ended at a deadline: of a drain or a shutdown, idle, half closed, or without a first byte
     * @param unanswered connections that targets ended without an answer: after bytes from the client, or within a second of
     *     the connect
     * @param cutStalled connections ended because {@code maxBufferedBytes} was spent and their peers did not read
     * @param bufferedBytes bytes of {@code maxBufferedBytes} in use now
     * @param targets those listed, and those withdrawn that still have connections
     */
    public BalancerStats {
        targets = List.copyOf(targets);
    }

    /**
     * {@return the figures of one target; a listed one before a withdrawn one of the same id}
     *
     * @param id the target's id
     */
    public Optional<TargetStats> target(String id) {
        return targets.stream().filter(t -> t.target().id().equals(id)).findFirst();
    }

    /** Whether a target gets new connections. */
    public enum TargetState {
        /** It does. */
        READY,
        /** It failed and is tried again in the background; one that ended connections without an answer then with a client now and
         * then. */
        EJECTED,
        /** The active probe finds it down, or its host name has not been resolved yet. */
        DOWN,
        /** It is no longer listed; its last connections run. */
        WITHDRAWN
    }

    /**
     * The figures of one target. Components may be added in later versions.
     *
     * @param target the target
     * @param state whether it gets new connections
     * @param accepted connections it was picked for and that reached it
     * @param active connections on it now
     * @param bytesToTarget bytes forwarded to it
     * @param bytesToClients bytes forwarded from it
     * @param connectFailures connects to it that were refused or timed out
     * @param retries clients sent on to another target after such a failure
     * @param ejected how often it was taken out for failing
     * @param moved connections that left it, withdrawn or dead, between two requests or before the first byte
     * @param cut its connections that were ended at a deadline
     * @param answerNanos moving average of the time to its first answer byte, 0 before the first
     * @param unanswered connections it ended without an answer: after bytes from the client, or within a second of the connect
     * @param why what failed, while it is ejected or down; else empty
     */
    public record TargetStats(
            Target target, TargetState state, long accepted, long active, long bytesToTarget, long bytesToClients,
            long connectFailures, long retries, long ejected, long moved, long cut, long answerNanos, long unanswered, String why) { }
}
