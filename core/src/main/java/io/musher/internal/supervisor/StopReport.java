package io.musher.internal.supervisor;

import io.musher.WorkerState;
import java.time.Duration;
import java.util.List;
import java.util.function.ToIntFunction;

/** Says every 5 s what is waited for as long as workers are on their way out. */
final class StopReport {

    private static final Duration PERIOD = Duration.ofSeconds(5);

    private final Roster roster;
    private final Alarm next;

    StopReport(Roster roster) {
        this.roster = roster;
        this.next = roster.alarm();
    }

    /** A worker begins to leave. */
    void begin(Incarnation worker) {
        if (isLeaving(worker) && !next.isSet()) {
            next.set(PERIOD, this::report);
        }
    }

    /** A worker has ended. */
    void ended() {
        if (next.isSet() && roster.living().stream().noneMatch(StopReport::isLeaving)) {
            next.cancel();
        }
    }

    private void report() {
        List<Incarnation> leaving = roster.living().stream().filter(StopReport::isLeaving).toList();
        if (!leaving.isEmpty()) {
            ToIntFunction<Incarnation> loads = roster.actions.loads();
            roster.news.waiting(leaving.stream().map(worker -> wait(worker, loads)).toList());
            next.set(PERIOD, this::report);
        }
    }

    private static boolean isLeaving(Incarnation worker) {
        return worker.state() == WorkerState.DRAINING || worker.state() == WorkerState.STOPPING;
    }

    private static String wait(Incarnation worker, ToIntFunction<Incarnation> loads) {
        String who = "worker " + worker.id() + " (instance " + worker.instance() + "): ";
        if (worker.state() == WorkerState.STOPPING) {
            return who + (worker.talks() ? "its onStop hooks and the end of its process" : "the end of its process") + " (" + worker.why() + ")";
        }
        int connections = loads.applyAsInt(worker);
        String hooks = worker.drainHooks && worker.talks() ? "its onDrain hooks" : "";
        String clients = connections > 0 ? connections + " connection(s)" : "";
        String both = clients + (clients.isEmpty() || hooks.isEmpty() ? "" : " and ") + hooks;
        return who + (both.isEmpty() ? worker.why() : both);
    }
}
