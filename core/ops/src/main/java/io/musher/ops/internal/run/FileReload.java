package io.musher.ops.internal.run;

import io.musher.Cluster;
import io.musher.Rollout;
import io.musher.ops.internal.control.ControlException;
import io.musher.ops.internal.file.FileSpec;
import io.musher.ops.internal.file.ProcessSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * What a reload does. Planned as a whole, so that a file of which a part cannot be applied changes nothing.
 *
 * @param file the new file
 * @param gone the processes that it contains no more
 * @param added the entries that are new in it
 * @param kept the others, with their new entries
 */
record FileReload(FileSpec file, List<ManagedProcess> gone, List<ProcessSpec> added,
        Map<ManagedProcess, ProcessSpec> kept) {

    private static final String BAD_PROGRAM = "the program on disk is still the one that failed, and a worker that"
            + " crashes or is restarted would start it: mend it, or put the former one back";
    private static final String BAD_ENTRY = "the config file still describes the one that failed, and restart would"
            + " start it: mend it, or put the former text back";

    /**
     * Compares the file with what runs.
     *
     * @param ids the processes to reload; empty for the whole file
     * @throws ControlException if a running process would have to be restarted
     */
    static FileReload plan(List<ManagedProcess> running, FileSpec next, List<String> ids) throws ControlException {
        List<ProcessSpec> added = new ArrayList<>(next.processes());
        added.removeIf(spec -> !ids.isEmpty() || running.stream().anyMatch(process -> process.id.equals(spec.id())));
        List<ManagedProcess> gone = new ArrayList<>();
        Map<ManagedProcess, ProcessSpec> kept = new LinkedHashMap<>();
        List<String> refused = new ArrayList<>();
        for (ManagedProcess process : running) {
            Optional<ProcessSpec> spec = next.processes().stream().filter(each -> each.id().equals(process.id))
                    .findFirst();
            if (spec.isEmpty()) {
                if (!ids.isEmpty()) {
                    throw new ControlException(ControlException.CONFLICT,
                            process.id + " is not in the file any more: reload without an id removes it");
                }
                gone.add(process);
                continue;
            }
            kept.put(process, spec.get());
            SpecChange change = SpecChange.between(process.spec(), spec.get());
            if (process.cluster().isPresent() || change.needRestart().contains("cron")) {
                change.needRestart().forEach(key -> refused.add(process.id + ": " + key));
            }
        }
        if (!refused.isEmpty()) {
            throw new ControlException(ControlException.CONFLICT,
                    "nothing was changed, because a reload cannot change " + String.join("; ", refused)
                            + ". To apply it: musher restart "
                            + String.join(" ", refused.stream().map(line -> line.substring(0, line.indexOf(':')))
                                    .distinct().toList())
                            + ", which stops all workers of the process at once and then starts new ones");
        }
        return new FileReload(next, gone, added, kept);
    }

    /** Applies a new spec to a process and replaces its workers. A failure brings the former spec back. */
    static CompletableFuture<?> replace(ManagedProcess process, ProcessSpec next) {
        ProcessSpec old = process.spec();
        SpecChange change = SpecChange.between(old, next);
        try {
            process.apply(next);
        } catch (ControlException e) {
            restore(process, next, old);
            return CompletableFuture.failedFuture(e);
        }
        Optional<Cluster> cluster = process.cluster();
        if (cluster.isEmpty()) {
            return process.problem().isEmpty() ? CompletableFuture.completedFuture(null)
                    : CompletableFuture.supplyAsync(() -> start(process)).thenCompose(started -> started);
        }
        // more workers are started when the new program is in force, fewer are left before it is
        boolean fewer = next.instances() < old.instances();
        return scale(process, change.scales() && fewer, next)
                .thenCompose(done -> process.roll(cluster.get(), change.deploys()).exceptionally(failure -> {
                    restore(process, next, old);
                    throw new IllegalReload(new ControlException(ControlException.FAILED, process.id + ": "
                            + Commands.failure(failure).getMessage() + "; nothing was replaced"));
                })).thenCompose(rollout -> {
                    if (OwnPort.hasPrevented(rollout, process, next)) {
                        return OwnPort.restart(process);
                    } else if (!rollout.succeeded()) {
                        if (rollout.outcome() != Rollout.Outcome.SUPERSEDED) {
                            restore(process, next, old);
                        }
                        throw new IllegalReload(failure(process, cluster.get(), rollout, change));
                    }
                    return CompletableFuture.completedFuture(null);
                }).thenCompose(done -> scale(process, change.scales() && !fewer, next));
    }

    private static ControlException failure(ManagedProcess process, Cluster cluster, Rollout rollout,
            SpecChange change) {
        return new ControlException(ControlException.FAILED,
                process.id + ": " + rollout.failure().orElse("the rollout has ended as " + rollout.outcome())
                        + "; " + rollout.kept() + " of " + cluster.stats().wanted()
                        + " workers of the program before serve; " + (change.deploys() ? BAD_ENTRY : BAD_PROGRAM),
                rollout.lastOutput());
    }

    /** Starts what could not be started by its former spec. */
    private static CompletableFuture<Void> start(ManagedProcess process) {
        try {
            return process.start();
        } catch (ControlException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static CompletableFuture<Void> scale(ManagedProcess process, boolean needed, ProcessSpec next) {
        try {
            return needed && process instanceof Service service ? service.scale(next.instances())
                    : CompletableFuture.completedFuture(null);
        } catch (ControlException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Goes back to the former spec, unless another command has applied one since. */
    private static void restore(ManagedProcess process, ProcessSpec next, ProcessSpec old) {
        try {
            if (process.spec().equals(next)) {
                process.apply(old);
            }
        } catch (ControlException e) {
            ManagedProcess.LOG.error("{}", e.getMessage());
        }
    }

    /** Carries the failure through a future. */
    private static final class IllegalReload extends CompletionException {
        private static final long serialVersionUID = 1;

        IllegalReload(ControlException cause) {
            super(cause);
        }
    }
}
