package io.musher.ops.internal.run;

import io.musher.Cluster;
import io.musher.ClusterStats;
import io.musher.ClusterStats.SlotStats;
import io.musher.ResourceUsage;
import io.musher.balancer.BalancerStats;
import io.musher.ops.internal.control.LogMemory;
import io.musher.ops.internal.run.ControlledProcess.FailedRollout;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
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
        List<Map<String, Object>> workers = WorkerReport.of(process, stats, usage);
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
        fields.put("droppedOutputBytes", stats.map(ClusterStats::droppedOutput).orElse(0L)
                + process.droppedByLog());
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
        fields.put("lastExit", process.lastExit().map(process::text).orElse(null));
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
                .filter(slot -> slot.state() != SlotStats.State.READY
                        || WorkerReport.crashLoop(process, slot).isPresent())
                .map(slot -> WorkerReport.reason(process, slot)).findFirst())
                .or(() -> process.failedRollout().map(StatusReport::reason)).or(() -> hasEnded(process, stats)
                        ? process.lastExit().map(process::text)
                        : Optional.empty())
                .orElse("");
    }

    /** {@return whether the programs of a process have ended by themselves and are not started again} */
    private static boolean hasEnded(ControlledProcess process, Optional<ClusterStats> stats) {
        return process.mayEnd() && !(process instanceof Job)
                && stats.filter(now -> now.wanted() == 0 && now.workers().isEmpty()).isPresent();
    }

    private static String reason(FailedRollout failed) {
        String last = LogMemory.failureLine(failed.rollout().lastOutput().lines().toList());
        return "reload failed " + WorkerReport.ago(failed.at()) + ": " + failed.rollout().failure().orElse("")
                + (last.isEmpty() ? "" : ": \"" + last + "\"");
    }
}
