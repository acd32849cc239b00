package io.musher;

import io.musher.balancer.loop.EventLoop;
import io.musher.internal.process.LaunchPlan;
import io.musher.internal.process.WorkerProcess;
import io.musher.internal.supervisor.Incarnation;
import io.musher.internal.supervisor.Rolled;
import io.musher.internal.supervisor.Supervisor;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What users ask for, from any thread, brought to the control thread. After the end it is refused by a failed future. */
final class Requests {

    private final String name;
    private final EventLoop control;
    private final Supervisor supervisor;
    private final Correspondence correspondence;
    private final Executor callbacks;

    Requests(String name, EventLoop control, Supervisor supervisor, Correspondence correspondence, Executor callbacks) {
        this.name = name;
        this.control = control;
        this.supervisor = supervisor;
        this.correspondence = correspondence;
        this.callbacks = callbacks;
    }

    Correspondence correspondence() {
        return correspondence;
    }

    String workerName(Incarnation worker) {
        return name + "-" + (worker.instance() + 1);
    }

    void stop(Incarnation worker) {
        tell(() -> supervisor.stop(worker));
    }

    void disconnect(Incarnation worker) {
        tell(() -> supervisor.disconnect(worker));
    }

    void kill(Incarnation worker) {
        tell(() -> supervisor.kill(worker));
    }

    void killAll() {
        tell(supervisor::killAll);
    }

    void signal(Incarnation worker, String signal) {
        WorkerProcess process = ((Member) worker.attachment()).process;
        if (process != null) {
            process.signal(signal);
        }
    }

    CompletableFuture<Worker> restart(Incarnation worker) {
        return this.<Incarnation>ask(promise -> supervisor.restart(worker, promise)).thenApply(Requests::handle);
    }

    CompletableFuture<Worker> fork(Map<String, String> environment) {
        return this.<Incarnation>ask(promise -> supervisor.fork(environment, promise)).thenApply(Requests::handle);
    }

    CompletableFuture<Void> scale(int instances) {
        return ask(promise -> supervisor.scale(instances, promise));
    }

    /**
     * A rollout to a plan, or to the one in force when it begins. The user's supplier of the environment is asked before, on a thread for
     * users' code.
     */
    CompletableFuture<Rollout> roll(Optional<LaunchPlan> plan, Supplier<Map<String, String>> env, String why) {
        return CompletableFuture.supplyAsync(() -> LaunchChecks.environment(env.get()), callbacks)
                .thenCompose(variables -> this.<Rolled>ask(promise -> {
                    LaunchPlan next = plan.orElseGet(() -> ((Edition) supervisor.edition()).plan());
                    supervisor.roll(new Edition(next, variables), why, plan.isEmpty(), promise);
                })).thenApply(Requests::rollout);
    }

    static Rollout rollout(Rolled rolled) {
        return new Rollout(rolled.failure().isEmpty(), rolled.replaced(), rolled.failure(),
                rolled.failed().map(Requests::lastOutput).orElse(""));
    }

    static String lastOutput(Incarnation worker) {
        Member member = (Member) worker.attachment();
        return member == null || member.process == null ? "" : member.process.lastOutput();
    }

    CompletableFuture<Void> start(int instances) {
        return ask(promise -> supervisor.start(instances, promise));
    }

    CompletableFuture<Void> stopAll() {
        return ask(supervisor::stop);
    }

    static Worker handle(Incarnation worker) {
        return ((Member) worker.attachment()).worker;
    }

    private <T> CompletableFuture<T> ask(Consumer<CompletableFuture<T>> request) {
        CompletableFuture<T> promise = new CompletableFuture<>();
        try {
            control.execute(() -> request.accept(promise));
        } catch (RejectedExecutionException e) {
            promise.completeExceptionally(new IllegalStateException(name + " has stopped"));
        }
        return promise;
    }

    private void tell(Runnable request) {
        try {
            control.execute(request);
        } catch (RejectedExecutionException e) {
            // everything has ended, so there is nothing left to ask for
        }
    }
}
