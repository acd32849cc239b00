package io.musher.ops.internal.run;

import io.musher.Cluster;
import io.musher.Worker;
import io.musher.ops.internal.control.ControlException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * A process, or one of its workers.
 *
 * @param instance counted from 0; empty for the whole process
 */
record Target(ControlledProcess process, OptionalInt instance) {

    String name() {
        return process.id + (instance.isPresent() ? "-" + (instance.getAsInt() + 1) : "");
    }

    ControlledProcess wholeProcess(String command) throws ControlException {
        if (instance.isPresent()) {
            throw new ControlException(ControlException.BAD_REQUEST, command + ": " + name() + " is a worker; "
                    + command + " is for processes, here " + process.id + "; musher restart " + name()
                    + " replaces one worker");
        }
        return process;
    }

    Worker worker(String command) throws ControlException {
        return worker().orElseThrow(() -> new ControlException(ControlException.CONFLICT,
                command + ": " + name() + " has no process at present; musher start " + name() + " starts it"));
    }

    private Optional<Worker> worker() {
        return process.workers().stream().filter(worker -> worker.instance() == instance.orElse(-1))
                .reduce((older, newer) -> newer);
    }

    /** Starts the process, or the worker if that is stopped or was given up. */
    CompletableFuture<?> start() throws ControlException {
        return instance.isEmpty() || process instanceof Job ? wholeProcess("start").start() : startWorker();
    }

    /** Replaces the worker; starts it if there is none. */
    CompletableFuture<?> restartWorker() throws ControlException {
        Optional<Worker> present = worker();
        return present.isPresent() ? OwnPort.advise(present.get().restart(), process) : startWorker();
    }

    private CompletableFuture<?> startWorker() throws ControlException {
        Cluster running = process.cluster().orElseThrow(() -> new ControlException(ControlException.CONFLICT,
                process.id + " is stopped; musher start " + process.id + " starts all its workers"));
        return process.places.start(running, instance.orElseThrow(), process.mayEnd());
    }

    /** Stops the process, or the worker, until a command starts it. */
    CompletableFuture<?> stop() throws ControlException {
        if (instance.isEmpty()) {
            return process.stop();
        }
        return process instanceof Job ? worker("stop").stop() : process.places.stop(worker("stop"));
    }

    /** {@return whether this is the worker with the name, or its process} */
    boolean includes(String worker) {
        return instance.isPresent() ? worker.equals(name())
                : worker.startsWith(process.id + "-") && worker.substring(process.id.length() + 1).matches("[0-9]+");
    }

    /**
     * Finds what ids name.
     *
     * @param ids names of processes or workers, or {@code all}
     * @throws ControlException if one names nothing
     */
    static List<Target> find(List<String> ids, Collection<? extends ControlledProcess> all) throws ControlException {
        Map<String, Target> found = new TreeMap<>();
        List<Target> targets = new ArrayList<>();
        for (String id : ids) {
            for (Target target : find(id, all)) {
                if (found.putIfAbsent(target.name(), target) == null) {
                    targets.add(target);
                }
            }
        }
        return targets;
    }

    private static List<Target> find(String id, Collection<? extends ControlledProcess> all) throws ControlException {
        if (id.equals("all")) {
            return all.stream().<Target>map(process -> new Target(process, OptionalInt.empty())).toList();
        }
        for (ControlledProcess process : all) {
            if (process.id.equalsIgnoreCase(id)) {
                return List.of(new Target(process, OptionalInt.empty()));
            }
        }
        int dash = id.lastIndexOf('-');
        if (dash > 0 && id.substring(dash + 1).matches("[1-9][0-9]{0,5}")) {
            int instance = Integer.parseInt(id.substring(dash + 1)) - 1;
            for (ControlledProcess process : all) {
                boolean exists = instance < process.configured()
                        || process.cluster().map(running -> process.places.isStopped(running, instance)
                                || running.stats().slots().stream().anyMatch(slot -> slot.instance() == instance))
                                .orElse(false);
                if (process.id.equalsIgnoreCase(id.substring(0, dash)) && exists) {
                    return List.of(new Target(process, OptionalInt.of(instance)));
                }
            }
        }
        throw new ControlException(ControlException.UNKNOWN_ID, "no process or worker is called \"" + id
                + "\"; name one of " + all.stream().map(process -> process.id).collect(Collectors.joining(", ")));
    }
}
