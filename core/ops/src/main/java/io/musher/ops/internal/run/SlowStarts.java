package io.musher.ops.internal.run;

import io.musher.Worker;
import io.musher.WorkerState;
import io.musher.ops.internal.control.EventLog;
import io.musher.ops.internal.control.LogMemory;
import io.musher.ops.internal.file.ProcessSpec;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Says what a worker is waited for that does not become ready: 5 s after its start, then after 10, 20 and so on. Runs
 * on threads of the common pool. No state.
 */
final class SlowStarts {

    private static final long FIRST_SECONDS = 5;
    /** Before, a program that does not listen is rather a slow one than one that needs no port. */
    private static final long ADVICE_SECONDS = 20;

    private final EventLog events;

    SlowStarts(EventLog events) {
        this.events = events;
    }

    /** A worker was started. */
    void forked(Worker worker, ProcessSpec spec) {
        long first = FIRST_SECONDS + spec.reload().soak().toSeconds(); // a replacement is not ready before
        lookAfter(first, first, worker, spec);
    }

    private void lookAfter(long wait, long sinceStart, Worker worker, ProcessSpec spec) {
        CompletableFuture.delayedExecutor(wait, TimeUnit.SECONDS).execute(() -> look(worker, spec, sinceStart));
    }

    private void look(Worker worker, ProcessSpec spec, long seconds) {
        if (worker.state() != WorkerState.STARTING && worker.state() != WorkerState.ONLINE) {
            return;
        }
        String text = text(spec, worker.port(), worker.explain(), seconds,
                LogMemory.failureLine(worker.lastOutput().lines().toList()));
        ManagedProcess.LOG.info("{}: {}: {}", spec.id(), worker.name(), text);
        events.publish("waiting", spec.id(), worker.name(), text);
        lookAfter(seconds, 2 * seconds, worker, spec);
    }

    /**
     * Describes what is waited for.
     *
     * @param explanation what the cluster knows, as {@link Worker#explain} says it
     * @param seconds how long the worker has run
     * @param last the last line of its output; may be empty
     */
    static String text(ProcessSpec spec, OptionalInt port, String explanation, long seconds, String last) {
        String known = explanation.substring(explanation.indexOf(", ") + 2); // after id and state
        boolean silent = port.isPresent() && known.contains("nothing accepts on ");
        StringBuilder text = new StringBuilder(silent ? "does not listen on port " + port.getAsInt() + ", its PORT,"
                : "is not ready").append(" after ").append(seconds).append(" s; waiting up to ")
                .append(seconds(spec.startTimeout())).append(" s (startTimeout)");
        String more = silent ? known.replaceFirst("^it runs; ", "").replaceFirst("nothing accepts on [^;]*(; )?", "")
                : known;
        append(text, more);
        append(text, silent && seconds >= ADVICE_SECONDS && known.contains("listens on no port")
                ? "a program that needs no port goes without commonPort, startPort or --port" : "");
        append(text, last.isEmpty() ? "" : "its last output: \"" + last + "\"");
        return text.toString();
    }

    private static void append(StringBuilder text, String part) {
        if (!part.isEmpty()) {
            text.append("; ").append(part);
        }
    }

    private static String seconds(Duration time) {
        return time.toMillis() % 1_000 == 0 ? Long.toString(time.toSeconds())
                : Double.toString(time.toMillis() / 1_000.0);
    }
}
