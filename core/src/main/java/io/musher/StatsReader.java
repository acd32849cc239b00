package io.musher;

import io.musher.balancer.Balancer;
import io.musher.internal.ipc.MessageCounts;
import io.musher.internal.supervisor.Incarnation;
import io.musher.internal.supervisor.SlotStatus;
import io.musher.internal.supervisor.Supervisor;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/** Collects the statistics of a cluster. Thread-safe. */
final class StatsReader {

    private StatsReader() {}

    static ClusterStats read(ClusterResources resources, Supervisor supervisor, List<Worker> workers,
            Function<Worker, String> explain, ClusterCommands commands) {
        List<ClusterStats.WorkerStats> workerStats = workers.stream()
                .map(worker -> new ClusterStats.WorkerStats(worker.id(),
                        worker.instance(), worker.state(), explain.apply(worker),
                        worker.session().sender.mailbox().waiting()))
                .toList();
        MessageCounts counts = resources.channels().counts();
        List<SlotStatus> slots = supervisor.slots();
        List<ClusterStats.SlotStats> wanted = slots.stream().filter(SlotStatus::wanted)
                .map(slot -> slot(slot, commands)).toList();
        return new ClusterStats(wanted.size(),
                (int) workerStats.stream().filter(worker -> worker.state() == WorkerState.READY).count(),
                slots.stream().mapToLong(SlotStatus::restarts).sum(), workerStats, wanted,
                new ClusterStats.MessageStats(counts.allDelivered(), counts.allRefused(), counts.allLateReplies()),
                resources.balancer().map(Balancer::stats),
                supervisor.progress());
    }

    private static ClusterStats.SlotStats slot(SlotStatus slot, ClusterCommands commands) {
        Optional<Instant> next = slot.nextStart().isEmpty() ? Optional.empty()
                : Optional.of(Instant.now().plusNanos(slot.nextStart().getAsLong() - System.nanoTime()));
        return new ClusterStats.SlotStats(slot.instance(), commands.workerName(slot.instance()), slot.state(),
                slot.reason(), slot.restarts(),
                slot.last().map(Incarnation::id).map(OptionalInt::of).orElse(OptionalInt.empty()), slot.lastExit(),
                next);
    }
}
