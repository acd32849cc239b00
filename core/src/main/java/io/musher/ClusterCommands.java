package io.musher;

import io.musher.balancer.Balancer;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Plural;
import io.musher.internal.dispatch.EnvironmentSource;
import io.musher.internal.process.launch.LaunchPlan;
import io.musher.internal.supervisor.Incarnation;
import io.musher.internal.supervisor.Supervisor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Provides thread-safe entry points for user commands and runs them on the control thread. After the cluster has ended,
 * their futures fail.
 */
final class ClusterCommands {

    private final String name;
    private final EventLoop control;
    private final Supervisor supervisor;
    private final WorkerStarter starter;
    private final MessageDispatcher dispatcher;
    private final EnvironmentSource environment;
    private final Optional<Balancer> balancer;
    /** Futures of commands that are not complete yet. */
    private final Set<CompletableFuture<?>> open = ConcurrentHashMap.newKeySet();

    ClusterCommands(String name, EventLoop control, Supervisor supervisor, WorkerStarter starter,
            MessageDispatcher dispatcher, EnvironmentSource environment, Optional<Balancer> balancer) {
        this.balancer = balancer;
        this.name = name;
        this.control = control;
        this.supervisor = supervisor;
        this.starter = starter;
        this.dispatcher = dispatcher;
        this.environment = environment;
    }

    MessageDispatcher dispatcher() {
        return dispatcher;
    }

    void stop(Incarnation worker) {
        control.tryExecute(() -> supervisor.stop(worker));
    }

    void disconnect(Incarnation worker) {
        control.tryExecute(() -> supervisor.disconnect(worker));
    }

    void kill(Incarnation worker) {
        control.tryExecute(() -> supervisor.kill(worker));
    }

    void killAll() {
        control.tryExecute(supervisor::killAll);
    }

    /** {@return why a worker gets traffic or gets none, in words} */
    String explain(Worker worker) {
        String explanation = worker.incarnation().explain();
        if (worker.state() != WorkerState.READY || balancer.isEmpty()) {
            return explanation;
        }
        return explanation + balancer.get().stats().target(worker.session().targetId())
                .map(target -> "; the balancer has it as " + target.state()
                        + (target.reason().isEmpty() ? "" : " (" + target.reason() + ")") + " with "
                        + Plural.of(target.active(), "connection"))
                .orElse("");
    }

    CompletableFuture<Worker> restart(Incarnation worker) {
        return this.<Incarnation>submit(future -> supervisor.restart(worker, future))
                .thenApply(ClusterCommands::workerOf);
    }

    CompletableFuture<Worker> fork(Map<String, String> environment) {
        return this.<Incarnation>submit(future -> supervisor.fork(environment, future))
                .thenApply(ClusterCommands::workerOf);
    }

    CompletableFuture<Void> scale(int instances) {
        return submit(future -> supervisor.scale(instances, future));
    }

    /** Rolls out a new plan. The user's supplier of the environment is called first, on a thread of its own. */
    CompletableFuture<Rollout> deploy(LaunchPlan plan) {
        String why = "deploy() was called with " + program(plan.launch());
        return rollOut((variables, future) -> supervisor.deploy(new LaunchGeneration(plan, variables, starter), why,
                future));
    }

    /** Rolls out the plan of the running rollout, or else the one in force, with the current environment. */
    CompletableFuture<Rollout> reload() {
        return rollOut((variables, future) -> supervisor.reload(variables, "reload() was called", future));
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

    private CompletableFuture<Rollout> rollOut(BiConsumer<Map<String, String>, CompletableFuture<Rollout>> command) {
        return submit(future -> {
            supervisor.expect(future);
            environment.request((variables, failure) -> {
                if (failure == null) {
                    command.accept(variables, future);
                } else {
                    supervisor.refuse(future, failure);
                }
            });
        });
    }

    CompletableFuture<Void> abortRollout() {
        return this.<Void>submit(supervisor::abortRollout).exceptionally(failure -> null); // the cluster has ended
    }

    /** Ends pending calls of the environment's supplier after the cluster has stopped; on the control thread. */
    void end() {
        environment.end();
    }

    CompletableFuture<Void> start(int instances) {
        return submit(future -> supervisor.start(instances, future));
    }

    CompletableFuture<Void> stopAll() {
        return submit(supervisor::stop);
    }

    static Worker workerOf(Incarnation worker) {
        return worker.handle().worker();
    }

    private <T> CompletableFuture<T> submit(Consumer<CompletableFuture<T>> request) {
        CompletableFuture<T> future = new CompletableFuture<>();
        open.add(future);
        future.whenComplete((done, failure) -> open.remove(future));
        if (!control.tryExecute(() -> request.accept(future))) {
            future.completeExceptionally(new IllegalStateException(name + " has stopped"));
        }
        return future;
    }

    /** Fails all open commands after the control thread has failed. */
    void fail(Throwable failure, Executor callbacks) {
        List.copyOf(open).forEach(future -> callbacks.execute(() -> future.completeExceptionally(failure)));
        environment.end();
    }
}
