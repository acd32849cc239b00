package io.musher.internal.supervisor;

import io.musher.RestartPolicy;
import io.musher.WorkerState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What must hold of all workers after every turn. */
final class SimWorkerChecks {

    private final SimWorld world;
    private final SimChecks checks;

    SimWorkerChecks(SimWorld world, SimChecks checks) {
        this.world = world;
        this.checks = checks;
    }

    private SimWorkerHistory track(Incarnation worker) {
        return checks.tracks.get(worker);
    }

    void afterTurn() {
        List<Incarnation> workers = world.supervisor.workers();
        int ready = 0;
        int forked = 0;
        Map<Integer, Integer> readyOfInstance = new HashMap<>();
        for (Map.Entry<Incarnation, SimProcess> entry : world.processes.entrySet()) {
            Incarnation worker = entry.getKey();
            if (worker.state() == WorkerState.READY) {
                ready++;
                checks.isTrue(checks.published.contains(worker), "%s is not published", worker);
                int same = readyOfInstance.merge(worker.instance(), 1, Integer::sum);
                boolean overlaps = world.config.ports() != PortMode.FIXED
                        && !world.config.reload().overlap().isZero();
                checks.isTrue(same <= (overlaps ? 2 : 1), "%s workers of instance %s are ready", same,
                        worker.instance());
            }
            checks.isTrue(worker.state() != WorkerState.DRAINING || worker.slot.serving != worker
                    || !world.user.started.isDone() || world.config.restart().when() == RestartPolicy.When.ON_FAILURE
                    || !track(worker).since(track(worker).disconnection, world.now(), SimWorld.SECOND + 1),
                    "%s keeps its slot without a channel", worker);
            if (track(worker).forked) {
                forked++;
                checks.isTrue(workers.contains(worker), "%s is not listed", worker);
            }
        }
        checks.isTrue(ready == checks.published.size(), "published are %s", checks.published);
        checks.isTrue(forked == workers.size(), "listed are %s", workers);
    }
}
