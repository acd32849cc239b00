package io.musher;

import io.musher.balancer.loop.OperatorLog;
import io.musher.internal.health.RecycleMonitor;
import io.musher.internal.process.LaunchPlan;
import io.musher.internal.supervisor.Incarnation;
import io.musher.internal.supervisor.PortMode;
import io.musher.internal.supervisor.ReadinessRule;
import io.musher.internal.supervisor.StartFailure;
import io.musher.internal.supervisor.Supervisor;
import io.musher.internal.supervisor.SupervisorConfig;
import io.musher.internal.worker.WorkerEnvironment;
import io.musher.internal.worker.WorkerRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A program in several processes, behind one port if there is a common one: the primary's side.
 *
 * <pre>{@code
 * if (Cluster.isWorker()) {
 *     HttpServer server = ShopServer.listen(WorkerContext.current().address());
 *     WorkerContext.current().onStop(() -> server.stop(1));
 *     return;
 * }
 * Cluster cluster = Cluster.builder().instances(4).commonPort(3000).start();
 * }</pre>
 *
 * <p>All methods may be called from any thread. Listeners run on one events thread, in order, each isolated from the others.
 * Futures complete on another thread, so {@code join()} inside a listener is legal, and inside a completion ({@code thenAccept} and the
 * like) too; all complete at the latest when the cluster has stopped. At most 256 completions can block at the same time: what takes long
 * belongs on an executor of your own ({@code thenAcceptAsync(action, executor)}).
 */
public final class Cluster implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
    private static final OperatorLog OPERATOR = new OperatorLog(Cluster.class);
    /** For the supplier of env, before the next call of it begins. */
    private static final Duration ENV_PATIENCE = Duration.ofSeconds(10);

    private final ClusterConfig config;
    private final ClusterResources resources;
    private final PortAllocator ports;
    private final Supervisor supervisor;
    private final EventPublisher chronicle;
    private final MessageDispatcher dispatcher;
    private final ClusterCommands commands;
    private final RecycleMonitor wear;
    private final ShutdownHandler shutdown;
    private final Collapse collapse;
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private final CountDownLatch over = new CountDownLatch(1);

    private Cluster(ClusterConfig config, ClusterResources resources, LaunchPlan plan) {
        this.config = config;
        this.resources = resources;
        this.ports = new PortAllocator(config, port(resources));
        Capacity capacity = new Capacity(config, port(resources));
        capacity.limit(plan.kind()).refusal(config.instances()).ifPresent(refusal -> {
            throw StartupException.of(config.name() + ": " + refusal, null, "");
        });
        SupervisorActions actions = new SupervisorActions(config, resources, ports, capacity);
        this.chronicle = new EventPublisher(config.name(), config.output(), resources.events(), this::allGone, this::allGaveUp);
        this.supervisor = new Supervisor(rules(config), new LaunchGeneration(plan, LaunchChecks.environment(config.env().get())), actions, chronicle);
        this.dispatcher = new MessageDispatcher(config, resources);
        this.commands = new ClusterCommands(config.name(), resources.control(), supervisor, dispatcher,
                new EnvironmentSource(config.name(), resources.control(), config.env(), ENV_PATIENCE));
        actions.obey(supervisor, commands);
        this.wear = new RecycleMonitor(resources.control(), config.recyclePolicy(), supervisor, worker -> ClusterCommands.workerOf(worker).session().process.memory(),
                actions::connections);
        this.shutdown = new ShutdownHandler(config, this::stop, this::killAll, this::hangUp, resources.events());
        this.collapse = new Collapse(config, resources, ports, supervisor, commands, chronicle, shutdown);
        collapse.await(this::ended);
    }

    /** {@return a builder; every option has a default} */
    public static ClusterBuilder builder() {
        return new ClusterBuilder();
    }

    /** {@return whether this process is no worker} */
    public static boolean isPrimary() {
        return !isWorker();
    }

    /**
     * {@return whether this process was forked by a cluster; the first call in a worker joins it to its primary}
     *
     * <p>Below a command worker every process has the marks of a worker in its environment, on purpose: the worker is often a grandchild, behind
     * {@code sh} or {@code npm}. The first that joins is the worker; for later ones this is true as well, but they have no channel. A program
     * that is to be no worker there, for example one that is to start a cluster of its own, must be started without the marks:
     * {@code env -u MUSHER_IPC java …}. Children of a JVM worker do not have them. In a JVM with two copies of Musher the first one joins, and
     * {@link WorkerContext#current} of the other one throws.
     */
    public static boolean isWorker() {
        boolean worker = WorkerRuntime.isWorker();
        if (worker) {
            WorkerRuntime.join();
        }
        return worker;
    }

    static Cluster start(ClusterConfig config) {
        if (WorkerRuntime.isWorker()) { // without joining: that is for the program to decide
            throw new IllegalStateException(System.getProperty(WorkerEnvironment.PROPERTY) != null
                    ? "start() inside a worker would fork for ever: ask Cluster.isWorker() first, and return"
                    : "start() below a command worker of a cluster (" + System.getenv("MUSHER_NAME") + "), whose marks are in the environment: ask"
                            + " Cluster.isWorker() first to be that worker; for a cluster of its own this program has to be started without them,"
                            + " as by: env -u MUSHER_IPC java …");
        }
        LaunchPlan plan = LaunchPlan.of(config.launch());
        ClusterResources resources;
        try {
            resources = ClusterResources.open(config);
        } catch (IOException | UncheckedIOException e) {
            throw StartupException.of(e.getMessage(), e, "");
        }
        Cluster cluster = null;
        try {
            cluster = new Cluster(config, resources, plan);
            cluster.begin();
            return cluster;
        } catch (IOException e) {
            undo(cluster, resources);
            throw StartupException.of(config.name() + ": " + e.getMessage(), e, "");
        } catch (RuntimeException | Error e) {
            undo(cluster, resources);
            throw e;
        }
    }

    /** An agent of this process is one of its workers, too, and may not find its port free. */
    private static String agentAdvice(String output) {
        boolean taken = output.contains("Address already in use") || output.contains("Port already in use");
        return taken && (output.contains("-javaagent") || output.contains("agent library") || output.contains("JMX connector"))
                ? "; an agent of the worker's JVM listens on a port that is taken: leave out inherited agents by removeJvmArgs(\"-javaagent:…\"), or"
                        + " give each worker a port of its own (%i is the instance)" : "";
    }

    private static void undo(Cluster cluster, ClusterResources resources) {
        if (cluster != null) {
            cluster.shutdown.end();
            cluster.ports.close();
        }
        resources.close();
    }

    private void begin() throws IOException {
        config.listeners().forEach(listening -> listening.subscribe(resources.events()));
        ports.reservePromised();
        shutdown.begin();
        try {
            commands.start(config.instances()).get();
        } catch (InterruptedException e) {
            stop().join();
            Thread.currentThread().interrupt();
            throw StartupException.of(config.name() + ": the start was interrupted; everything was undone", e, "");
        } catch (ExecutionException e) {
            throw startFailed(e.getCause());
        }
        collapse.started();
        chronicle.started();
        resources.control().execute(wear::begin);
        resources.spawner().preload(); // now that nobody waits for a processor
        LOG.info("{}: {} worker(s) ready{}", config.name(), config.instances(),
                resources.balancer().map(balancer -> ", port " + balancer.address().getPort()).orElse(""));
    }

    private StartupException startFailed(Throwable failure) {
        String message = config.name() + ": " + failure.getMessage();
        if (!(failure instanceof StartFailure start)) {
            return StartupException.of(message, failure, "");
        }
        String output = start.worker().map(ClusterCommands::lastOutput).orElse("");
        boolean unseen = !output.isBlank() && !LastOutput.isVisible(config.output());
        return StartupException.of(message + agentAdvice(output) + (unseen ? LastOutput.suffix(output) : ""), start.getCause(), output);
    }

    private static SupervisorConfig rules(ClusterConfig config) {
        PortMode ports = config.commonPort().isPresent() ? PortMode.MOVABLE
                : config.startPort().isPresent() ? PortMode.FIXED : PortMode.NONE;
        ReadinessRule ready = config.readiness() == Readiness.explicit() ? ReadinessRule.EXPLICIT
                : config.hasPorts() ? ReadinessRule.PORT_ACCEPTS : ReadinessRule.STARTED;
        int bootLimit = Math.max(2, Runtime.getRuntime().availableProcessors());
        return new SupervisorConfig(ports, ready, config.startTimeout(), bootLimit, config.restartPolicy(), config.stopPolicy(),
                config.reloadPolicy(), config.healthChecks().stream().anyMatch(check -> check.role() == HealthCheck.Role.READINESS));
    }

    private static OptionalInt port(ClusterResources resources) {
        return resources.balancer().isPresent() ? OptionalInt.of(resources.balancer().get().address().getPort()) : OptionalInt.empty();
    }

    /** {@return its name} */
    public String name() {
        return config.name();
    }

    /** {@return what it runs by} */
    public ClusterConfig config() {
        return config;
    }

    /**
     * {@return the common port that is really bound}
     *
     * @throws IllegalStateException if there is none
     */
    public int commonPort() {
        return port(resources).orElseThrow(() -> new IllegalStateException(name() + " has no common port; the option commonPort makes one"));
    }

    /** {@return the workers that were forked and not yet reaped, by instance; a snapshot} */
    public List<Worker> workers() {
        return supervisor.workers().stream().map(ClusterCommands::workerOf).toList();
    }

    /**
     * {@return a worker that is alive}
     *
     * @param id its id
     */
    public Optional<Worker> worker(int id) {
        return workers().stream().filter(worker -> worker.id() == id).findFirst();
    }

    /** {@return the cluster at this moment} */
    public ClusterStats stats() {
        return StatsReader.read(resources, supervisor, workers(), this::explain, commands);
    }

    /**
     * {@return why a worker does or does not get traffic, in words}
     *
     * @param worker of this cluster
     */
    public String explain(Worker worker) {
        String told = worker.incarnation().explain();
        if (worker.state() != WorkerState.READY || resources.balancer().isEmpty()) {
            return told;
        }
        return told + resources.balancer().get().stats().target(worker.name())
                .map(target -> "; the balancer has it as " + target.state() + (target.why().isEmpty() ? "" : " (" + target.why() + ")") + " with " + target.active() + " connection(s)").orElse("");
    }

    /**
     * Listens to events.
     *
     * @param type of the events; {@code ClusterEvent.class} for all
     * @param listener runs on the events thread
     * @param <E> the type
     * @return closing it ends the listening
     */
    public <E extends ClusterEvent> Subscription on(Class<E> type, Consumer<? super E> listener) {
        return resources.events().on(Objects.requireNonNull(type, "type"), Objects.requireNonNull(listener, "listener"));
    }

    /**
     * Listens to the messages of all workers. Those that came before the first listener have waited for it.
     *
     * @param listener runs on the events thread
     * @return closing it ends the listening
     */
    public Subscription onMessage(BiConsumer<Worker, Message> listener) {
        return dispatcher.onMessage(Objects.requireNonNull(listener, "listener"), this::workers);
    }

    /**
     * Sends a message to all workers; it is encoded once.
     *
     * @param message as with {@link Worker#send}
     * @return how many accepted it
     * @throws IllegalArgumentException as with {@link Worker#send}
     */
    public int broadcast(Object message) {
        return dispatcher.broadcast(message, workers());
    }

    /**
     * {@return one more worker, in the lowest free instance; completes when it is ready; fails with {@link IllegalStateException} when
     * the cluster stops, the instance is given up, or the limit of {@link #scale} is reached}
     */
    public CompletableFuture<Worker> fork() {
        return fork(Map.of());
    }

    /**
     * {@return one more worker; completes when it is ready}
     *
     * @param env for this instance, over the common environment, also when it is replaced
     */
    public CompletableFuture<Worker> fork(Map<String, String> env) {
        return commands.fork(Map.copyOf(env));
    }

    /**
     * Changes the number of workers. Superseded calls complete when the newest number is reached.
     *
     * <p>Instances that the restart policy has given up are revived, with a new account. When there are to be fewer, those go first that
     * are missed least: given up or waiting for a restart, starting, not ready, and then those with the fewest connections; where ports
     * are promised to the outside ({@code startPort} without a common port) always the highest.
     *
     * @param instances at least 0
     * @return completes when there are so many, ready; fails with {@link IllegalStateException} when the cluster stops, or an instance
     *     has given up, and at once with {@link IllegalArgumentException}, which says how the limit was computed, when the number is more
     *     than the machine's memory (48 MiB for a worker JVM, 4 MiB for a command) or the ports allow
     * @throws IllegalArgumentException if the number is negative
     */
    public CompletableFuture<Void> scale(int instances) {
        if (instances < 0) {
            throw new IllegalArgumentException("scale to " + instances + ": the number is negative");
        }
        return commands.scale(instances);
    }

    /**
     * Replaces all workers, a batch at a time, by new ones of the same program; the supplier of {@code env} is asked again. The first
     * replacement that fails ends it, and the old workers go on serving; see {@link ReloadPolicy}.
     *
     * <p>Instances where no worker serves come first and at once: a worker that is not ready yet is stopped, one that was given up is
     * revived, a delay is not waited for. They are in {@link Rollout#revived}.
     *
     * <p>While a rollout runs, a reload is one to that rollout's program: it joins when the environment is the same; if that has
     * changed, a new rollout with it begins at once where the former one is, and the callers of the former one wait for it as well. While a
     * rollout goes back, a reload takes its place.
     *
     * <p>The supplier is called on a thread of its own; reloads that come meanwhile share the next call. One that has not returned for 10 s is
     * logged, and no longer waited for: the next reload calls it again, at most four times at once, and answers for the older ones.
     *
     * @return completes when it has ended, also when it has failed: {@link Rollout#succeeded} tells. Fails with what the supplier threw, or
     *     with {@link IllegalStateException} when the cluster stops
     */
    public CompletableFuture<Rollout> reload() {
        return commands.reload();
    }

    /**
     * Replaces all workers, as {@link #reload} does, by those of another launch. The builder's {@code args}, {@code jvmArgs},
     * {@code removeJvmArgs}, {@code env} and {@code directory} hold for it too, below what the launch itself says. After its success every
     * worker that is started is one of it; after its failure the former launch stays in force.
     *
     * <p>It takes the place of a rollout that runs, at once: what that one has replaced is replaced again, its future completes with
     * {@link Rollout.Outcome#SUPERSEDED}. Should this one fail, what goes back goes back to the launch that was in force before both.
     *
     * @param launch what workers run from now on
     * @return completes when it has ended, also when it has failed or was superseded. Fails as that of {@link #reload}
     * @throws IllegalArgumentException if the launch cannot be
     * @throws IllegalStateException if it is {@link Launch#self()} and this program cannot be started again
     */
    public CompletableFuture<Rollout> deploy(Launch launch) {
        return commands.deploy(LaunchPlan.of(config.completed(launch)));
    }

    /**
     * Ends the rollout that runs: its replacements are stopped, what it has replaced is rolled back to the launch and environment in
     * force, as after a failure with {@link ReloadPolicy.OnFailure#KEEP_OLD}. The future of its {@link #reload} or {@link #deploy} completes
     * with {@link Rollout.Outcome#ABORTED}. One that goes back already goes on doing so.
     *
     * @return completes when the rollout has ended, at once when none runs; never fails
     */
    public CompletableFuture<Void> abortRollout() {
        return commands.abortRollout();
    }

    /** A SIGHUP: nobody waits for the outcome, so a reload that could not even begin is reported here, and any other with the rollout. */
    private void hangUp() {
        reload().whenComplete((rollout, failure) -> {
            if (failure != null) {
                Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
                OPERATOR.error("{}: the reload that SIGHUP asked for has failed, the workers stay as they are: {}", name(), cause.toString(), cause);
            }
        });
    }

    /**
     * {@return completes when every worker has ended, in good order, and everything is closed; fails with {@link IllegalStateException} when the
     * cluster has ended by a failure of its own instead; may be called again}
     */
    public CompletableFuture<Void> stop() {
        commands.stopAll();
        return stopped.copy();
    }

    /**
     * Waits until the cluster has stopped, for whatever reason.
     *
     * @throws InterruptedException if the caller is interrupted
     */
    public void awaitStop() throws InterruptedException {
        over.await();
    }

    /** Stops and waits; also on the events thread, which then hears the last events afterwards. */
    @Override
    public void close() {
        try {
            stop().join();
        } catch (CompletionException e) {
            LOG.debug("{}: has ended by a failure", name(), e); // which was logged, and nothing is left to close
        }
    }

    @Override
    public String toString() {
        return "cluster " + name();
    }

    /** Kills all workers, also when the control thread does not answer. */
    private void killAll() {
        commands.killAll();
        resources.spawner().killAll();
    }

    private void allGaveUp() {
        shutdown.failed();
    }

    /** The last worker is gone; on the control thread, which must not close itself and wait for that. */
    private void allGone() {
        commands.end();
        Thread closer = new Thread(() -> {
            shutdown.end();
            resources.close();
            ports.close();
            ended(null);
        }, name() + "-closer");
        closer.setDaemon(true);
        closer.start();
    }

    /** Everything is closed; the failure is null after a stop. */
    private void ended(Throwable failure) {
        over.countDown();
        resources.callbacks().execute(() -> {
            if (failure == null) {
                stopped.complete(null);
            } else {
                stopped.completeExceptionally(failure);
            }
        });
    }
}
