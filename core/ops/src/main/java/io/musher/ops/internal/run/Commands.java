package io.musher.ops.internal.run;

import io.musher.balancer.loop.Nullable;
import io.musher.ops.internal.control.ControlException;
import io.musher.ops.internal.control.ControlHandler;
import io.musher.ops.internal.control.EventLog;
import io.musher.ops.internal.control.Feed;
import io.musher.ops.internal.control.LogMemory;
import io.musher.ops.internal.control.Request;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Carries out the commands of clients, whatever door they come through. Thread-safe. */
final class Commands implements ControlHandler {

    /** Changes when a client could misunderstand an answer; added fields are no such change. */
    static final int API = 1;

    private static final Set<String> NAMES = new LinkedHashSet<>(List.of("status", "start", "stop", "restart",
            "reload", "scale", "signal", "events", "logs"));
    private static final int MAX_BACKGROUND = 32;
    private static final int MAX_LINES = 10_000;
    private static final int MAX_INSTANCES = 1_000;
    private static final long LOOK_MILLIS = 1_000;
    private static final long EVENTS_MILLIS = 50;

    private final Controlled primary;
    private final EventLog events;
    private final LogMemory memory;
    private final ThreadPoolExecutor background = new ThreadPoolExecutor(0, MAX_BACKGROUND, 2, TimeUnit.SECONDS,
            new SynchronousQueue<>(), task -> {
                Thread thread = new Thread(task, "musher-command");
                thread.setDaemon(true);
                return thread;
            });

    Commands(Controlled primary, EventLog events, LogMemory memory) {
        this.primary = primary;
        this.events = events;
        this.memory = memory;
    }

    /** {@return the fields that describe a primary} */
    static Map<String, Object> description(String version, String boot, String name, Instant startedAt,
            String config) {
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

    /** A command that has been understood. */
    private interface Action {
        CompletableFuture<?> run() throws ControlException;
    }

    @Override
    public Map<String, Object> handle(Request request, Lines lines) throws ControlException, InterruptedException {
        return switch (request.command()) {
            case "status" -> status(request);
            case "events" -> events(request, lines);
            case "logs" -> logs(request, lines);
            case "start", "stop", "restart", "reload", "scale", "signal" -> carryOut(request, lines);
            default -> throw new ControlException(ControlException.BAD_REQUEST, "do: there is no command \""
                    + request.command() + "\"; there are " + String.join(", ", NAMES));
        };
    }

    private Map<String, Object> status(Request request) throws ControlException, InterruptedException {
        List<String> ids = request.ids();
        request.end();
        Collection<? extends ControlledProcess> chosen = ids.isEmpty() ? primary.processes()
                : targets(ids).stream().map(Target::process).collect(Collectors.toCollection(LinkedHashSet::new));
        Map<String, Object> answer = new LinkedHashMap<>(primary.description());
        List<Map<String, Object>> processes = StatusReport.of(chosen);
        if (!ids.isEmpty()) {
            int i = 0;
            for (ControlledProcess process : chosen) {
                processes.get(i++).put("details", process.details());
            }
        }
        answer.put("processes", processes);
        return answer;
    }

    private Map<String, Object> events(Request request, Lines lines) throws ControlException, InterruptedException {
        OptionalLong since = request.longNumber("since", 0, Long.MAX_VALUE);
        request.end();
        Feed feed = new Feed();
        AutoCloseable subscription = events.subscribe(feed,
                since.isPresent() ? Optional.of(since.getAsLong()) : Optional.empty(), event -> true);
        return stream(lines, feed, subscription);
    }

    private Map<String, Object> logs(Request request, Lines lines) throws ControlException, InterruptedException {
        List<String> ids = request.ids();
        int count = request.number("lines", 0, MAX_LINES).orElse(50);
        boolean follow = request.flag("follow", false);
        Instant since = Instant.ofEpochMilli(request.longNumber("since", 0, Long.MAX_VALUE).orElse(0));
        request.end();
        Predicate<String> workers = ids.isEmpty() ? worker -> true : targetedWorkers(targets(ids));
        Feed feed = new Feed();
        return stream(lines, feed, memory.subscribe(feed, workers, count, since, follow));
    }

    private static Predicate<String> targetedWorkers(List<Target> targets) {
        return worker -> targets.stream().anyMatch(target -> target.includes(worker));
    }

    private static Map<String, Object> stream(Lines lines, Feed feed, AutoCloseable subscription)
            throws ControlException, InterruptedException {
        try {
            lines.stream(feed);
            return Map.of();
        } finally {
            try {
                subscription.close();
            } catch (Exception e) {
                ManagedProcess.LOG.debug("closing a subscription failed", e);
            }
        }
    }

    private Map<String, Object> carryOut(Request request, Lines lines) throws ControlException, InterruptedException {
        boolean waits = request.flag("wait", true);
        boolean shows = request.flag("progress", false);
        List<String> ids = request.ids();
        Action action = action(request, ids);
        if (primary.isStopping()) {
            throw new ControlException(ControlException.CONFLICT, "the primary is stopping");
        }
        List<Target> targets = ids.isEmpty() ? List.of() : targets(ids);
        if (!waits) {
            try {
                background.execute(() -> runLogged(request, action));
            } catch (RejectedExecutionException e) {
                throw new ControlException(ControlException.BUSY, "too many commands are under way");
            }
            return Map.of();
        }
        Feed feed = new Feed();
        Predicate<EventLog.Event> concerned = event -> shows && (targets.isEmpty()
                || targets.stream().anyMatch(target -> target.process().id.equals(event.process())));
        AutoCloseable subscription = events.subscribe(feed, Optional.empty(), concerned);
        try {
            events.publish(request.command(), String.join(" ", ids), "", "a command of " + request.by(), request.by());
            await(action.run(), feed, lines);
        } catch (ControlException e) {
            throw stoppedMeanwhile(request, targets, e);
        } finally {
            try {
                subscription.close();
            } catch (Exception e) {
                ManagedProcess.LOG.debug("closing a subscription failed", e);
            }
        }
        return Map.of();
    }

    /** {@return the failure, or the reason for it: another client has stopped the process meanwhile} */
    private static ControlException stoppedMeanwhile(Request request, List<Target> targets, ControlException failure) {
        boolean stopped = failure.code() == ControlException.FAILED && !request.command().equals("stop")
                && targets.stream().anyMatch(target -> target.process().cluster().isEmpty()
                        && target.process().problem().isEmpty());
        return stopped ? new ControlException(ControlException.CONFLICT,
                request.command() + ": another command has stopped it meanwhile") : failure;
    }

    private void runLogged(Request request, Action action) {
        events.publish(request.command(), "", "", "a command of " + request.by(), request.by());
        try {
            action.run().join();
        } catch (ControlException | RuntimeException e) {
            ManagedProcess.LOG.error("{} failed: {}", request.command(), e.getMessage());
        }
    }

    /** Sends progress until the action has ended. */
    private static void await(CompletableFuture<?> action, Feed feed, Lines lines)
            throws ControlException, InterruptedException {
        // the last events arrive on another thread than the end of the action
        action.whenComplete((done, failure) -> CompletableFuture
                .delayedExecutor(EVENTS_MILLIS, TimeUnit.MILLISECONDS).execute(feed::close));
        while (!feed.isEnded()) {
            byte[] line = feed.take(LOOK_MILLIS);
            if (line != null) {
                lines.send(line);
            }
        }
        try {
            action.get();
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
    }

    static ControlException failure(@Nullable Throwable failure) {
        Throwable cause = failure;
        while (cause != null && cause.getCause() != null && !(cause instanceof ControlException)
                && (cause instanceof java.util.concurrent.CompletionException
                        || cause instanceof ExecutionException)) {
            cause = cause.getCause();
        }
        return cause instanceof ControlException known ? known
                : new ControlException(ControlException.FAILED,
                        cause == null ? "failed" : cause.getMessage() == null ? cause.toString() : cause.getMessage());
    }

    private Action action(Request request, List<String> ids) throws ControlException {
        switch (request.command()) {
            case "scale" -> {
                OptionalInt instances = request.number("instances", 0, MAX_INSTANCES);
                request.end();
                if (instances.isEmpty() || ids.isEmpty()) {
                    throw new ControlException(ControlException.BAD_REQUEST,
                            "scale: expected an id and instances, such as {\"do\":\"scale\",\"id\":\"web\","
                                    + "\"instances\":6}");
                }
                return () -> each(targets(ids), target -> scale(target, instances.getAsInt()));
            }
            case "signal" -> {
                String signal = request.text("signal").orElseThrow(() -> new ControlException(
                        ControlException.BAD_REQUEST, "signal: expected the name of a signal, such as HUP"));
                request.end();
                if (ids.isEmpty()) {
                    throw new ControlException(ControlException.BAD_REQUEST, "signal: expected an id");
                }
                return () -> each(targets(ids), target -> signal(target, signal));
            }
            default -> {
                request.end();
                return () -> switch (request.command()) {
                    case "start" -> ids.isEmpty() ? primary.startAll()
                            : each(targets(ids), target -> target.wholeProcess("start").start());
                    case "stop" -> ids.isEmpty() ? primary.stopAll() : each(targets(ids), Commands::stop);
                    case "restart" -> restart(ids);
                    default -> primary.reload(processes(targets(ids), "reload"));
                };
            }
        }
    }

    private CompletableFuture<?> restart(List<String> ids) throws ControlException {
        List<Target> targets = targets(ids);
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (Target target : targets) {
            if (target.instance().isPresent()) {
                all.add(target.worker("restart").restart());
            }
        }
        List<String> whole = targets.stream().filter(target -> target.instance().isEmpty())
                .map(target -> target.process().id).toList();
        if (!whole.isEmpty() || ids.isEmpty()) {
            all.add(primary.restart(whole));
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
    }

    private static CompletableFuture<?> scale(Target target, int instances) throws ControlException {
        return target.wholeProcess("scale").scale(instances);
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

    private static CompletableFuture<?> stop(Target target) throws ControlException {
        return target.instance().isPresent() ? target.worker("stop").stop() : target.process().stop();
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

    void close() {
        background.shutdownNow();
    }
}
