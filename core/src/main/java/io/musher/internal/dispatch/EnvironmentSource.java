package io.musher.internal.dispatch;

import io.musher.balancer.loop.Durations;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.OperatorLog;
import io.musher.balancer.loop.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Calls the user's supplier of {@code env}, on threads of its own. Requests that arrive during a call share the next
 * call, which begins when the running one returns; so the supplier is always called after the request. A call that
 * exceeds the timeout is no longer waited for: the next call begins beside it and also answers its requests. At most
 * {@value #MAX_CALLS} calls run at once. Control thread only.
 */
public final class EnvironmentSource {

    static final int MAX_CALLS = 4;

    private static final OperatorLog OPERATOR = new OperatorLog("io.musher.Cluster");

    /** Receives the variables, or what the supplier threw. */
    private interface Answer extends BiConsumer<Map<String, String>, Throwable> {}

    private static final class Call {
        final List<Answer> answers;
        final Thread thread;
        @Nullable
        Timers.Timer timer;
        boolean late;

        Call(List<Answer> answers, Consumer<Call> code, String name) {
            this.answers = answers;
            this.thread = new Thread(() -> code.accept(this), name);
            thread.setDaemon(true);
        }
    }

    private final String name;
    private final EventLoop control;
    private final Supplier<Map<String, String>> supplier;
    private final Duration timeout;
    private final List<Answer> waiting = new ArrayList<>();
    /** Calls that have not returned, the oldest first. */
    private final List<Call> calls = new ArrayList<>();
    private boolean ended;

    /**
     * Creates a source that calls nothing yet.
     *
     * @param name the name of the cluster, for threads and log lines
     * @param control the control loop
     * @param supplier returns the variables, checked
     * @param timeout how long a call is waited for
     */
    public EnvironmentSource(String name, EventLoop control, Supplier<Map<String, String>> supplier,
            Duration timeout) {
        this.name = name;
        this.control = control;
        this.supplier = supplier;
        this.timeout = timeout;
    }

    /**
     * Requests the variables as they are from now on.
     *
     * @param answer receives the variables or what the supplier threw, on the control thread; never called if the
     *     cluster stops first
     */
    public void request(BiConsumer<Map<String, String>, Throwable> answer) {
        waiting.add(answer::accept);
        callIfPossible();
    }

    /** Interrupts calls that have not returned, after the cluster has stopped. */
    public void end() {
        ended = true;
        waiting.clear();
        calls.forEach(call -> {
            control.cancel(call.timer);
            call.thread.interrupt();
        });
    }

    private void callIfPossible() {
        if (ended || waiting.isEmpty() || calls.size() >= MAX_CALLS || calls.stream().anyMatch(call -> !call.late)) {
            return;
        }
        Call call = new Call(new ArrayList<>(waiting), this::run, name + "-env");
        waiting.clear();
        calls.add(call);
        call.timer = control.schedule(timeout.toNanos(), () -> late(call));
        call.thread.start();
    }

    private void run(Call call) {
        try {
            Map<String, String> variables = Objects.requireNonNull(supplier.get(), "env");
            report(() -> returned(call, variables));
        } catch (Throwable e) {
            report(() -> threw(call, e));
        }
    }

    private void late(Call call) {
        call.timer = null;
        call.late = true;
        OPERATOR.warn(
                "{}: the supplier of env has not returned within {}, thread {}; {} reload() or deploy() wait for it"
                        + " or for the next call",
                name, Durations.text(timeout), call.thread.getName(), call.answers.size());
        callIfPossible();
    }

    /**
     * Answers the requests of this call and of older calls: these variables are fresher than any that older calls may
     * return.
     */
    private void returned(Call call, Map<String, String> variables) {
        List<Answer> answers = new ArrayList<>();
        for (Call older : calls.subList(0, calls.indexOf(call) + 1)) {
            answers.addAll(older.answers);
            older.answers.clear();
        }
        end(call);
        answers.forEach(answer -> answer.accept(variables, null));
        callIfPossible();
    }

    private void threw(Call call, Throwable failure) {
        end(call);
        call.answers.forEach(answer -> answer.accept(null, failure));
        callIfPossible();
    }

    private void end(Call call) {
        calls.remove(call);
        control.cancel(call.timer);
    }

    private void report(Runnable result) {
        control.tryExecute(() -> {
            if (!ended) {
                result.run();
            }
        });
    }
}
