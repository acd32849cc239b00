package io.musher.internal.supervisor;

import io.musher.WorkerState;
import java.time.Duration;
import java.util.List;
import java.util.function.ToIntFunction;

/** Reports every 5 s what a shutdown waits for, as long as workers drain or stop. */
final class StopReport {

    private static final Duration PERIOD = Duration.ofSeconds(5);

    private final WorkerRegistry registry;
    private final ResettableTimer next;

    StopReport(WorkerRegistry registry) {
        this.registry = registry;
        this.next = registry.newTimer();
    }

    /** Starts the reports, if the worker drains or stops. */
    void begin(Incarnation worker) {
        if (isLeaving(worker) && !next.isSet()) {
            next.set(PERIOD, this::report);
        }
    }

    /** Stops the reports after an exit, if no other worker drains or stops. */
    void ended() {
        if (next.isSet() && registry.living().stream().noneMatch(StopReport::isLeaving)) {
            next.cancel();
        }
    }

    private void report() {
        List<Incarnation> leaving = registry.living().stream().filter(StopReport::isLeaving).toList();
        if (!leaving.isEmpty()) {
            ToIntFunction<Incarnation> loads = registry.actions.loads();
            registry.listener.waiting(leaving.stream().map(worker -> describe(worker, loads)).toList());
            next.set(PERIOD, this::report);
        }
    }

    private static boolean isLeaving(Incarnation worker) {
        return worker.state() == WorkerState.DRAINING || worker.state() == WorkerState.STOPPING;
    }

    private static String describe(Incarnation worker, ToIntFunction<Incarnation> loads) {
        String prefix = worker.label() + ": ";
        if (worker.state() == WorkerState.STOPPING) {
            return prefix
                    + (worker.channel.isOpen() ? "its onStop hooks and the end of its process"
                            : "the end of its process")
                    + " (" + worker.why() + ")";
        }
        int connections = loads.applyAsInt(worker);
        String hooks = worker.stop.hasDrainHooks() && worker.channel.isOpen() ? "its onDrain hooks" : "";
        String clients = connections == 0 ? "" : connections + (connections == 1 ? " connection" : " connections");
        String both = clients + (clients.isEmpty() || hooks.isEmpty() ? "" : " and ") + hooks;
        return prefix + (both.isEmpty() ? worker.why() : both);
    }
}
