package io.musher.internal.supervisor;

import io.musher.WorkerState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/**
 * Holds all slots and workers; assigns worker ids, and keeps the list of workers and the balancer's targets up to date.
 */
final class WorkerRegistry {

    final SupervisorConfig config;
    final Actions actions;
    final SupervisorListener listener;
    /** The generation in force: all workers are started from this one, except those of a running rollout. */
    Generation generation;
    private final Consumer<Runnable> turn;
    private final ConcurrentSkipListMap<Integer, Slot> slots = new ConcurrentSkipListMap<>();
    /** The balancer's targets: worker ids with ports. */
    private List<String> published = List.of();
    private volatile List<Incarnation> workers = List.of();
    private volatile long forks;
    private int ids;
    private int living;

    WorkerRegistry(SupervisorConfig config, Generation generation, Actions actions, SupervisorListener listener,
            Consumer<Runnable> turn) {
        this.config = config;
        this.generation = generation;
        this.actions = actions;
        this.listener = listener;
        this.turn = turn;
    }

    ResettableTimer newTimer() {
        return new ResettableTimer(actions, turn);
    }

    /** {@return a task that runs the given one as one turn of the supervisor} */
    Runnable inTurn(Runnable task) {
        return () -> turn.accept(task);
    }

    /** {@return the slots used so far, by instance} */
    Collection<Slot> slots() {
        return slots.values();
    }

    /**
     * Finds the lowest slots that are not wanted and whose port is not held by a disconnected worker, which may run for
     * ever.
     *
     * @param limit upper bound (exclusive) of the instance numbers
     * @return {@code count} slots, or fewer if there are no more
     */
    List<Slot> lowestFree(int count, int limit) {
        List<Slot> free = new ArrayList<>();
        for (int instance = 0; free.size() < count && instance < limit; instance++) {
            Slot slot = slots.get(instance);
            if (slot == null || isFree(slot)) {
                free.add(slot != null ? slot : new Slot(instance, this));
            }
        }
        return free;
    }

    /** Adds a slot returned by {@link #lowestFree}, if it is new. */
    void addSlot(Slot slot) {
        slots.putIfAbsent(slot.instance, slot);
    }

    private boolean isFree(Slot slot) {
        return !slot.wanted && (config.ports() != PortMode.FIXED
                || slot.released.stream().noneMatch(worker -> worker.stop.isDisconnect()));
    }

    /**
     * Chooses the slots to stop in a scale-down. With fixed ports these are the highest. Otherwise slots that were
     * given up come first, then those without a worker, those whose worker starts or is about to end, those whose
     * worker is not ready, and last the ready ones, with the fewest connections first; among equals the highest.
     *
     * @param count number of slots, at most {@link #wanted()}
     */
    List<Slot> scaleDownCandidates(int count) {
        Stream<Slot> highestFirst = slots.descendingMap().values().stream().filter(slot -> slot.wanted);
        if (config.ports() == PortMode.FIXED) {
            return highestFirst.limit(count).toList();
        }
        ToIntFunction<Incarnation> loads = actions.loads();
        Map<Slot, Integer> load = new HashMap<>();
        Comparator<Slot> leastUsefulFirst = Comparator.comparing(Slot::service)
                .thenComparingInt(slot -> load.computeIfAbsent(slot,
                        s -> s.servingWorker().map(loads::applyAsInt).orElse(0)));
        return highestFirst.sorted(leastUsefulFirst).limit(count).toList();
    }

    int wanted() {
        int wanted = 0;
        for (Slot slot : slots.values()) {
            wanted += slot.wanted ? 1 : 0;
        }
        return wanted;
    }

    Incarnation newIncarnation(Slot slot) {
        boolean spare = config.ports() == PortMode.MOVABLE
                && slot.living().stream().anyMatch(other -> !other.sparePort());
        Incarnation worker = new Incarnation(++ids, slot, spare, this);
        slot.starting = worker;
        slot.last = Optional.of(worker);
        living++;
        return worker;
    }

    /** Adds a worker whose process was started. */
    void add(Incarnation worker) {
        forks++; // control thread only
        List<Incarnation> updated = new ArrayList<>(workers);
        updated.add(worker);
        updated.sort((one, other) -> one.instance() != other.instance()
                ? Integer.compare(one.instance(), other.instance()) : Integer.compare(one.id(), other.id()));
        workers = List.copyOf(updated);
    }

    /** Removes a worker that is dead or could not be started. */
    void remove(Incarnation worker) {
        List<Incarnation> updated = new ArrayList<>(workers);
        updated.remove(worker);
        workers = List.copyOf(updated);
        living--;
    }

    /** {@return how many workers were ever added} */
    long forks() {
        return forks;
    }

    List<Incarnation> workers() {
        return workers;
    }

    /** {@return all workers that are not dead, including those whose process is being started} */
    List<Incarnation> living() {
        List<Incarnation> all = new ArrayList<>();
        slots.values().forEach(slot -> all.addAll(slot.living()));
        return all;
    }

    boolean isEmpty() {
        return living == 0;
    }

    void setState(Incarnation worker, WorkerState state, String why) {
        worker.setState(state, why);
        listener.stateChanged(worker, why);
    }

    /** Updates the balancer's targets if the set of ready workers, or the port of one, has changed. */
    void publish() {
        List<Incarnation> ready = new ArrayList<>();
        List<String> targets = new ArrayList<>();
        for (Slot slot : slots.values()) {
            for (Incarnation worker : slot.ready()) {
                ready.add(worker);
                targets.add(worker.id() + ":" + worker.port().orElse(0));
            }
        }
        if (!targets.equals(published)) {
            published = targets;
            actions.publish(List.copyOf(ready));
        }
    }
}
