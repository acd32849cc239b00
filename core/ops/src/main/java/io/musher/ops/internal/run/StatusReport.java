package io.musher.ops.internal.run;

import io.musher.Cluster;
import io.musher.ClusterStats;
import io.musher.ClusterStats.SlotStats;
import io.musher.Exit;
import io.musher.ResourceUsage;
import io.musher.Worker;
import io.musher.WorkerState;
import io.musher.balancer.BalancerStats;
import io.musher.balancer.loop.Nullable;
import io.musher.ops.internal.control.LogMemory;
import io.musher.ops.internal.run.ControlledProcess.FailedRollout;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Describes the primary, its processes and their workers for the command {@code status}. What is unknown is null. */
final class StatusReport {

    /** What a measurement of CPU and memory may take; without it these are unknown. */
    private static final long MEASURE_MILLIS = 2_000;

    /** How long a replacement is shown. */
    private static final Duration NEWS = Duration.ofMinutes(10);

    /** Changes when a client could misunderstand an answer; added fields are no such change. */
    private static final int API = 1;

    private StatusReport() {}

    /** {@return the fields that describe a primary} */
    static Map<String, Object> ofPrimary(String version, String boot, String name, Instant startedAt, String config) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("api", API);
        fields.put("version", version);
        fields.put("boot", boot);
        fields.put("name", name);
        fields.put("pid", ProcessHandle.current().pid());
        fields.put("startedAt", startedAt.toString());
        fields.put("upSeconds", Duration.between(startedAt, Instant.now()).toSeconds());
        fields.put("config", config);
        return fields;
    }

    /** {@return a map for each process, in this order} */
    static List<Map<String, Object>> of(Collection<? extends ControlledProcess> processes) throws InterruptedException {
        List<Map<String, Object>> report = new ArrayList<>();
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MEASURE_MILLIS);
        for (ControlledProcess process : processes) {
            // one after the other: they share what is read of the process table
            report.add(of(process, usage(process.cluster().map(Cluster::usage), deadline)));
        }
        return report;
    }

    private static List<ResourceUsage> usage(Optional<CompletableFuture<List<ResourceUsage>>> measured, long deadline)
            throws InterruptedException {
        try {
            return measured.isEmpty() ? List.of()
                    : measured.get().get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            ManagedProcess.LOG.debug("CPU and memory are unknown", e);
            return List.of();
        }
    }

    private static Map<String, Object> of(ControlledProcess process, List<ResourceUsage> usage) {
        Map<String, Object> fields = new LinkedHashMap<>();
        Optional<Cluster> cluster = process.cluster();
        Optional<ClusterStats> stats = cluster.map(Cluster::stats);
        fields.put("id", process.id);
        fields.put("kind", process.kind());
        List<Map<String, Object>> workers = workers(process, stats, usage);
        boolean crashes = !(process instanceof Job) && workers.stream()
                .anyMatch(worker -> worker.get("crashesInARow") instanceof Integer row && row > 0);
        fields.put("state", cluster.map(running -> state(process.state(running, stats.orElseThrow()), crashes))
                .orElseGet(() -> stoppedState(process)));
        fields.put("wanted", process.wanted());
        fields.put("ready", stats.map(ClusterStats::ready).orElse(0));
        fields.put("configured", process.configured());
        fields.put("commonPort", process.commonPort().isPresent() ? process.commonPort().getAsInt() : null);
        fields.put("restarts", stats.map(ClusterStats::restarts).orElse(0L));
        fields.put("failures", stats.map(ClusterStats::failures).orElse(0L));
        fields.put("droppedOutputBytes", stats.map(ClusterStats::droppedOutput).orElse(0L));
        fields.put("connections", stats.flatMap(ClusterStats::balancer).map(BalancerStats::active).orElse(null));
        fields.put("healthy", !crashes && isHealthy(process, stats));
        fields.put("why", why(process, stats));
        fields.put("rollout", stats.flatMap(ClusterStats::rollout).map(rollout -> {
            Map<String, Object> running = new LinkedHashMap<>();
            running.put("replaced", rollout.replaced());
            running.put("left", rollout.left());
            running.put("failure", rollout.failure().orElse(null));
            return running;
        }).orElse(null));
        fields.put("failedReload", process.failedRollout().map(failed -> {
            Map<String, Object> reload = new LinkedHashMap<>();
            reload.put("at", failed.at().toString());
            reload.put("why", failed.rollout().failure().orElse(""));
            reload.put("lastOutput", failed.rollout().lastOutput());
            return reload;
        }).orElse(null));
        if (process instanceof Job runs) {
            fields.put("nextRun", runs.nextRun().map(Instant::toString).orElse(null));
            fields.put("lastRunSeconds",
                    runs.lastRun().map(run -> run.took().toMillis() / 1_000.0).orElse(null));
        }
        fields.put("lastExit", process.lastExit().map(Exit::toString).orElse(null));
        fields.put("workers", workers);
        return fields;
    }

    /** {@return the state, or that what looks well, or well at times, crashes again and again} */
    private static String state(String present, boolean crashes) {
        return crashes && Set.of("ready", "starting", "degraded").contains(present) ? "crashing" : present;
    }

    private static String stoppedState(ControlledProcess process) {
        return process.isStopping() ? "stopping" : process.problem().isEmpty() ? "stopped" : "failed";
    }

    /** {@return whether all is as wanted; a process that was stopped is} */
    private static boolean isHealthy(ControlledProcess process, Optional<ClusterStats> stats) {
        if (process instanceof Job job) {
            return process.problem().isEmpty() && !job.lastRun().map(Job.Run::failed).orElse(false);
        }
        if (process instanceof ManagedProcess managed && managed.hasFailed()) {
            return false;
        }
        return stats.map(now -> now.ready() >= now.wanted()
                && (now.wanted() > 0 || !process.lastExit().map(exit -> exit.status() != 0 && !exit.voluntary())
                        .orElse(false)))
                .orElse(process.problem().isEmpty());
    }

    private static String why(ControlledProcess process, Optional<ClusterStats> stats) {
        if (!process.problem().isEmpty()) {
            return process.problem();
        }
        if (process instanceof Job job) {
            return job.summary();
        }
        return stats.flatMap(now -> now.slots().stream()
                .filter(slot -> slot.state() != SlotStats.State.READY || crashLoop(process, slot).isPresent())
                .map(slot -> reason(process, slot)).findFirst())
                .or(() -> process.failedRollout().map(StatusReport::reason)).orElse("");
    }

    private static String reason(FailedRollout failed) {
        String last = LogMemory.lastLine(failed.rollout().lastOutput().lines().toList());
        return "reload failed " + ago(failed.at()) + ": " + failed.rollout().failure().orElse("")
                + (last.isEmpty() ? "" : ": \"" + last + "\"");
    }

    private static String ago(Instant at) {
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
    private static Optional<CrashLoops.Row> crashLoop(ControlledProcess process, SlotStats slot) {
        return slot.state() == SlotStats.State.GAVE_UP ? Optional.empty()
                : process.crashes.loop(slot.name(), workerOf(process, slot).flatMap(Worker::startedAt), Instant.now());
    }

    /** {@return why a place has no ready worker, or not for long; after a failure with the last line of its output} */
    private static String reason(ControlledProcess process, SlotStats slot) {
        Optional<CrashLoops.Row> loop = crashLoop(process, slot);
        if (loop.isPresent()) {
            String last = process.memory.lastLine(slot.name());
            return "failed " + loop.get().crashes() + " times in a row, last " + ago(loop.get().at()) + ": "
                    + loop.get().reason() + (last.isEmpty() ? "" : ": \"" + last + "\"");
        }
        boolean failed = slot.state() == SlotStats.State.BACKOFF || slot.state() == SlotStats.State.GAVE_UP;
        String last = failed ? process.memory.lastLine(slot.name()) : "";
        return slot.reason() + (last.isEmpty() ? "" : ": \"" + last + "\"");
    }

    private static List<Map<String, Object>> workers(ControlledProcess process, Optional<ClusterStats> stats,
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
            fields.put("lastExit", slot.lastExit().map(Exit::toString).orElse(null));
            rows.add(fields);
        }));
        process.places.stopped(process.cluster()).forEach(worker -> rows.add(stopped(worker)));
        rows.sort(Comparator.comparingInt(row -> (Integer) row.get("instance")));
        return rows;
    }

    /** {@return the fields of a place whose worker was stopped by its name} */
    private static Map<String, Object> stopped(Worker worker) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", worker.name());
        fields.put("id", null);
        fields.put("instance", worker.instance());
        fields.put("state", worker.isDead() ? "stopped" : "stopping");
        for (String unknown : List.of("pid", "port", "startedAt", "upSeconds")) {
            fields.put(unknown, null);
        }
        fields.put("restarts", worker.restarts());
        fields.put("why", "musher start " + worker.name() + " starts it");
        return fields;
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
