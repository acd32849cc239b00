package io.musher;

import io.musher.balancer.Balancer;
import io.musher.balancer.BalancerStats;
import io.musher.balancer.Target;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.OperatorLog;
import io.musher.balancer.loop.Timers;
import io.musher.internal.dispatch.FencedExecutor;
import io.musher.internal.dispatch.ListenerExecutor;
import io.musher.internal.health.HealthMonitor;
import io.musher.internal.health.PortReadinessProbe;
import io.musher.internal.ipc.ChannelServer;
import io.musher.internal.process.Spawner;
import io.musher.internal.process.WorkerProcess;
import io.musher.internal.process.launch.JvmShare;
import io.musher.internal.process.launch.LaunchPlan;
import io.musher.internal.process.launch.SpawnRequest;
import io.musher.internal.process.os.Loopback;
import io.musher.internal.process.os.PortLease;
import io.musher.internal.process.os.Termination;
import io.musher.internal.supervisor.Actions;
import io.musher.internal.supervisor.Incarnation;
import io.musher.internal.supervisor.Limit;
import io.musher.internal.supervisor.SlotStatus;
import io.musher.internal.supervisor.StartedProcess;
import io.musher.internal.supervisor.Supervisor;
import io.musher.internal.worker.WorkerEnvironment;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out the supervisor's decisions: starts and ends processes, updates the balancer, sends frames on the
 * channels. Control thread only.
 */
final class SupervisorActions implements Actions {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
    private static final OperatorLog OPERATOR = new OperatorLog(Cluster.class);

    /** For all loops of the balancer to take over its targets. */
    private static final long TARGETS_SECONDS = 3;
    /** The variable that sets the address of a Spring Boot server, as {@code SERVER_PORT} sets its port. */
    private static final String SERVER_ADDRESS = "SERVER_ADDRESS";

    private final ClusterConfig config;
    private final EventLoop control;
    private final ListenerExecutor events;
    private final FencedExecutor callbacks;
    /** What holds back events and completions. */
    private final Set<CompletableFuture<Void>> fences = ConcurrentHashMap.newKeySet();
    private final Spawner spawner;
    private final ChannelServer channels;
    private final Optional<Balancer> balancer;
    private final PortAllocator ports;
    private final JvmShareCalculator jvmShares;
    private final Capacity capacity;
    private Supervisor supervisor;
    private ClusterCommands commands;

    SupervisorActions(ClusterConfig config, ClusterResources resources, PortAllocator ports, Capacity capacity) {
        this.config = config;
        this.control = resources.control();
        this.events = resources.events();
        this.callbacks = new FencedExecutor(resources.callbacks());
        this.spawner = resources.spawner();
        this.channels = resources.channels();
        this.balancer = resources.balancer();
        this.ports = ports;
        this.capacity = capacity;
        this.jvmShares = new JvmShareCalculator(config.name(), balancer.isPresent());
    }

    /** Sets the collaborators that need this object themselves; called before anything is started. */
    void obey(Supervisor itsSupervisor, ClusterCommands itsRequests) {
        supervisor = itsSupervisor;
        commands = itsRequests;
    }

    // ---- processes

    @Override
    public void spawn(Incarnation incarnation) {
        WorkerSession session = new WorkerSession(new Worker(commands, incarnation));
        incarnation.attach(session);
        session.channel = channels.expect(config.name() + ": worker " + incarnation.id(), incarnation.id(),
                new WorkerChannelListener(supervisor, incarnation, session, !watchesPorts()),
                commands.dispatcher().handler(session));
        session.sender = commands.dispatcher().sender(session, session.channel);
        PortLease lease;
        try {
            lease = ports.lease(incarnation);
        } catch (IOException e) {
            control.execute(() -> spawnFailed(incarnation, session, e));
            return;
        }
        session.lease = lease;
        SpawnRequest request;
        try {
            request = request(incarnation, session);
        } catch (RuntimeException | Error e) { // whatever it is, the slot must not wait for this worker for ever
            control.execute(() -> spawnFailed(incarnation, session, e));
            return;
        }
        spawner.spawn(request).whenComplete((process, failure) -> control.execute(() -> {
            if (failure == null) {
                spawned(incarnation, session, process);
            } else {
                spawnFailed(incarnation, session,
                        failure instanceof CompletionException ? failure.getCause() : failure);
            }
        }));
    }

    private SpawnRequest request(Incarnation incarnation, WorkerSession session) {
        LaunchGeneration generation = (LaunchGeneration) incarnation.generation();
        Map<String, String> variables = generation.environment(incarnation.environment());
        variables.put(WorkerEnvironment.MAX_FRAME, Integer.toString(config.maxMessageSize()));
        if (config.commonPort().isPresent()
                && !generation.plan().launch().options().env().containsKey(SERVER_ADDRESS)) {
            // clients must not be able to connect around the balancer
            variables.putIfAbsent(SERVER_ADDRESS, Loopback.host());
        }
        return new SpawnRequest(generation.plan(), incarnation.instance(), incarnation.id(),
                commands.workerName(incarnation),
                Optional.ofNullable(session.lease), channels.socketAddress(), session.channel.token(), variables,
                share(generation));
    }

    private JvmShare share(LaunchGeneration generation) {
        return generation.plan().kind() == LaunchPlan.Kind.JVM
                ? jvmShares.among(supervisor.slots().stream().filter(SlotStatus::wanted).count(), generation)
                : JvmShare.none();
    }

    private void spawned(Incarnation incarnation, WorkerSession session, WorkerProcess process) {
        session.process = process;
        supervisor.spawned(incarnation,
                new StartedProcess(process.pid(), process.port(), isCommand(incarnation), process.startedAt()));
        process.onProcessExit().thenRun(() -> post(() -> supervisor.processExited(incarnation)));
        process.onExit().thenAccept(end -> control.execute(() -> exited(incarnation, session, end)));
        if (watchesPorts()) {
            session.portWatch = new PortReadinessProbe(control, supervisor, incarnation, process,
                    config.readiness() == Readiness.portOpen(),
                    config.proxyProtocol(), () -> session.mainRuns && !isCommand(incarnation));
            session.portWatch.diagnoseBefore(config.startTimeout());
            if (session.claimed) {
                session.portWatch.claimed();
            }
            session.portWatch.poll();
        }
        if (!config.healthChecks().isEmpty()) {
            session.healthMonitor = new HealthMonitor(control, supervisor, incarnation,
                    () -> session.saidHello && !isCommand(incarnation));
            session.healthMonitor.begin(config.healthChecks(), config.proxyProtocol(), session.channel::heartbeat);
        }
    }

    private boolean watchesPorts() {
        return config.hasPorts() && config.readiness() != Readiness.explicit();
    }

    private static boolean isCommand(Incarnation incarnation) {
        return ((LaunchGeneration) incarnation.generation()).plan().kind() == LaunchPlan.Kind.COMMAND;
    }

    private void spawnFailed(Incarnation incarnation, WorkerSession session, Throwable cause) {
        ports.release(incarnation, session.lease);
        session.channelEnded = true;
        session.channel.close();
        supervisor.spawnFailed(incarnation, cause);
    }

    /** Reports the exit after everything that the channel still contains: the channel is read to its end first. */
    private void exited(Incarnation incarnation, WorkerSession session, Termination end) {
        ports.release(incarnation, session.lease);
        session.termination = end;
        if (session.channelEnded) {
            supervisor.exited(incarnation, end.status(), end.signal());
        } else {
            session.channel.finish();
        }
    }

    @Override
    public void terminate(Incarnation worker) {
        process(worker).terminate();
    }

    @Override
    public void kill(Incarnation worker) {
        process(worker).kill();
    }

    @Override
    public void requestThreadDump(Incarnation worker) {
        WorkerSession session = session(worker);
        OPERATOR.warn("{}: worker {} (instance {}) gets no traffic any more and is to end: {}", config.name(),
                worker.id(), worker.instance(),
                worker.stopReason());
        session.process.threadDump().thenAccept(threads -> {
            session.threadDump = threads;
            threads.ifPresent(text -> LOG.warn("{}: worker {} (instance {}), its threads:\n{}", config.name(),
                    worker.id(), worker.instance(), text));
            post(() -> supervisor.threadDumpDone(worker));
        });
    }

    private static WorkerProcess process(Incarnation worker) {
        return session(worker).process;
    }

    // ---- balancer

    @Override
    public void publish(List<Incarnation> ready) {
        balancer.ifPresent(b -> {
            List<Target> targets = new ArrayList<>();
            for (Incarnation worker : ready) {
                worker.port()
                        .ifPresent(port -> targets.add(new Target(commands.workerName(worker), Loopback.at(port))));
            }
            try {
                fence(b.updateTargets(targets));
            } catch (IllegalArgumentException e) {
                LOG.error("{}: the balancer keeps its former targets", config.name(), e);
            }
        });
    }

    /**
     * Holds back the events and completions that follow until all loops of the balancer have the targets. A loop that
     * is blocked, as by a strategy of the user's, delays them for a limited time; a balancer that is closed does not.
     */
    private void fence(CompletableFuture<Void> targets) {
        if (targets.isDone()) {
            return;
        }
        CompletableFuture<Void> inForce = new CompletableFuture<>();
        fences.add(inForce);
        inForce.thenRun(() -> fences.remove(inForce));
        // not by orTimeout: its thread is the JDK's, lives on, and would keep the class loader of a host that has
        // unloaded this program
        Timers.Timer late = control.schedule(TimeUnit.SECONDS.toNanos(TARGETS_SECONDS), () -> {
            if (inForce.complete(null)) {
                LOG.warn(
                        "{}: the balancer's loops have not taken over its targets within {} s, events and futures go on without; a strategy or"
                                + " balancer listener may block a loop",
                        config.name(), TARGETS_SECONDS);
            }
        });
        targets.whenComplete((done, failure) -> {
            inForce.complete(null);
            post(() -> control.cancel(late));
        });
        events.fence("new targets of the balancer", inForce);
        callbacks.fence(inForce);
    }

    /** The control thread has ended, and with it the timers of what is still held back. On any thread. */
    void end() {
        fences.forEach(each -> each.complete(null));
    }

    @Override
    public void stopAccepting() {
        balancer.ifPresent(b -> b.shutdown(config.stopPolicy().drain()));
    }

    @Override
    public void drain(Incarnation worker, Duration deadline) {
        if (balancer.isEmpty()) {
            control.execute(() -> supervisor.drained(worker));
        } else {
            balancer.get().drain(commands.workerName(worker), deadline)
                    .whenComplete((cut, failure) -> post(() -> supervisor.drained(worker)));
        }
    }

    @Override
    public boolean checkPorts(List<Incarnation> workers) {
        List<PortReadinessProbe> probes = workers.stream().map(worker -> session(worker).portWatch)
                .filter(Objects::nonNull).toList();
        if (probes.isEmpty()) {
            return false;
        }
        AtomicInteger left = new AtomicInteger(probes.size());
        Runnable known = () -> {
            if (left.decrementAndGet() == 0) {
                post(() -> supervisor.portsChecked(workers));
            }
        };
        control.execute(() -> probes.forEach(probe -> probe.poll(known))); // a refusal may be reported at once
        return true;
    }

    @Override
    public ToIntFunction<Incarnation> loads() {
        Map<String, Long> active = new HashMap<>();
        balancer.ifPresent(b -> b.stats().targets().forEach(target -> active.put(
                key(target.target().id(), target.target().address().getPort()), target.active())));
        return worker -> active.getOrDefault(key(commands.workerName(worker), worker.port().orElse(0)), 0L).intValue();
    }

    @Override
    public Limit limit() {
        return capacity.limit(((LaunchGeneration) supervisor.generation()).plan().kind());
    }

    private static String key(String name, int port) {
        return name + ":" + port;
    }

    /** {@return how many connections the balancer has given to the worker} */
    long connections(Incarnation worker) {
        return targetStats(worker).map(BalancerStats.TargetStats::accepted).orElse(0L);
    }

    private Optional<BalancerStats.TargetStats> targetStats(Incarnation worker) {
        return balancer.flatMap(b -> b.stats().targets().stream()
                .filter(target -> target.target().id().equals(commands.workerName(worker))
                        && target.target().address().getPort() == worker.port().orElse(0))
                .findFirst());
    }

    private void post(Runnable task) {
        try {
            control.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.trace("{}: has ended meanwhile", config.name());
        }
    }

    // ---- channels

    @Override
    public void sendDrain(Incarnation worker) {
        session(worker).channel.drain();
    }

    @Override
    public void sendDisconnect(Incarnation worker) {
        session(worker).channel.disconnect();
    }

    @Override
    public void sendStop(Incarnation worker) {
        process(worker).stopRequested();
        session(worker).channel.stop();
    }

    @Override
    public void closeChannel(Incarnation worker) {
        session(worker).channel.goodbye("disconnected");
    }

    private static WorkerSession session(Incarnation worker) {
        return (WorkerSession) worker.attachment();
    }

    // ---- timers, callbacks, clock

    @Override
    public Timers.Timer schedule(long delayNanos, Runnable task) {
        return control.schedule(delayNanos, task);
    }

    @Override
    public void cancel(Timers.Timer timer) {
        control.cancel(timer);
    }

    @Override
    public void callback(Runnable completion) {
        callbacks.execute(completion);
    }

    @Override
    public long now() {
        return System.nanoTime();
    }

    @Override
    public double random() {
        return ThreadLocalRandom.current().nextDouble();
    }
}
