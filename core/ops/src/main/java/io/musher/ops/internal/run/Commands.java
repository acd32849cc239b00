package io.musher.ops.internal.run;

import io.musher.balancer.loop.Nullable;
import io.musher.ops.internal.control.ControlException;
import io.musher.ops.internal.control.ControlHandler;
import io.musher.ops.internal.control.EventLog;
import io.musher.ops.internal.control.Feed;
import io.musher.ops.internal.control.LogMemory;
import io.musher.ops.internal.control.Request;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

/**
 * Answers the requests of clients, whatever door they come through: status and streams; {@link Actions} are begun,
 * awaited, and their progress is sent. Thread-safe.
 */
final class Commands implements ControlHandler {

    private static final Set<String> NAMES = new LinkedHashSet<>(List.of("status", "start", "stop", "restart",
            "reload", "scale", "signal", "events", "logs"));
    private static final int MAX_BACKGROUND = 32;
    private static final int MAX_LINES = 10_000;
    private static final long LOOK_MILLIS = 1_000;
    private static final long EVENTS_MILLIS = 50;

    private final Controlled primary;
    private final Actions actions;
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
        actions = new Actions(primary);
        this.events = events;
        this.memory = memory;
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
        Actions.Action action = actions.of(request, ids);
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
            List<String> notes = new ArrayList<>();
            await(action.run(notes), feed, lines);
            return answer(request, targets, notes);
        } catch (ControlException e) {
            throw stoppedMeanwhile(request, targets, e);
        } finally {
            try {
                subscription.close();
            } catch (Exception e) {
                ManagedProcess.LOG.debug("closing a subscription failed", e);
            }
        }
    }

    /** Also while the primary ends, because it has nothing left to run. */
    private static boolean isDone(ControlledProcess process) {
        return process.mayEnd() && !(process instanceof Job) && process.workers().isEmpty()
                && process.lastExit().filter(exit -> exit.status() == 0 && !exit.voluntary()).isPresent();
    }

    private Map<String, Object> answer(Request request, List<Target> targets, List<String> notes) {
        Map<String, Object> answer = new LinkedHashMap<>();
        if (!notes.isEmpty()) {
            answer.put("notes", notes);
        }
        if (request.command().equals("start")) {
            List<String> ended = primary.processes().stream()
                    .filter(process -> targets.isEmpty()
                            || targets.stream().anyMatch(target -> target.process() == process))
                    .filter(Commands::isDone)
                    .<String>map(process -> process.id).toList();
            if (!ended.isEmpty()) {
                answer.put("ended", ended);
            }
        }
        return answer;
    }

    /** {@return the failure, or the reason for it: another client has stopped the process meanwhile} */
    private static ControlException stoppedMeanwhile(Request request, List<Target> targets, ControlException failure) {
        boolean stopped = failure.code() == ControlException.FAILED && !request.command().equals("stop")
                && targets.stream().anyMatch(target -> target.process().cluster().isEmpty()
                        && target.process().problem().isEmpty());
        return stopped ? new ControlException(ControlException.CONFLICT,
                request.command() + ": another command has stopped it meanwhile") : failure;
    }

    private void runLogged(Request request, Actions.Action action) {
        events.publish(request.command(), "", "", "a command of " + request.by(), request.by());
        try {
            List<String> notes = new ArrayList<>();
            action.run(notes).join();
            notes.forEach(note -> ManagedProcess.LOG.info("{}: {}", request.command(), note));
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

    private List<Target> targets(List<String> ids) throws ControlException {
        return Target.find(ids, primary.processes());
    }

    void close() {
        background.shutdownNow();
    }
}
