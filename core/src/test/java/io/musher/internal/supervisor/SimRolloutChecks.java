package io.musher.internal.supervisor;

import io.musher.ReloadPolicy;
import io.musher.Rollout;
import java.util.Optional;
import java.util.Set;

/** What must hold of rollouts: one at a time, each with one end, and an end that fits what it has left behind. */
final class SimRolloutChecks {

    private final SimWorld world;
    private final SimChecks checks;
    private boolean running;
    private boolean superseded;
    private boolean abortAsked;
    private Generation inForce;

    SimRolloutChecks(SimWorld world, SimChecks checks) {
        this.world = world;
        this.checks = checks;
        this.inForce = world.first;
    }

    boolean isRunning() {
        return running;
    }

    void abortAsked() {
        abortAsked = running;
    }

    void started() {
        checks.isTrue(!running && !checks.stopAsked, "two rollouts at once");
        superseded = false;
        abortAsked = false;
        running = true;
        checks.budget.begins();
    }

    void delayed() {
        checks.isTrue(running && world.config.reload().onFailure() == ReloadPolicy.OnFailure.RETRY,
                "a rollout is tried again");
    }

    void finished(Rollout result, Optional<Incarnation> failedWorker) {
        checks.isTrue(running, "a rollout ends that does not run");
        checks.isTrue(result.failure().isEmpty() == (result.outcome() == Rollout.Outcome.SUCCEEDED), "%s", result);
        switch (result.outcome()) {
            case FAILED -> checks.isTrue(failedWorker.isPresent()
                    && world.config.reload().onFailure() == ReloadPolicy.OnFailure.KEEP_OLD, "%s", result);
            case ABORTED -> checks.isTrue(abortAsked, "aborted by itself");
            case SUPERSEDED -> superseded = true;
            case SUCCEEDED -> inForce = world.supervisor.generation();
            case STOPPED -> {}
        }
        checks.isTrue(inForce == world.supervisor.generation(), "%s is in force after %s",
                world.supervisor.generation(), result);
        for (Slot slot : result.failure().isPresent() ? Set.<Slot>of() : world.slots) {
            checks.isTrue(!slot.wanted || slot.serving == null
                    || slot.serving.generation() == world.supervisor.generation(), "%s was not replaced", slot.serving);
        }
        running = false;
        checks.budget.rolls();
    }

    /** A rollout that supersedes another begins in the same turn. */
    void afterTurn() {
        checks.isTrue(!superseded, "superseded by nothing");
    }
}
