package io.musher.ops.internal.run;

import io.musher.ops.internal.control.ControlException;
import io.musher.ops.internal.file.FileProblems;
import io.musher.ops.internal.file.FileSpec;
import io.musher.ops.internal.file.Messages;
import io.musher.ops.internal.file.ProcessSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes of a config file, and the commands that read the file again. Thread-safe: the monitor guards which
 * processes there are, and is never held while waiting for one of them to stop.
 */
final class FileProcesses {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.ops");

    private final Primary.Source source;
    private final Context context;
    /** In the order of the file, which the keys are numbered by. */
    private final Map<Integer, ManagedProcess> processes = new ConcurrentSkipListMap<>();
    private volatile FileSpec file;

    /** Creates the processes of a file; nothing runs yet. */
    FileProcesses(FileSpec file, Primary.Source source, Context context) {
        this.file = file;
        this.source = source;
        this.context = context;
        file.processes().forEach(this::add);
    }

    /** {@return the file that was applied last as a whole} */
    FileSpec file() {
        return file;
    }

    /** {@return the processes in the order of the file} */
    Collection<ManagedProcess> all() {
        return processes.values();
    }

    private ManagedProcess create(ProcessSpec spec) {
        return spec.isJob() ? new Job(spec, context) : new Service(spec, context);
    }

    private ManagedProcess add(ProcessSpec spec) {
        ManagedProcess process = create(spec);
        processes.put(processes.isEmpty() ? 0 : Collections.max(processes.keySet()) + 1, process);
        return process;
    }

    /** See {@link Controlled#startAll}. */
    CompletableFuture<?> startAll() {
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (ManagedProcess process : all()) {
            boolean starts = process.spec().autostart() || process.spec().isJob() && process.cluster().isEmpty();
            if (starts && !(process instanceof Job && process.cluster().isPresent())) {
                try {
                    all.add(process.start());
                } catch (ControlException e) {
                    all.add(CompletableFuture.failedFuture(e));
                }
            } else if (!starts) {
                LOG.info("{}: not started: autostart is false", process.id);
            }
        }
        return allOrFirstFailure(all);
    }

    /** See {@link Controlled#restart}. */
    CompletableFuture<?> restart(List<String> ids) throws ControlException {
        FileSpec next = read();
        List<ManagedProcess> chosen = choose(ids);
        CompletableFuture.allOf(chosen.stream().map(ManagedProcess::stop).toArray(CompletableFuture[]::new)).join();
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (ManagedProcess process : takeOver(next, chosen, ids)) {
            try {
                all.add(process.start());
            } catch (ControlException e) {
                all.add(CompletableFuture.failedFuture(e));
            }
        }
        return allOrFirstFailure(all);
    }

    /**
     * Takes over the entries of stopped processes. A process keeps its object, which lets commands that come at the
     * same time act on one cluster.
     *
     * @return the processes to start
     */
    private synchronized List<ManagedProcess> takeOver(FileSpec next, List<ManagedProcess> chosen, List<String> ids)
            throws ControlException {
        List<ManagedProcess> starting = new ArrayList<>();
        for (Map.Entry<Integer, ManagedProcess> entry : processes.entrySet()) {
            ManagedProcess process = entry.getValue();
            Optional<ProcessSpec> spec = next.processes().stream().filter(each -> each.id().equals(process.id))
                    .findFirst();
            if (!chosen.contains(process)) {
                continue; // another command has replaced it
            } else if (spec.isEmpty()) {
                processes.remove(entry.getKey());
            } else {
                boolean sameKind = spec.get().isJob() == process.spec().isJob();
                ManagedProcess continued = sameKind ? process : create(spec.get());
                continued.apply(spec.get());
                processes.put(entry.getKey(), continued);
                if (spec.get().autostart() || spec.get().isJob() || !ids.isEmpty()) {
                    starting.add(continued);
                }
            }
        }
        if (ids.isEmpty()) {
            next.processes().stream().filter(spec -> all().stream().noneMatch(each -> each.id.equals(spec.id())))
                    .map(this::add).filter(added -> added.spec().autostart() || added.spec().isJob())
                    .forEach(starting::add);
            file = next;
        }
        return starting;
    }

    /** See {@link Controlled#reload}. */
    synchronized CompletableFuture<?> reload(List<String> ids) throws ControlException {
        FileReload reload = FileReload.plan(choose(ids), read(), ids);
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (ManagedProcess gone : reload.gone()) {
            processes.values().remove(gone);
            all.add(gone.stop());
        }
        for (ProcessSpec added : reload.added()) {
            ManagedProcess process = add(added);
            if (added.autostart() || added.isJob()) {
                all.add(process.start());
            }
        }
        reload.kept().forEach((process, spec) -> all.add(FileReload.replace(process, spec)));
        if (ids.isEmpty()) {
            file = reload.file();
        }
        return allOrFirstFailure(all);
    }

    private FileSpec read() throws ControlException {
        FileSpec next;
        try {
            next = source.read();
        } catch (FileProblems e) {
            throw new ControlException(ControlException.BAD_FILE, Messages.of(e));
        }
        List<String> keys = next.needRestart(file);
        if (!keys.isEmpty()) {
            throw new ControlException(ControlException.CONFLICT, "nothing was changed, because a running primary"
                    + " cannot change " + String.join(", ", keys) + ". To apply it: musher stop --name " + file.name()
                    + ", then musher start");
        }
        return next;
    }

    private List<ManagedProcess> choose(List<String> ids) {
        return all().stream().filter(process -> ids.isEmpty() || ids.contains(process.id)).toList();
    }

    /** {@return completes when all have, or fails with the first failure as soon as there is one} */
    private static CompletableFuture<?> allOrFirstFailure(List<CompletableFuture<?>> all) {
        CompletableFuture<Object> result = new CompletableFuture<>();
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).whenComplete((done, failure) -> {
            if (failure == null) {
                result.complete(null);
            }
        });
        all.forEach(each -> each.whenComplete((done, failure) -> {
            if (failure != null) {
                result.completeExceptionally(failure);
            }
        }));
        return result;
    }
}
