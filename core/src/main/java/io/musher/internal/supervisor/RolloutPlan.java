package io.musher.internal.supervisor;

import io.musher.Exit;
import io.musher.ReloadPolicy;
import io.musher.WorkerState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * Replaces all workers by those of another edition, a batch at a time; one such rollout at a time.
 *
 * <pre>
 * forward: slot by slot ─ready, soaked─▶ the old one goes ─all─▶ done: the edition of all that follow
 *    └─a replacement fails─▶ KEEP_OLD: back, slot by slot ─▶ failed
 *                            RETRY: [delay] ─▶ forward
 * </pre>
 *
 * <p>An edition is what workers are started from; the supervisor only tells one from another.
 */
final class RolloutPlan {

    private static final long FIRST_DELAY = 100_000_000L;
    private static final long LONGEST_DELAY = 15_000_000_000L;

    private static final class Rolling {
        final Object edition;
        final String why;
        final Promises<Rolled> promises;
        final Map<Integer, Integer> replaced = new LinkedHashMap<>();
        final Set<Slot> moving = new LinkedHashSet<>();
        final Set<Slot> triedBack = new HashSet<>();
        final Map<Slot, Incarnation> stoppedFirst = new HashMap<>();
        String failure;
        Incarnation failed;
        int failures;

        Rolling(Object edition, String why, Promises<Rolled> promises) {
            this.edition = edition;
            this.why = why;
            this.promises = promises;
        }

        boolean isForward() {
            return failure == null;
        }
    }

    private final Roster roster;
    private final ReloadPolicy policy;
    private final BootQueue queue;
    private final Ladder ladder;
    private final Alarm again;
    private Rolling rolling;
    private volatile Optional<Progress> progress = Optional.empty();

    RolloutPlan(Roster roster, BootQueue queue, Ladder ladder) {
        this.roster = roster;
        this.policy = roster.rules.reload();
        this.queue = queue;
        this.ladder = ladder;
        this.again = roster.alarm();
    }

    /** Begins, or joins the one that runs if it may. */
    void roll(Object edition, String why, boolean joins, CompletableFuture<Rolled> promise) {
        if (rolling != null && !joins) {
            Promises.fail(roster.actions, promise, new IllegalStateException("a rollout runs already: " + rolling.why));
            return;
        }
        if (rolling == null) {
            rolling = new Rolling(edition, why, new Promises<>(roster.actions));
            roster.news.rolloutStarted(why);
        }
        rolling.promises.add(promise);
    }

    /** {@return how far the one that runs has come; from any thread} */
    Optional<Progress> progress() {
        return progress;
    }

    private void report() {
        progress = Optional.ofNullable(rolling).map(it -> new Progress(it.why,
                count(slot -> slot.serving != null && slot.serving.edition() == it.edition),
                count(slot -> it.isForward() ? !isThere(slot, it.edition) : isToGoBack(slot, roster.edition)), Optional.ofNullable(it.failure)));
    }

    private int count(Predicate<Slot> condition) {
        return (int) roster.slots().stream().filter(slot -> slot.wanted && condition.test(slot)).count();
    }

    boolean isRunning() {
        return rolling != null;
    }

    // ---- what happens to its replacements

    /** {@return whether a worker that seems ready has to live on for a while before it is} */
    boolean soaks(Incarnation worker) {
        return isReplacement(worker) && !worker.soaked && !policy.soak().isZero();
    }

    /** {@return whether this loss is the rollout's business} */
    boolean isReplacement(Incarnation worker) {
        return rolling != null && rolling.isForward() && worker.edition() == rolling.edition && worker.slot.wanted;
    }

    /** {@return whether the end of this worker, which was not wanted by anybody, is a failure of the rollout} */
    boolean isFailure(Incarnation worker) {
        return isReplacement(worker) && worker.cause != Exit.Cause.KILLED;
    }

    void arrived(Incarnation worker, Incarnation old) {
        if (rolling == null) {
            return;
        }
        Incarnation before = old != null ? old : rolling.stoppedFirst.remove(worker.slot);
        if (before != null && before.edition() != worker.edition()) {
            rolling.replaced.put(before.id(), worker.id());
        }
    }

    /** A replacement has been lost, and has left its slot. */
    void failed(Incarnation worker, String why) {
        Slot slot = worker.slot;
        String text = "worker " + worker.id() + " (instance " + worker.instance() + ") " + why;
        slot.waiting.fail(new IllegalStateException("the rollout: " + text));
        if (policy.onFailure() == ReloadPolicy.OnFailure.KEEP_OLD) {
            rolling.failure = text;
            rolling.failed = worker;
            rolling.moving.clear();
            roster.slots().forEach(this::keepOld);
        } else {
            rolling.moving.remove(slot);
            keepOld(slot);
            long delay = Math.min(LONGEST_DELAY, FIRST_DELAY << Math.min(rolling.failures++, 20));
            roster.news.rolloutDelayed(worker, delay, why);
            again.set(delay, () -> { });
        }
    }

    /** Back to the edition in force: what is on its way goes, and an empty place is filled. */
    private void keepOld(Slot slot) {
        boolean queued = slot.queued && slot.edition == rolling.edition;
        slot.edition = roster.edition;
        if (slot.coming != null && slot.coming.edition() == rolling.edition) {
            ladder.stop(slot.coming, "the rollout has failed");
            slot.waiting.fail(new IllegalStateException("the rollout has failed: " + rolling.failure));
        }
        if (queued && slot.serving != null && slot.waiting.isEmpty()) { // else somebody has called restart()
            queue.remove(slot);
        } else if (slot.wanted && slot.isVacant() && !slot.backoff.isSet() && !slot.gaveUp) {
            queue.add(slot, "the rollout has failed");
        }
    }

    // ---- one step after the other

    /** Goes on, where it can; harmless at any time. */
    void settle() {
        if (rolling != null && !again.isSet()) {
            proceed();
        }
        if (rolling != null || progress.isPresent()) {
            report();
        }
    }

    private void proceed() {
        Object target = rolling.isForward() ? rolling.edition : roster.edition;
        rolling.moving.removeIf(slot -> !slot.wanted || isThere(slot, target) && isAlone(slot) || isAbandoned(slot, target));
        boolean over = rolling.moving.isEmpty();
        for (Slot slot : roster.slots()) {
            if (!slot.wanted || isThere(slot, target) || rolling.moving.contains(slot)) {
                continue;
            }
            if (isBlocked(slot)) {
                slot.edition = target;
                continue;
            }
            if (!rolling.isForward() && !isToGoBack(slot, target)) {
                continue;
            }
            over = false;
            if (rolling.moving.size() < width() && slot.coming == null && !isGoing(slot)) {
                move(slot, target);
            }
        }
        if (over) {
            finish();
        }
    }

    private int width() {
        return roster.rules.ports() == PortPlan.FIXED ? 1 : policy.batch();
    }

    private static boolean isThere(Slot slot, Object target) {
        return slot.serving != null && slot.serving.edition() == target && slot.coming == null && !slot.queued;
    }

    /** Whether its fixed port is held by a worker that left by itself and may live as long as it likes; who follows is of the new edition. */
    private boolean isBlocked(Slot slot) {
        return roster.rules.ports() == PortPlan.FIXED && slot.serving == null && slot.coming == null
                && slot.leaving.stream().anyMatch(worker -> worker.state() == WorkerState.DETACHED);
    }

    /** Whether its replacement was sent away by somebody else. */
    private static boolean isAbandoned(Slot slot, Object target) {
        return !isThere(slot, target) && slot.coming == null && !slot.queued && !slot.backoff.isSet();
    }

    /** Whether whom it replaced is gone: memory is shared among so many workers and no more. */
    private static boolean isAlone(Slot slot) {
        return slot.leaving.stream().noneMatch(Wanted::isInTheWay);
    }

    private static boolean isGoing(Slot slot) {
        return slot.serving != null && !slot.isFilled();
    }

    /** Each is tried once: the old edition, too, may not start any more. */
    private boolean isToGoBack(Slot slot, Object target) {
        return slot.serving != null && slot.serving.edition() != target && !rolling.triedBack.contains(slot);
    }

    private void move(Slot slot, Object target) {
        rolling.moving.add(slot);
        if (!rolling.isForward()) {
            rolling.triedBack.add(slot);
        }
        slot.edition = target;
        slot.byPolicy = false;
        if (slot.gaveUp) {
            slot.budget.clear();
        }
        if (slot.serving != null && roster.rules.ports() == PortPlan.FIXED) {
            rolling.stoppedFirst.put(slot, slot.serving);
            ladder.stop(slot.serving, rolling.why);
        }
        queue.add(slot, rolling.why);
    }

    private void finish() {
        Rolling ended = rolling;
        rolling = null;
        if (ended.isForward()) {
            roster.edition = ended.edition;
        }
        end(ended, Optional.ofNullable(ended.failure));
    }

    /** The cluster stops. */
    void abandon(Throwable why) {
        if (rolling != null) {
            Rolling ended = rolling;
            rolling = null;
            again.cancel();
            ended.promises.fail(why);
            end(ended, Optional.of(why.getMessage()));
        }
    }

    private void end(Rolling ended, Optional<String> failure) {
        report();
        Rolled rolled = new Rolled(ended.replaced, failure, Optional.ofNullable(ended.failed));
        roster.news.rolloutFinished(rolled, ended.why);
        ended.promises.complete(rolled);
    }
}
