package io.musher.internal.supervisor;

import io.musher.Exit;
import io.musher.WorkerState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/** All slots and who lives in them; gives out ids, keeps the list of workers and the balancer's targets true. */
final class WorkerRegistry {

    private record Target(int id, int port) { }

    final SupervisorConfig config;
    final Actions actions;
    final SupervisorListener listener;
    /** In force: whoever is started, but for a rollout, is started from it. */
    Object edition;
    private final Consumer<Runnable> turn;
    private final ConcurrentSkipListMap<Integer, Slot> slots = new ConcurrentSkipListMap<>();
    private List<Target> published = List.of();
    private volatile List<Incarnation> workers = List.of();
    private int ids;
    private int living;

    WorkerRegistry(SupervisorConfig config, Object edition, Actions actions, SupervisorListener listener, Consumer<Runnable> turn) {
        this.config = config;
        this.edition = edition;
        this.actions = actions;
        this.listener = listener;
        this.turn = turn;
    }

    ResettableTimer alarm() {
        return new ResettableTimer(actions, turn);
    }

    /** {@return the slots used so far, by instance} */
    Collection<Slot> slots() {
        return slots.values();
    }

    /**
     * Finds the lowest slots that nobody wants, and whose port is not held by a worker that may live as long as it
     * likes.
     *
     * @param count how many
     * @param limit their numbers are below this one
     * @return so many, or fewer if there are no more
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

    /** The slot is one of those used from now on. */
    void use(Slot slot) {
        slots.putIfAbsent(slot.instance, slot);
    }

    private boolean isFree(Slot slot) {
        return !slot.wanted && (config.ports() != PortMode.FIXED
                || slot.leaving.stream().noneMatch(worker -> worker.cause == Exit.Cause.DISCONNECTED));
    }

    /**
     * Chooses the instances to stop when there are to be fewer. Where ports are promised to the outside these are the highest. Else
     * those without a worker come first, then those whose worker starts or is about to end, those whose worker is not ready, and last the
     * ready ones, those with the fewest connections first; among equals the highest.
     *
     * @param count how many, at most {@link #wanted()}
     * @return the slots
     */
    List<Slot> scaleDownCandidate(int count) {
        Stream<Slot> highestFirst = slots.descendingMap().values().stream().filter(slot -> slot.wanted);
        if (config.ports() == PortMode.FIXED) {
            return highestFirst.limit(count).toList();
        }
        ToIntFunction<Incarnation> loads = actions.loads();
        Map<Slot, Integer> load = new HashMap<>();
        Comparator<Slot> missed = Comparator.comparing(Slot::service)
                .thenComparingInt(slot -> load.computeIfAbsent(slot, s -> s.isFilled() ? loads.applyAsInt(s.serving) : 0));
        return highestFirst.sorted(missed).limit(count).toList();
    }

    int wanted() {
        return (int) slots.values().stream().filter(slot -> slot.wanted).count();
    }

    Incarnation newIncarnation(Slot slot) {
        boolean spare = config.ports() == PortMode.MOVABLE && slot.living().stream().anyMatch(other -> !other.sparePort());
        Incarnation worker = new Incarnation(++ids, slot, spare, this);
        slot.starting = worker;
        slot.last = worker;
        living++;
        return worker;
    }

    void add(Incarnation worker) {
        List<Incarnation> now = new ArrayList<>(workers);
        now.add(worker);
        now.sort(Comparator.comparingInt(Incarnation::instance).thenComparingInt(Incarnation::id));
        workers = List.copyOf(now);
    }

    /** It is dead, or never was born. */
    void remove(Incarnation worker) {
        List<Incarnation> now = new ArrayList<>(workers);
        now.remove(worker);
        workers = List.copyOf(now);
        living--;
    }

    List<Incarnation> workers() {
        return workers;
    }

    /** {@return everyone alive, those included whose process is on its way} */
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

    /** Tells the balancer if its targets have changed. */
    void publish() {
        List<Incarnation> ready = new ArrayList<>();
        List<Target> targets = new ArrayList<>();
        for (Slot slot : slots.values()) {
            Incarnation worker = slot.serving;
            if (worker != null && worker.state() == WorkerState.READY) {
                ready.add(worker);
                targets.add(new Target(worker.id(), worker.port().orElse(0)));
            }
        }
        if (!targets.equals(published)) {
            published = targets;
            actions.publish(List.copyOf(ready));
        }
    }
}
