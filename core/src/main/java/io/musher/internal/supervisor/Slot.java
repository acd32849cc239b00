package io.musher.internal.supervisor;

import io.musher.ClusterStats.SlotStats.State;
import io.musher.Exit;
import io.musher.WorkerState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A place for a worker: what survives its processes. Waits for nothing, or in the boot queue, or for its backoff, or
 * has given up, or has a worker that serves and perhaps one that comes to replace it.
 */
final class Slot {

    /** How much would be missed; the order says who is stopped, or replaced, first. */
    enum Service { GAVE_UP, WAITS, STARTS, NOT_READY, READY }

    final int instance;
    final RestartBudget budget;
    final ResettableTimer backoffTimer;
    /** Those who wait for the next worker of this slot to be ready. */
    final PendingFutures<Incarnation> readyFutures;

    volatile boolean wanted;
    volatile boolean queued;
    volatile boolean gaveUp;
    /** Whether the next start is the restart policy's doing. */
    boolean restartedByPolicy;
    volatile int restarts;
    /** Why the next process is started. */
    volatile String why = "";
    Map<String, String> environment = Map.of();
    /** What its next process is started from. */
    Object edition;
    /** Replacements of a worn worker that failed in a row, and when the next one may be tried. */
    int recycleFailures;
    long nextRecycleAt;
    /** Whether the next process replaces one that was worn, who did so last, and how often such a one was worn too soon. */
    boolean recycling;
    Incarnation recycled;
    int earlyRecycles;

    /** Started, and not ready yet. */
    volatile Incarnation starting;
    /** Has been ready; is the slot's worker until it is dismissed or reaped. */
    volatile Incarnation serving;
    /** Dismissed, or detached: alive, but no longer the slot's worker. */
    final List<Incarnation> leaving = new ArrayList<>();
    /** The latest of all. */
    volatile Incarnation last;
    /** How the latest that ended did so. */
    volatile Optional<Exit> lastExit = Optional.empty();
    /** On the monotonic clock, while the backoff runs. */
    private volatile OptionalLong nextStart = OptionalLong.empty();

    Slot(int instance, WorkerRegistry registry) {
        this.instance = instance;
        this.edition = registry.edition;
        this.budget = new RestartBudget(registry.config.restart());
        this.backoffTimer = registry.alarm();
        this.readyFutures = new PendingFutures<>(registry.actions);
    }

    SlotStatus status() {
        Incarnation server = serving;
        Incarnation starter = starting;
        Incarnation latest = last;
        OptionalLong next = nextStart;
        State state = gaveUp ? State.GAVE_UP : server != null && server.state() == WorkerState.READY ? State.READY
                : server != null && server.state() == WorkerState.NOT_READY ? State.NOT_READY
                : starter != null ? State.STARTING : next.isPresent() ? State.WAITING : server != null ? State.ENDING : State.QUEUED;
        String reason = switch (state) {
            case READY, NOT_READY, ENDING -> server.why();
            case STARTING -> starter.why();
            case QUEUED -> why;
            case WAITING, GAVE_UP -> latest == null ? why : latest.why();
        };
        return new SlotStatus(instance, wanted, queued, gaveUp, restarts, Optional.ofNullable(latest), state, reason, lastExit,
                state == State.WAITING ? next : OptionalLong.empty());
    }

    /** The next worker is started when a delay is over. */
    void backOff(long now, long delay, Runnable start) {
        nextStart = OptionalLong.of(now + delay);
        backoffTimer.set(delay, start);
    }

    void endBackoff() {
        nextStart = OptionalLong.empty();
        backoffTimer.cancel();
    }

    boolean owns(Incarnation worker) {
        return worker == starting || worker == serving;
    }

    /** Nobody is its worker, or on the way to be. */
    boolean isVacant() {
        return starting == null && serving == null && !queued;
    }

    /** Whether a worker of it has been ready and still is to stay. */
    boolean isFilled() {
        return serving != null && switch (serving.state()) {
            case READY, NOT_READY -> true;
            default -> false;
        };
    }

    /** What its worker does for clients, from nothing to all it can. */
    Service service() {
        if (gaveUp) {
            return Service.GAVE_UP;
        } else if (serving == null && starting == null) {
            return Service.WAITS;
        } else if (!isFilled()) {
            return Service.STARTS;
        }
        return serving.state() == WorkerState.READY ? Service.READY : Service.NOT_READY;
    }

    /** Whether a worker of an edition is its worker, and none is on the way. */
    boolean isAt(Object target) {
        return serving != null && serving.edition() == target && starting == null && !queued;
    }

    /** Whether a worker of an edition is not its worker, and none is on the way: the replacement was sent away by a user. */
    boolean isAbandoned(Object target) {
        return !isAt(target) && starting == null && !queued && !backoffTimer.isSet();
    }

    /** Whether all it was done with are gone: memory is shared among so many workers and no more. */
    boolean isAlone() {
        return leaving.stream().noneMatch(ScaleController::isStillStopping);
    }

    /** Whether its worker is about to end. */
    boolean isGoing() {
        return serving != null && !isFilled();
    }

    List<Incarnation> living() {
        List<Incarnation> all = new ArrayList<>(leaving);
        if (starting != null) {
            all.add(starting);
        }
        if (serving != null) {
            all.add(serving);
        }
        return all;
    }

    /** The worker may live on, but not as this slot's. */
    void release(Incarnation worker) {
        if (owns(worker)) {
            forget(worker);
            leaving.add(worker);
        }
    }

    void forget(Incarnation worker) {
        leaving.remove(worker);
        if (starting == worker) {
            starting = null;
        }
        if (serving == worker) {
            serving = null;
        }
    }

    /** The comer is the slot's worker now; {@return whom it replaces and who is to leave, or null} */
    Incarnation workerReady(Incarnation worker) {
        Incarnation old = serving;
        if (old != null) {
            leaving.add(old);
        }
        starting = null;
        serving = worker;
        recycleFailures = 0;
        earlyRecycles = recycling ? earlyRecycles : 0;
        recycled = recycling ? worker : null;
        recycling = false;
        readyFutures.complete(worker);
        return old;
    }
}
