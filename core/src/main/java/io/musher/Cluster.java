package io.musher;

import io.musher.balancer.loop.Log;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.OperatorLog;
import io.musher.internal.dispatch.EnvironmentSource;
import io.musher.internal.health.RecycleMonitor;
import io.musher.internal.process.launch.LaunchPlan;
import io.musher.internal.supervisor.Supervisor;
import io.musher.internal.worker.WorkerEnvironment;
import io.musher.internal.worker.CurrentWorker;
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

/**
 * Runs a program in several worker processes, behind one common port if there is one, and restarts workers that fail.
 * This is the API of the primary, the process that starts the workers; {@link WorkerContext} is the API of a worker.
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
 * <p>All methods may be called from any thread. Listeners run one after the other on one events thread, in the order of
 * the events; an exception of one listener is logged and does not affect the others.
 *
 * <p>Futures complete on other threads, so {@code join()} is safe inside a listener and inside a completion such as
 * {@code thenAccept}. At most 256 completions can block at the same time; run longer work on an executor of your own
 * ({@code thenAcceptAsync(action, executor)}). Every future completes at the latest when the cluster has stopped.
 */
public final class Cluster implements AutoCloseable {

    private static final Log LOG = Log.lazy("io.musher.Cluster");
    private static final OperatorLog OPERATOR = new OperatorLog(Cluster.class);
    /** How long a call of the supplier of {@code env} may take before the next call begins beside it. */
    private static final int ENV_TIMEOUT_SECONDS = 10;

    private final ClusterConfig config;
    private final ClusterResources resources;
    private final PortAllocator ports;
    private final SupervisorActions actions;
    private final Supervisor supervisor;
    private final EventPublisher eventPublisher;
    private final MessageDispatcher dispatcher;
    private final ClusterCommands commands;
    private final RecycleMonitor recycleMonitor;
    private final UsageMeter usageMeter = new UsageMeter();
    private final ShutdownHandler shutdown;
    private final FailureHandler failureHandler;
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private final CountDownLatch stoppedLatch = new CountDownLatch(1);
    private volatile boolean stopRequested;

    private Cluster(ClusterConfig config, ClusterResources resources, LaunchPlan plan) {
        this.config = config;
        this.resources = resources;
        this.ports = new PortAllocator(config, resources);
        Capacity capacity = new Capacity(config,
                resources.sharesPort() ? OptionalInt.empty() : resources.commonPortNumber());
        capacity.limit(plan.kind()).refusal(config.instances()).ifPresent(refusal -> {
            throw StartupException.of(config.name() + ": " + refusal, null, "");
        });
        this.actions = new SupervisorActions(config, resources);
        this.dispatcher = new MessageDispatcher(config, resources);
        WorkerStarter starter = new WorkerStarter(config, resources,
                new WorkerSession.Factory(config, resources, ports, dispatcher, this::newWorker), capacity);
        this.eventPublisher = new EventPublisher(config, resources.events(), this::allExited, this::allGaveUp);
        boolean sticky = resources.balancer().map(balancer -> balancer.config().strategy().isSticky()).orElse(false);
        this.supervisor = new Supervisor(config.supervisorConfig(resources.sharesPort(), sticky),
                new LaunchGeneration(plan, environment(), starter), actions, eventPublisher);
        this.commands = new ClusterCommands(config.name(), resources.control(), supervisor, starter, dispatcher,
                new EnvironmentSource(config.name(), resources.control(), this::environment,
                        Duration.ofSeconds(ENV_TIMEOUT_SECONDS)),
                resources.balancer());
        ClassDataSchedule classData = new ClassDataSchedule(resources.control(), resources.spawner().classData(),
                supervisor);
        resources.spawner().classData()
                .whenRecording(() -> resources.control().tryExecute(classData::recordingBegun));
        this.recycleMonitor = new RecycleMonitor(resources.control(), config.recyclePolicy(), supervisor,
                worker -> ClusterCommands.workerOf(worker).session().memory(),
                actions::connections);
        this.shutdown = new ShutdownHandler(config, this::stop, this::killAll, this::reloadAfterSighup,
                resources.events());
        this.failureHandler = new FailureHandler(config, resources, ports, supervisor, commands, eventPublisher,
                shutdown);
        failureHandler.await(this::ended);
    }

    /** {@return the variables that the user's supplier returns now, checked} */
    private Map<String, String> environment() {
        return LaunchChecks.environment(config.env().get());
    }

    private Worker newWorker(WorkerSession session) {
        return new Worker(commands, session);
    }

    /** {@return a new builder; every option has a default} */
    public static ClusterBuilder builder() {
        return new ClusterBuilder();
    }

    /**
     * {@return whether this process is not a worker; the opposite of {@link #isWorker}, with the same effects in a
     * worker}
     */
    public static boolean isPrimary() {
        return !isWorker();
    }

    /**
     * Returns whether a cluster started this process as a worker. In a worker the first call also joins the cluster: it
     * connects to the primary, starts Musher's threads, and installs a shutdown hook and signal handlers.
     *
     * <p>A command worker passes the variables that mark it as a worker on to its child processes, because the actual
     * worker is often a grandchild behind {@code sh} or {@code npm}. The first of these processes that joins is the
     * worker; in later ones this method returns true as well, but they have no channel. To start a program below a
     * command worker that is not a worker, for example one with a cluster of its own, remove the marks:
     * {@code env -u MUSHER_IPC java …}. Child processes of a JVM worker do not inherit the marks.
     *
     * <p>In a JVM with two copies of Musher the first copy joins, and {@link WorkerContext#current} of the other copy
     * throws.
     *
     * @return whether this process is a worker
     */
    public static boolean isWorker() {
        boolean worker = CurrentWorker.isWorker();
        if (worker) {
            CurrentWorker.join();
        }
        return worker;
    }

    static Cluster start(ClusterConfig config) {
        if (CurrentWorker.isWorker()) { // does not join: the program decides whether it is a worker
            throw new IllegalStateException(System.getProperty(WorkerEnvironment.PROPERTY) != null
                    ? "start() inside a worker would fork for ever: ask Cluster.isWorker() first, and return"
                    : "start() below a command worker of a cluster (" + System.getenv("MUSHER_NAME")
                            + "), as the environment says: ask Cluster.isWorker() first to be that worker; to run a"
                            + " cluster of its own, start this program without that variable: env -u MUSHER_IPC java"
                            + " …");
        }
        LaunchPlan plan = LaunchPlan.of(config.launch());
        ClusterResources resources;
        try {
            resources = ClusterResources.open(config, plan.kind());
        } catch (IOException | UncheckedIOException e) {
            throw StartupException.of(Objects.requireNonNullElse(e.getMessage(), e.toString()), e, "");
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

    private static void undo(@Nullable Cluster cluster, ClusterResources resources) {
        if (cluster != null) {
            cluster.shutdown.end();
            cluster.ports.close();
        }
        resources.close();
    }

    private void begin() throws IOException {
        config.listeners().forEach(listener -> listener.subscribe(resources.events()));
        ports.reserveFixedPorts();
        shutdown.begin();
        try {
            commands.start(config.instances()).get();
        } catch (InterruptedException e) {
            stop().join();
            Thread.currentThread().interrupt();
            throw StartupException.of(config.name() + ": the start was interrupted; everything was undone", e, "");
        } catch (ExecutionException e) {
            // not null: a future that fails always has a cause
            throw StartFailures.exception(config, Objects.requireNonNull(e.getCause()));
        }
        failureHandler.started();
        eventPublisher.started();
        resources.control().tryExecute(actions::started);
        resources.control().tryExecute(recycleMonitor::begin); // a stop may have come meanwhile
        resources.spawner().preload(); // not earlier: until here starting workers needed the processors
        resources.balancer().ifPresent(balancer -> balancer.closed().whenComplete((closed, failure) -> {
            if (failure != null) {
                OPERATOR.error("{}: the common port has closed, stopping the cluster: {}", config.name(),
                        Objects.requireNonNullElse(failure.getMessage(), failure.toString()));
                shutdown.balancerFailed();
            }
        }));
        int ready = config.instances();
        LOG.info("{}: {}{}", config.name(),
                ready == 0 ? "started without workers" : ready == 1 ? "1 worker ready" : ready + " workers ready",
                resources.commonPort().map(port -> ", " + port.describe()).orElse(""));
    }

    /** {@return the name of the cluster, see {@link ClusterBuilder#name}} */
    public String name() {
        return config.name();
    }

    /** {@return the configuration this cluster was started with} */
    public ClusterConfig config() {
        return config;
    }

    /**
     * {@return the port that clients connect to; with {@code commonPort(0)} the one the system has chosen}
     *
     * @throws IllegalStateException if the cluster has no common port
     */
    public int commonPort() {
        return resources.commonPortNumber().orElseThrow(
                () -> new IllegalStateException(name() + " has no common port; set the option commonPort"));
    }

    /**
     * {@return a snapshot of the workers that were forked and whose processes have not been reaped, ordered by
     * instance}
     */
    public List<Worker> workers() {
        return supervisor.workers().stream().map(ClusterCommands::workerOf).toList();
    }

    /**
     * Finds a worker by its id.
     *
     * @param id the worker's id
     * @return the worker; empty when there is none with this id in {@link #workers}
     */
    public Optional<Worker> worker(int id) {
        return workers().stream().filter(worker -> worker.id() == id).findFirst();
    }

    /** {@return a snapshot of the cluster's state and counters} */
    public ClusterStats stats() {
        return StatsReader.read(resources, supervisor, workers(), this::explain, actions.traffic());
    }

    /**
     * Measures the CPU time and memory of the workers, of a command with all processes in its session. The measurement
     * reads the process table of the operating system, for some milliseconds on a thread of its own; calls that overlap
     * share the results.
     *
     * @return completes with the usage of each instance that has or had a worker when it was measured, by instance
     */
    public CompletableFuture<List<ResourceUsage>> usage() {
        return usageMeter.measure(this::workers, resources.spawner()::usage).thenApplyAsync(usage -> usage,
                resources.callbacks());
    }

    /**
     * Describes in words why a worker gets traffic or gets none.
     *
     * @param worker a worker of this cluster
     * @return as {@link Worker#explain}
     */
    public String explain(Worker worker) {
        return worker.explain();
    }

    /**
     * Adds a listener for events.
     *
     * @param type the type of the events; {@code ClusterEvent.class} for all
     * @param listener runs on the events thread
     * @param <E> the type of the events
     * @return removes the listener when closed
     */
    public <E extends ClusterEvent> Subscription on(Class<E> type, Consumer<? super E> listener) {
        return resources.events().on(Objects.requireNonNull(type, "type"),
                Objects.requireNonNull(listener, "listener"));
    }

    /**
     * Adds a listener for the messages of all workers. Messages that arrive before there is any listener are kept and
     * delivered to the first one.
     *
     * @param listener runs on the events thread
     * @return removes the listener when closed
     */
    public Subscription onMessage(BiConsumer<Worker, Message> listener) {
        return dispatcher.onMessage(Objects.requireNonNull(listener, "listener"), this::workers);
    }

    /**
     * Sends a message to all connected workers; the message is encoded once. Never blocks.
     *
     * @param message what {@link Worker#send} accepts
     * @return how many workers the message is on its way to
     * @throws IllegalArgumentException as {@link Worker#send}
     */
    public int broadcast(Object message) {
        return dispatcher.broadcast(message, workers());
    }

    /**
     * Starts one more worker, in the lowest free instance.
     *
     * @return completes with the worker when it is ready; fails with {@link IllegalStateException} when the cluster
     *     stops, the restart policy gives up the instance, or the limit described at {@link #scale} is reached
     */
    public CompletableFuture<Worker> fork() {
        return fork(Map.of());
    }

    /**
     * Starts one more worker with environment variables of its own.
     *
     * @param env variables of this instance, over those of the launch and of the builder; replacements of the worker
     *     get them, too
     * @return as {@link #fork()}
     * @throws IllegalArgumentException if a name or value cannot be a variable
     */
    public CompletableFuture<Worker> fork(Map<String, String> env) {
        return commands.fork(LaunchChecks.environment(env));
    }

    /**
     * Changes the number of workers. When several calls overlap, all of them complete when the number of the latest is
     * reached.
     *
     * <p>Instances that the restart policy has given up are revived with a new restart budget. When the number shrinks,
     * instances are removed in this order: given up or waiting for a restart, starting, not ready, then ready ones with
     * the fewest connections. Where the ports of instances are fixed ({@code startPort} without a common port), the
     * highest instances are removed.
     *
     * @param instances at least 0
     * @return completes when that many workers are ready; fails with {@link IllegalStateException} when the cluster
     *     stops, an instance is given up, or the ports of unused instances are held by disconnected workers; fails at
     *     once with {@link IllegalArgumentException}, which explains the limit, when memory (48 MiB for a worker JVM, 4
     *     MiB for a command) or ports do not suffice for the number
     * @throws IllegalArgumentException if the number is negative
     */
    public CompletableFuture<Void> scale(int instances) {
        if (instances < 0) {
            throw new IllegalArgumentException("scale to " + instances + ": the number is negative");
        }
        return commands.scale(instances);
    }

    /**
     * Replaces all workers, a batch at a time, by new workers of the same program; the supplier of {@code env} is
     * called again. If a replacement fails, the {@link ReloadPolicy} decides; by default the rollout ends and the old
     * workers go on serving.
     *
     * <p>Instances without a serving worker are replaced first and at once: a worker that is not ready yet is stopped,
     * an instance that was given up is revived, a restart delay is cut short. {@link Rollout#revived} lists them.
     *
     * <p>While another rollout is running, a reload uses that rollout's program. If the environment is unchanged, the
     * reload joins the running rollout. If it has changed, a new rollout begins at once where the former one stands,
     * and the callers of the former one wait for the new one. A rollout that is rolling back is superseded by a reload.
     *
     * <p>The supplier of {@code env} is called on a thread of its own; reloads that arrive during a call share the next
     * call. A call that takes longer than 10 s is logged and no longer waited for: the next reload calls the supplier
     * again (at most four calls run at once), and its result also answers the older reloads.
     *
     * @return completes when the rollout has ended, also when it has failed, see {@link Rollout#succeeded}; fails with
     *     what the supplier threw, or with {@link IllegalStateException} when the cluster stops
     */
    public CompletableFuture<Rollout> reload() {
        return commands.reload();
    }

    /**
     * Replaces all workers, as {@link #reload} does, by workers of another launch. The builder's {@code args},
     * {@code jvmArgs}, {@code removeJvmArgs}, {@code env} and {@code directory} apply to the new launch as well, below
     * its own settings. After success every later worker is started from the new launch; after a failure the former
     * launch stays in force.
     *
     * <p>A running rollout is superseded at once: the instances it has replaced are replaced again, and its future
     * completes with {@link Rollout.Outcome#SUPERSEDED}. If this rollout fails, it rolls back to the launch that was in
     * force before both.
     *
     * @param launch the program of the new workers
     * @return completes when the rollout has ended, also when it has failed or was superseded; fails as the future of
     *     {@link #reload}
     * @throws IllegalArgumentException if the launch is not possible, for example with a main class or a jar that
     *     cannot be found; nothing has begun then
     * @throws IllegalStateException if the launch is {@link Launch#self()} and this program cannot be started again, or
     *     if it does not go with the options of the cluster, such as a command with a heartbeat check
     */
    public CompletableFuture<Rollout> deploy(Launch launch) {
        ConfigChecks.checkLaunch(config, launch);
        return commands.deploy(LaunchPlan.of(config.completed(launch)));
    }

    /**
     * Aborts the running rollout: its replacements are stopped, and instances it has replaced are rolled back to the
     * launch and environment in force, as after a failure with {@link ReloadPolicy.OnFailure#KEEP_OLD}. The future of
     * the {@link #reload} or {@link #deploy} completes with {@link Rollout.Outcome#ABORTED}. A rollout that is rolling
     * back already is left to finish.
     *
     * @return completes when the rollout has ended, at once when none is running; never fails
     */
    public CompletableFuture<Void> abortRollout() {
        return commands.abortRollout();
    }

    /**
     * Reloads after a SIGHUP. No caller sees the future, so a reload that cannot even begin is logged here; any other
     * failure is logged with the rollout. A reload that ends because the cluster stops has not failed.
     */
    private void reloadAfterSighup() {
        reload().whenComplete((rollout, failure) -> {
            if (failure != null && !stopRequested) {
                Throwable inner = failure instanceof CompletionException ? failure.getCause() : null;
                Throwable cause = inner != null ? inner : failure;
                OPERATOR.error("{}: the reload requested by SIGHUP has failed, no further worker is replaced: {}",
                        name(), cause.toString(), cause);
            }
        });
    }

    /**
     * Stops the cluster: all workers drain and stop as the {@link StopPolicy} says, then the balancer and all threads
     * are closed. May be called again.
     *
     * @return completes when every worker has exited and everything is closed; fails with {@link IllegalStateException}
     *     when the cluster ended by a failure of its control thread
     */
    public CompletableFuture<Void> stop() {
        stopRequested = true;
        commands.stopAll();
        return stopped.copy();
    }

    /**
     * Waits until the cluster has stopped, by {@link #stop}, by a signal, or by a failure.
     *
     * @throws InterruptedException if the calling thread is interrupted
     */
    public void awaitStop() throws InterruptedException {
        stoppedLatch.await();
    }

    /**
     * Calls {@link #stop} and waits for it; does not throw when the cluster ended by a failure. May be called on the
     * events thread, which then delivers the remaining events afterwards.
     */
    @Override
    public void close() {
        try {
            stop().join();
        } catch (CompletionException e) {
            LOG.debug("{}: has ended by a failure", name(), e); // logged already; nothing is left to close
        }
    }

    @Override
    public String toString() {
        return "cluster " + name();
    }

    /** Kills all workers, even when the control thread does not respond. */
    private void killAll() {
        commands.killAll();
        resources.spawner().killAll();
    }

    private void allGaveUp() {
        shutdown.allGaveUp();
    }

    /**
     * Closes everything after the last worker's exit. Called on the control thread, which must not wait for its own
     * end; hence the closer thread.
     */
    private void allExited() {
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

    /** Completes {@link #stop} when everything is closed; {@code failure} is null after a normal stop. */
    private void ended(@Nullable Throwable failure) {
        actions.end();
        stoppedLatch.countDown();
        resources.callbacks().execute(() -> {
            if (failure == null) {
                stopped.complete(null);
            } else {
                stopped.completeExceptionally(failure);
            }
        });
    }
}
