package io.musher.ops.internal.run;

import io.musher.ops.internal.control.ControlException;
import io.musher.ops.internal.control.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/** What the commands do that change something: reads their fields, finds their targets, begins. Thread-safe. */
final class Actions {

    private static final int MAX_INSTANCES = 1_000;

    private final Controlled primary;

    Actions(Controlled primary) {
        this.primary = primary;
    }

    /** A command that has been understood. */
    interface Action {

        /**
         * Begins it.
         *
         * @param notes gets what the client has to know of a part that was left out
         * @return completes when it is done
         * @throws ControlException if it cannot be begun
         */
        CompletableFuture<?> run(List<String> notes) throws ControlException;
    }

    /**
     * Reads the fields of a request; nothing has changed yet.
     *
     * @param ids the targets, which have been read before
     * @throws ControlException if a field is missing or wrong
     */
    Action of(Request request, List<String> ids) throws ControlException {
        switch (request.command()) {
            case "scale" -> {
                OptionalInt instances = request.number("instances", 0, MAX_INSTANCES);
                OptionalInt add = request.number("add", -MAX_INSTANCES, MAX_INSTANCES);
                request.end();
                if (instances.isPresent() == add.isPresent() || ids.isEmpty()) {
                    throw new ControlException(ControlException.BAD_REQUEST,
                            "scale: expected an id and instances or add, such as {\"do\":\"scale\",\"id\":\"web\","
                                    + "\"instances\":6}");
                }
                return notes -> each(scalable(ids, notes), target -> instances.isPresent()
                        ? target.wholeProcess("scale").scale(instances.getAsInt())
                        : scaleBy(target, add.getAsInt()));
            }
            case "signal" -> {
                String signal = request.text("signal").orElseThrow(() -> new ControlException(
                        ControlException.BAD_REQUEST, "signal: expected the name of a signal, such as USR1"));
                request.end();
                if (ids.isEmpty()) {
                    throw new ControlException(ControlException.BAD_REQUEST, "signal: expected an id");
                }
                return notes -> each(targets(ids), target -> signal(target, signal));
            }
            case "start" -> {
                boolean first = request.flag("first", false);
                request.end();
                return notes -> !ids.isEmpty() ? each(targets(ids), Target::start)
                        : first ? primary.firstStart() : primary.startAll();
            }
            default -> {
                request.end();
                return notes -> switch (request.command()) {
                    case "stop" -> ids.isEmpty() ? primary.stopAll() : each(targets(ids), Target::stop);
                    case "restart" -> restart(ids);
                    default -> reload(ids, notes);
                };
            }
        }
    }

    /** {@return the targets but the jobs that only {@code all} has named} */
    private List<Target> scalable(List<String> ids, List<String> notes) throws ControlException {
        List<Target> chosen = new ArrayList<>();
        for (Target target : targets(ids)) {
            if (target.process() instanceof Job && ids.stream().noneMatch(target.name()::equalsIgnoreCase)) {
                notes.add(target.name() + ": not scaled: a job runs in one process");
            } else {
                chosen.add(target);
            }
        }
        return chosen;
    }

    /** Reloads what runs. What is stopped stays so, as long as no command starts it. */
    private CompletableFuture<?> reload(List<String> ids, List<String> notes) throws ControlException {
        List<String> chosen = processes(targets(ids), "reload");
        for (ControlledProcess process : primary.processes()) {
            boolean isNamed = ids.stream().anyMatch(process.id::equalsIgnoreCase);
            boolean isMeant = ids.isEmpty() || chosen.contains(process.id);
            if (!process.isIdle() || !isMeant || !isNamed && process.waitsForItsFirstStart()) {
                continue;
            }
            String start = ": musher start " + process.id + " starts it";
            if (isNamed) {
                throw new ControlException(ControlException.CONFLICT,
                        "nothing was reloaded, because " + process.id + " does not run" + start
                                + ", musher restart " + process.id + " as the config file describes it now");
            }
            notes.add(process.id + ": does not run, and was not started" + start);
        }
        return primary.reload(chosen);
    }

    private CompletableFuture<?> restart(List<String> ids) throws ControlException {
        List<Target> targets = targets(ids);
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (Target target : targets) {
            if (target.instance().isPresent()) {
                all.add(target.restartWorker());
            }
        }
        List<String> whole = targets.stream().filter(target -> target.instance().isEmpty())
                .map(target -> target.process().id).toList();
        if (!whole.isEmpty() || ids.isEmpty()) {
            all.add(primary.restart(whole));
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
    }

    private static CompletableFuture<?> scaleBy(Target target, int add) throws ControlException {
        ControlledProcess process = target.wholeProcess("scale");
        synchronized (process) { // two clients that add one each add two
            int instances = process.wanted() + add;
            if (instances < 0 || instances > MAX_INSTANCES) {
                throw new ControlException(ControlException.BAD_REQUEST, "scale " + process.id + " by " + add
                        + ": it has " + process.wanted() + (process.wanted() == 1 ? " worker" : " workers")
                        + ", and may have 0 to " + MAX_INSTANCES);
            }
            return process.scale(instances);
        }
    }

    private static CompletableFuture<?> signal(Target target, String signal) throws ControlException {
        try {
            if (target.instance().isPresent()) {
                target.worker("signal").signal(signal);
            } else {
                target.process().workers().forEach(worker -> worker.signal(signal));
            }
        } catch (IllegalArgumentException | UnsupportedOperationException e) {
            throw new ControlException(ControlException.BAD_REQUEST, "signal " + signal + ": " + e.getMessage());
        }
        return CompletableFuture.completedFuture(null);
    }

    /** Does something with one target. */
    private interface Step {
        CompletableFuture<?> take(Target target) throws ControlException;
    }

    private static CompletableFuture<?> each(List<Target> targets, Step step) throws ControlException {
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (Target target : targets) {
            all.add(step.take(target));
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
    }

    private static List<String> processes(List<Target> targets, String command) throws ControlException {
        List<String> ids = new ArrayList<>();
        for (Target target : targets) {
            ids.add(target.wholeProcess(command).id);
        }
        return ids;
    }

    private List<Target> targets(List<String> ids) throws ControlException {
        return Target.find(ids, primary.processes());
    }
}
