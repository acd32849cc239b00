package io.musher;

import io.musher.balancer.Balancer;
import io.musher.balancer.loop.EventLoop;
import io.musher.internal.dispatch.EnvironmentSource;
import io.musher.internal.process.WorkerProcess;
import io.musher.internal.process.launch.LaunchPlan;
import io.musher.internal.supervisor.Incarnation;
import io.musher.internal.supervisor.RolloutResult;
import io.musher.internal.supervisor.Supervisor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Provides thread-safe entry points for user commands and runs them on the control thread. After the cluster has ended,
 * their futures fail.
 */
final class ClusterCommands {

    private final String name;
    private final EventLoop control;
    private final Supervisor supervisor;
    private final MessageDispatcher dispatcher;
    private final EnvironmentSource environment;
    private final Optional<Balancer> balancer;
    /** Futures of commands that are not complete yet. */
    private final Set<CompletableFuture<?>> open = ConcurrentHashMap.newKeySet();

    ClusterCommands(String name, EventLoop control, Supervisor supervisor, MessageDispatcher dispatcher,
            EnvironmentSource environment,
            Optional<Balancer> balancer) {
        this.balancer = balancer;
        this.name = name;
        this.control = control;
        this.supervisor = supervisor;
        this.dispatcher = dispatcher;
        this.environment = environment;
    }

    MessageDispatcher dispatcher() {
        return dispatcher;
    }

    String workerName(Incarnation worker) {
        return workerName(worker.instance());
    }

    String workerName(int instance) {
        return name + "-" + (instance + 1);
    }

    void stop(Incarnation worker) {
        post(() -> supervisor.stop(worker));
    }

    void disconnect(Incarnation worker) {
        post(() -> supervisor.disconnect(worker));
    }

    void kill(Incarnation worker) {
        post(() -> supervisor.kill(worker));
    }

    void killAll() {
        post(supervisor::killAll);
    }

    /** {@return why a worker gets traffic or gets none, in words} */
    String explain(Worker worker) {
        String explanation = worker.incarnation().explain();
        if (worker.state() != WorkerState.READY || balancer.isEmpty()) {
            return explanation;
        }
        return explanation + balancer.get().stats().target(worker.name())
                .map(target -> "; the balancer has it as " + target.state()
                        + (target.why().isEmpty() ? "" : " (" + target.why() + ")") + " with " + target.active()
                        + " connection(s)")
                .orElse("");
    }

    void signal(Incarnation worker, String signal) {
        WorkerProcess process = ((WorkerSession) worker.attachment()).process;
        if (process != null) {
            process.signal(signal);
        }
    }

    CompletableFuture<Worker> restart(Incarnation worker) {
        return this.<Incarnation>submit(promise -> supervisor.restart(worker, promise))
                .thenApply(ClusterCommands::workerOf);
    }

    CompletableFuture<Worker> fork(Map<String, String> environment) {
        return this.<Incarnation>submit(promise -> supervisor.fork(environment, promise))
                .thenApply(ClusterCommands::workerOf);
    }

    CompletableFuture<Void> scale(int instances) {
        return submit(promise -> supervisor.scale(instances, promise));
    }

    /** Rolls out a new plan. The user's supplier of the environment is called first, on a thread of its own. */
    CompletableFuture<Rollout> deploy(LaunchPlan plan) {
        return roll(() -> plan, false, "deploy() was called with " + program(plan.launch()));
    }

    /** Rolls out the plan of the running rollout, or else the one in force, with the current environment. */
    CompletableFuture<Rollout> reload() {
        return roll(() -> ((LaunchGeneration) supervisor.target()).plan(), true, "reload() was called");
    }

    /** Leaves out arguments, which may be secrets. */
    private static String program(Launch launch) {
        if (launch instanceof Launch.Main main) {
            return "main " + main.name();
        } else if (launch instanceof Launch.Jar jar) {
            return "jar " + jar.jar();
        }
        return launch instanceof Launch.Command command ? "command " + command.words().get(0) : "this program";
    }

    private CompletableFuture<Rollout> roll(Supplier<LaunchPlan> plan, boolean joins, String why) {
        return this.<RolloutResult>submit(promise -> {
            supervisor.expect(promise);
            environment.ask((variables, failure) -> {
                if (failure == null) {
                    supervisor.startRollout(new LaunchGeneration(plan.get(), variables), why, joins, promise);
                } else {
                    supervisor.refuse(promise, failure);
                }
            });
        }).thenApply(ClusterCommands::rollout);
    }

    CompletableFuture<Void> abortRollout() {
        return this.<Void>submit(supervisor::abortRollout).exceptionally(failure -> null); // the cluster has ended
    }

    /** Ends pending calls of the environment's supplier after the cluster has stopped; on the control thread. */
    void end() {
        environment.end();
    }

    static Rollout rollout(RolloutResult result) {
        return new Rollout(result.outcome(), result.replaced(), result.revived(), result.failure(),
                result.failedWorker().map(ClusterCommands::lastOutput).orElse(""), result.kept());
    }

    static String lastOutput(Incarnation worker) {
        WorkerSession session = (WorkerSession) worker.attachment();
        return session == null || session.process == null ? "" : session.process.lastOutput();
    }

    CompletableFuture<Void> start(int instances) {
        return submit(promise -> supervisor.start(instances, promise));
    }

    CompletableFuture<Void> stopAll() {
        return submit(supervisor::stop);
    }

    static Worker workerOf(Incarnation worker) {
        return ((WorkerSession) worker.attachment()).worker;
    }

    private <T> CompletableFuture<T> submit(Consumer<CompletableFuture<T>> request) {
        CompletableFuture<T> promise = new CompletableFuture<>();
        open.add(promise);
        promise.whenComplete((done, failure) -> open.remove(promise));
        if (!control.tryExecute(() -> request.accept(promise))) {
            promise.completeExceptionally(new IllegalStateException(name + " has stopped"));
        }
        return promise;
    }

    /** Fails all open commands after the control thread has died. */
    void fail(Throwable failure, Executor callbacks) {
        List.copyOf(open).forEach(promise -> callbacks.execute(() -> promise.completeExceptionally(failure)));
        environment.end();
    }

    private void post(Runnable request) {
        control.tryExecute(request); // without effect after the cluster has ended
    }
}
