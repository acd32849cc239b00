package io.musher.balancer;

import java.util.List;

/** Snapshot of the targets that may be chosen: published by {@link TargetRegistry}, read by all event loops. */
final class ReadyTargets {

    private volatile List<Candidate> list = List.of();
    private volatile boolean trials;

    /** Publishes a new immutable list; {@code onTrial} says whether some of its targets are on trial. */
    void publish(List<Candidate> ready, boolean onTrial) {
        trials = onTrial;
        list = ready;
    }

    /** {@return the targets; the same list object until something changes} */
    List<Candidate> list() {
        return list;
    }

    /** {@return whether some of the targets are on trial, and report themselves as full most of the time} */
    boolean hasTrials() {
        return trials;
    }
}
