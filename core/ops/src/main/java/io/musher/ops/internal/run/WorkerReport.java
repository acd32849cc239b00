package io.musher.ops.internal.run;

import io.musher.ClusterStats;
import io.musher.ClusterStats.SlotStats;
import io.musher.Exit;
import io.musher.ResourceUsage;
import io.musher.Worker;
import io.musher.WorkerState;
import io.musher.balancer.BalancerStats;
import io.musher.balancer.loop.Nullable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Describes the workers of a process for {@link StatusReport}: a row for each place, in their order. */
final class WorkerReport {

    /** How long a replacement is shown. */
    private static final Duration NEWS = Duration.ofMinutes(10);

    private WorkerReport() {}

    static List<Map<String, Object>> of(ControlledProcess process, Optional<ClusterStats> stats,
            List<ResourceUsage> usage) {
        Map<String, ResourceUsage> used = new HashMap<>();
        usage.forEach(each -> used.put(each.name(), each));
        Map<String, Double> percent = process.cpu.percent(usage, System.nanoTime());
        List<Map<String, Object>> rows = new ArrayList<>();
        stats.ifPresent(now -> now.slots().forEach(slot -> {
            Map<String, Object> fields = new LinkedHashMap<>();
            Optional<Worker> worker = workerOf(process, slot);
            ResourceUsage own = used.get(slot.name());
            fields.put("name", slot.name());
            fields.put("id", worker.map(Worker::id).orElse(null));
            fields.put("instance", slot.instance());
            fields.put("state", slot.state().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '));
            fields.put("pid", worker.map(each -> each.pid().isPresent() ? each.pid().getAsLong() : null).orElse(null));
            fields.put("port", worker.map(each -> each.port().isPresent() ? each.port().getAsInt() : null)
                    .orElse(null));
            fields.put("startedAt", worker.flatMap(Worker::startedAt).map(Instant::toString).orElse(null));
            fields.put("upSeconds", worker.flatMap(Worker::startedAt)
                    .map(start -> Duration.between(start, Instant.now()).toSeconds()).orElse(null));
            fields.put("restarts", slot.restarts());
            fields.put("failures", slot.failures());
            fields.put("connections", active(now, slot.name()));
            fields.put("connectionsTotal", slot.traffic().connections());
            fields.put("cpuSeconds", own == null ? null : own.cpuTime().toMillis() / 1_000.0);
            fields.put("cpuPercent", percent.get(slot.name()));
            fields.put("memoryBytes", own == null || own.memory() == 0 ? null : own.memory());
            Optional<CrashLoops.Row> loop = crashLoop(process, slot);
            fields.put("crashesInARow", loop.map(CrashLoops.Row::crashes).orElse(0));
            fields.put("why", slot.state() == SlotStats.State.READY && loop.isEmpty() ? replaced(process, slot.name())
                    : reason(process, slot));
            fields.put("replaced", process.replacement(slot.name())
                    .map(last -> last.at() + ": the former worker " + last.why()).orElse(null));
            fields.put("explain", worker.map(Worker::explain).orElse(null));
            fields.put("nextStart", slot.nextStart().map(Instant::toString).orElse(null));
            fields.put("lastExit", slot.lastExit().map(process::text).orElse(null));
            rows.add(fields);
        }));
        process.places.stopped(process.cluster()).forEach(worker -> rows.add(stopped(worker)));
        rows.sort(Comparator.comparingInt(row -> (Integer) row.get("instance")));
        return rows;
    }

    static String ago(Instant at) {
        Duration since = Duration.between(at, Instant.now());
        return (since.toHours() > 0 ? since.toHours() + " h"
                : since.toMinutes() > 0 ? since.toMinutes() + " min" : since.toSeconds() + " s") + " ago";
    }

    /** {@return why the former worker of this place was replaced or has failed, while that is news} */
    private static String replaced(ControlledProcess process, String worker) {
        return process.replacement(worker).filter(last -> isNews(last.at()))
                .map(last -> "replaced " + ago(last.at()) + ": the former worker " + last.why())
                .or(() -> process.crashes.last(worker).filter(last -> isNews(last.at()))
                        .map(last -> "restarted " + ago(last.at()) + ": " + last.reason()))
                .orElse("");
    }

    private static boolean isNews(Instant at) {
        return Duration.between(at, Instant.now()).compareTo(NEWS) < 0;
    }

    /** {@return the crash loop in a place; one that was given up is none} */
    static Optional<CrashLoops.Row> crashLoop(ControlledProcess process, SlotStats slot) {
        return slot.state() == SlotStats.State.GAVE_UP ? Optional.empty()
                : process.crashes.loop(slot.name(), workerOf(process, slot).flatMap(Worker::startedAt), Instant.now());
    }

    /** {@return why a place has no ready worker, or not for long; with the line of output that says why} */
    static String reason(ControlledProcess process, SlotStats slot) {
        Optional<CrashLoops.Row> loop = crashLoop(process, slot);
        if (loop.isPresent()) {
            String last = loop.get().line();
            return "failed " + loop.get().crashes() + " times in a row, last " + ago(loop.get().at()) + ": "
                    + loop.get().reason() + (last.isEmpty() ? "" : ": \"" + last + "\"");
        }
        boolean failed = slot.state() == SlotStats.State.BACKOFF || slot.state() == SlotStats.State.GAVE_UP;
        String last = !failed ? ""
                : process.crashes.last(slot.name()).map(CrashLoops.Row::line)
                        .orElseGet(() -> process.memory.failureLine(slot.name()));
        return slot.reason() + (last.isEmpty() ? "" : ": \"" + last + "\"");
    }

    /** {@return the fields of a place whose worker was stopped by its name} */
    private static Map<String, Object> stopped(Worker worker) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", worker.name());
        fields.put("id", null);
        fields.put("instance", worker.instance());
        fields.put("state", worker.isDead() ? "stopped" : "stopping");
        for (String unknown : List.of("pid", "port", "startedAt", "upSeconds", "failures", "connections",
                "connectionsTotal", "cpuSeconds", "cpuPercent", "memoryBytes", "replaced", "explain", "nextStart")) {
            fields.put(unknown, null);
        }
        fields.put("restarts", worker.restarts());
        fields.put("crashesInARow", 0);
        fields.put("lastExit", exit(worker));
        fields.put("why", "musher start " + worker.name() + " starts it");
        return fields;
    }

    private static @Nullable String exit(Worker worker) {
        String exit = worker.onExit().thenApply(Exit::toString).exceptionally(failure -> "").getNow("");
        return exit.isEmpty() ? null : exit;
    }

    /** {@return the worker that serves in a place; without one the newest that lives} */
    private static Optional<Worker> workerOf(ControlledProcess process, SlotStats slot) {
        return process.workers().stream().filter(worker -> worker.instance() == slot.instance())
                .max(Comparator.comparing((Worker worker) -> worker.state() == WorkerState.READY)
                        .thenComparing(Worker::id));
    }

    private static @Nullable Long active(ClusterStats stats, String name) {
        return stats.balancer().map(balancer -> balancer.targets().stream()
                .filter(target -> target.target().id().equals(name))
                .mapToLong(BalancerStats.TargetStats::active).sum()).orElse(null);
    }
}
