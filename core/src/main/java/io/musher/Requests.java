package io.musher;

import io.musher.balancer.loop.EventLoop;
import io.musher.internal.process.LaunchPlan;
import io.musher.internal.process.WorkerProcess;
import io.musher.internal.supervisor.Incarnation;
import io.musher.internal.supervisor.RolloutResult;
import io.musher.internal.supervisor.Supervisor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
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
    private final EnvironmentSource environment;
    /** What was asked for and has not come to its end. */
    private final Set<CompletableFuture<?>> open = ConcurrentHashMap.newKeySet();

    Requests(String name, EventLoop control, Supervisor supervisor, Correspondence correspondence, EnvironmentSource environment) {
        this.name = name;
        this.control = control;
        this.supervisor = supervisor;
        this.correspondence = correspondence;
        this.environment = environment;
    }

    Correspondence correspondence() {
        return correspondence;
    }

    String workerName(Incarnation worker) {
        return workerName(worker.instance());
    }

    String workerName(int instance) {
        return name + "-" + (instance + 1);
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

    /** A rollout to a plan. The user's supplier of the environment is asked before, on a thread for users' code. */
    CompletableFuture<Rollout> deploy(LaunchPlan plan) {
        return roll(() -> plan, false, "deploy() was called with " + program(plan.launch()));
    }

    /** A rollout to the plan that is being rolled out, or is in force, and the environment of this moment. */
    CompletableFuture<Rollout> reload() {
        return roll(() -> ((Edition) supervisor.target()).plan(), true, "reload() was called");
    }

    /** Without arguments, where secrets live. */
    private static String program(Launch launch) {
        if (launch instanceof Launch.Main main) {
            return "main " + main.name();
        } else if (launch instanceof Launch.Jar jar) {
            return "jar " + jar.jar();
        }
        return launch instanceof Launch.Command command ? "command " + command.words().get(0) : "this program";
    }

    private CompletableFuture<Rollout> roll(Supplier<LaunchPlan> plan, boolean joins, String why) {
        return this.<RolloutResult>ask(promise -> {
            supervisor.expect(promise);
            environment.ask((variables, failure) -> {
                if (failure == null) {
                    supervisor.roll(new Edition(plan.get(), variables), why, joins, promise);
                } else {
                    supervisor.refuse(promise, failure);
                }
            });
        }).thenApply(Requests::rollout);
    }

    CompletableFuture<Void> abortRollout() {
        return this.<Void>ask(supervisor::abortRollout).exceptionally(failure -> null); // everything has ended
    }

    /** The cluster has stopped; on the control thread. */
    void end() {
        environment.end();
    }

    static Rollout rollout(RolloutResult result) {
        return new Rollout(result.outcome(), result.replaced(), result.revived(), result.failure(),
                result.failedWorker().map(Requests::lastOutput).orElse(""), result.kept());
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
        open.add(promise);
        promise.whenComplete((done, failure) -> open.remove(promise));
        try {
            control.execute(() -> request.accept(promise));
        } catch (RejectedExecutionException e) {
            promise.completeExceptionally(new IllegalStateException(name + " has stopped"));
        }
        return promise;
    }

    /** Nothing comes to its end any more: the control thread has died. */
    void fail(Throwable failure, Executor callbacks) {
        List.copyOf(open).forEach(promise -> callbacks.execute(() -> promise.completeExceptionally(failure)));
        environment.end();
    }

    private void tell(Runnable request) {
        try {
            control.execute(request);
        } catch (RejectedExecutionException e) {
            // everything has ended, so there is nothing left to ask for
        }
    }
}
