package io.musher;

import io.musher.balancer.Balancer;
import io.musher.balancer.BalancerStats;
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
            Function<Worker, String> explain, TrafficTotals traffic) {
        List<ClusterStats.WorkerStats> workerStats = workers.stream()
                .map(worker -> new ClusterStats.WorkerStats(worker.id(),
                        worker.instance(), worker.state(), explain.apply(worker),
                        worker.session().sender.mailbox().waiting()))
                .toList();
        MessageCounts counts = resources.channels().counts();
        Optional<BalancerStats> balancer = resources.balancer().map(Balancer::stats);
        balancer.ifPresent(traffic::observe);
        List<SlotStatus> slots = supervisor.slots();
        List<ClusterStats.SlotStats> wanted = slots.stream().filter(SlotStatus::wanted)
                .map(slot -> slot(slot, traffic)).toList();
        return new ClusterStats(wanted.size(),
                (int) workerStats.stream().filter(worker -> worker.state() == WorkerState.READY).count(),
                supervisor.forks(),
                slots.stream().mapToLong(SlotStatus::restarts).sum(),
                slots.stream().mapToLong(SlotStatus::failures).sum(), resources.spawner().droppedOutput(), workerStats,
                wanted,
                new ClusterStats.MessageStats(counts.allDelivered(), counts.allRefused(), counts.allLateReplies()),
                balancer, supervisor.progress());
    }

    private static ClusterStats.SlotStats slot(SlotStatus slot, TrafficTotals traffic) {
        Optional<Instant> next = slot.nextStart().isEmpty() ? Optional.empty()
                : Optional.of(Instant.now().plusNanos(slot.nextStart().getAsLong() - System.nanoTime()));
        return new ClusterStats.SlotStats(slot.instance(), slot.name(), slot.state(), slot.reason(), slot.restarts(),
                slot.failures(),
                slot.last().map(Incarnation::id).map(OptionalInt::of).orElse(OptionalInt.empty()), slot.lastExit(),
                next, traffic.of(slot.name()));
    }
}
