package io.musher;

import io.musher.internal.process.ProcessUsage;
import io.musher.internal.process.WorkerProcess;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/** Measures workers, and remembers the CPU time of those that have exited. Thread-safe. */
final class UsageMeter {

    /** What one instance has used. */
    private static final class Total {
        private final String name;
        private long endedNanos;
        private final Map<Integer, Long> nanosByWorker = new HashMap<>();

        private Total(String name) {
            this.name = name;
        }
    }

    private final Map<Integer, Total> totals = new TreeMap<>();

    private CompletableFuture<List<ResourceUsage>> latest = CompletableFuture.completedFuture(List.of());

    /**
     * Measures the workers that are alive. One measurement at a time: otherwise an exited worker that a slow one still
     * contains would be counted twice.
     */
    synchronized CompletableFuture<List<ResourceUsage>> measure(Supplier<List<Worker>> living,
            Function<List<WorkerProcess>, CompletableFuture<Map<WorkerProcess, ProcessUsage>>> reader) {
        if (latest.isDone()) {
            List<Worker> workers = living.get();
            latest = reader.apply(workers.stream().map(worker -> worker.session().process()).toList())
                    .thenApply(usage -> add(workers, usage));
        }
        return latest;
    }

    private synchronized List<ResourceUsage> add(List<Worker> workers, Map<WorkerProcess, ProcessUsage> usageOf) {
        Map<Worker, ProcessUsage> measured = new LinkedHashMap<>();
        workers.forEach(worker -> measured.put(worker,
                usageOf.getOrDefault(worker.session().process(), ProcessUsage.NONE)));
        Map<Integer, Long> memory = new HashMap<>();
        measured.forEach((worker, usage) -> {
            Total total = totals.computeIfAbsent(worker.instance(), instance -> new Total(worker.name()));
            total.nanosByWorker.merge(worker.id(), usage.cpuNanos(), Math::max);
            memory.merge(worker.instance(), usage.memory(), Long::sum);
        });
        return totals.entrySet().stream().map(entry -> new ResourceUsage(entry.getKey(), entry.getValue().name,
                Duration.ofNanos(nanos(entry.getValue(), measured)), memory.getOrDefault(entry.getKey(), 0L)))
                .toList();
    }

    /** Keeps the sum of workers that are no longer measured, so that their number does not grow. */
    private static long nanos(Total total, Map<Worker, ProcessUsage> measured) {
        total.nanosByWorker.entrySet().removeIf(entry -> {
            boolean ended = measured.keySet().stream().noneMatch(worker -> worker.id() == entry.getKey());
            total.endedNanos += ended ? entry.getValue() : 0;
            return ended;
        });
        return total.endedNanos + total.nanosByWorker.values().stream().mapToLong(Long::longValue).sum();
    }
}
