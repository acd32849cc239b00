package io.musher;

import io.musher.balancer.Balancer;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.OperatorLog;
import io.musher.internal.health.WarmUpRequests;
import io.musher.internal.ipc.Channel;
import io.musher.internal.process.WorkerProcess;
import io.musher.internal.process.classdata.ClassDataCache;
import io.musher.internal.process.launch.LaunchPlan;
import io.musher.internal.process.os.Termination;
import io.musher.internal.supervisor.Incarnation;
import io.musher.internal.supervisor.ProcessEvents;
import io.musher.internal.supervisor.StartedProcess;
import io.musher.internal.supervisor.WorkerHandle;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns the process and the channel of one worker, from its start until both have ended. Reports to the supervisor, and
 * carries out what the supervisor decides. Control thread only, unless noted.
 */
final class WorkerSession implements WorkerHandle {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
    private static final OperatorLog OPERATOR = new OperatorLog(Cluster.class);

    /** Creates the sessions of one cluster. */
    record Factory(ClusterConfig config, ClusterResources resources, PortAllocator ports, MessageDispatcher dispatcher,
            Function<WorkerSession, Worker> workers) {

        WorkerSession create(Incarnation incarnation, ProcessEvents events, LaunchPlan plan) {
            return new WorkerSession(this, incarnation, events, plan);
        }
    }

    final Worker worker;
    /** Listeners for this worker's messages; thread-safe. */
    final List<Consumer<Message>> listeners = new CopyOnWriteArrayList<>();
    /** Thread-safe. */
    final MessageSender sender;

    private final ClusterConfig config;
    private final EventLoop control;
    private final Optional<Balancer> balancer;
    private final WorkerPort port;
    private final Incarnation incarnation;
    private final ProcessEvents events;
    private final boolean isCommand;
    private final ClassDataCache classData;
    /** Whether the program certainly opens its channel. */
    private final boolean joins;
    private final Channel channel;
    /** Null before the fork. Written on the control thread only; read by any thread. */
    private volatile @Nullable WorkerProcess process;
    /** Null if there are no health checks. */
    private @Nullable WorkerHealth health;
    /** The worker's threads when it hung; read by any thread. */
    private volatile Optional<String> threadDump = Optional.empty();
    /** The id of the worker's target in the balancer, by which it is drained; its name, unless it is in its overlap. */
    private volatile String targetId;
    private boolean saidHello;
    private boolean channelEnded;
    /** How the process ended; null while it runs. */
    private @Nullable Termination termination;

    private WorkerSession(Factory cluster, Incarnation incarnation, ProcessEvents events, LaunchPlan plan) {
        this.isCommand = plan.kind() == LaunchPlan.Kind.COMMAND;
        this.joins = plan.saysHello();
        this.config = cluster.config;
        this.control = cluster.resources.control();
        this.balancer = cluster.resources.balancer();
        this.port = new WorkerPort(cluster, incarnation, events, isCommand);
        this.incarnation = incarnation;
        this.events = events;
        this.classData = cluster.resources.spawner().classData();
        this.worker = cluster.workers.apply(this);
        this.targetId = worker.name();
        this.channel = cluster.resources.channels().expect(config.name() + ": worker " + incarnation.id(),
                incarnation.id(), new WorkerChannelListener(this, events),
                cluster.dispatcher.handler(this));
        this.sender = cluster.dispatcher.sender(this, channel);
    }

    Incarnation incarnation() {
        return incarnation;
    }

    @Override
    public Worker worker() {
        return worker;
    }

    WorkerPort port() {
        return port;
    }

    // ---- start and end

    @Override
    public String advice() {
        return StartFailures.advice(config, port.sharedPort().isPresent(), isCommand, lastOutput());
    }

    @Override
    public boolean startsDifferentlyNextTime() {
        return port.bindsDifferentlyNextTime(lastOutput());
    }

    /** {@return the secret by which the worker identifies itself on its channel} */
    String channelToken() {
        return channel.token();
    }

    /** The process runs: watches its exit, its port and its health. */
    void spawned(WorkerProcess started) {
        process = started;
        events.spawned(incarnation,
                new StartedProcess(started.pid(), started.port(), isCommand, joins, started.startedAt()));
        started.onProcessExit().thenRun(() -> control.tryExecute(() -> events.processExited(incarnation)));
        started.onExit().thenAccept(end -> control.execute(() -> processEnded(end)));
        port.spawned(started);
        if (!config.healthChecks().isEmpty()) {
            health = new WorkerHealth(config, control, events, incarnation, () -> saidHello);
            health.begin(channel);
        }
    }

    void spawnFailed(Throwable cause) {
        port.release();
        channelEnded = true;
        channel.close();
        events.spawnFailed(incarnation, cause);
    }

    private void processEnded(Termination end) {
        port.release();
        termination = end;
        if (!channelEnded) {
            channel.finish(); // reads the channel to its end, which may be at once
        } else {
            exitIfBothEnded();
        }
    }

    /** The channel has been read to its end. */
    void channelEnded(boolean goodbye) {
        if (!channelEnded) {
            channelEnded = true;
            sender.mailbox().inbox().flush(); // delivers queued messages before the exit is reported
            if (saidHello) {
                events.channelEnded(incarnation, goodbye);
            }
            exitIfBothEnded();
        }
    }

    /** Reports the exit of the process after everything that the channel contained. */
    private void exitIfBothEnded() {
        if (channelEnded && termination != null) {
            events.exited(incarnation, termination.status(), termination.signal());
        }
    }

    // ---- what the worker reports on its channel

    void helloReceived() {
        saidHello = true;
        port.helloReceived();
        classData.helloReceived(worker.id());
        if (!events.hello(incarnation)) {
            channel.goodbye("it came too late");
        }
    }

    void heartbeatAnswered(long number) {
        if (health != null) {
            health.answered(number);
        }
    }

    // ---- what the supervisor decides

    @Override
    public void drain(Duration deadline) {
        CompletableFuture<?> drained = balancer.isPresent() ? balancer.get().drain(targetId, deadline)
                : CompletableFuture.completedFuture(null);
        drained.whenComplete((cut, failure) -> control.tryExecute(() -> events.drained(incarnation)));
    }

    /** {@return the id of the worker's target in the balancer; may be called from any thread} */
    String targetId() {
        return targetId;
    }

    /** The worker becomes a target of the balancer under this id. */
    void targetId(String id) {
        targetId = id;
    }

    @Override
    public void sendDrain() {
        channel.drain();
    }

    @Override
    public void sendDisconnect() {
        channel.disconnect();
    }

    @Override
    public void sendStop() {
        forked().stopRequested();
        channel.stop();
    }

    @Override
    public void closeChannel() {
        channel.goodbye("disconnected");
    }

    @Override
    public void terminate() {
        forked().terminate();
    }

    @Override
    public void kill() {
        forked().kill();
    }

    @Override
    public boolean isProcessAlive() {
        return forked().isAlive();
    }

    @Override
    public void requestThreadDump() {
        OPERATOR.warn("{}: {} is unhealthy, removed from the load balancer, stopping: {}", config.name(),
                incarnation.label(), incarnation.stopReason());
        forked().threadDump().thenAccept(threads -> {
            threadDump = threads;
            threads.ifPresent(text -> LOG.warn("{}: thread dump of unhealthy {}:\n{}", config.name(),
                    incarnation.label(), text));
            control.tryExecute(() -> events.threadDumpDone(incarnation));
        });
    }

    @Override
    public void warmUp() {
        config.warmUp().ifPresent(rule -> new WarmUpRequests(config.name(), control, events, incarnation, rule,
                config.proxyProtocol()).start());
    }

    @Override
    public boolean checkPort(Runnable done) {
        return port.check(done);
    }

    // ---- any thread

    private WorkerProcess forked() {
        // the supervisor acts on a worker, and lists it, only after spawned()
        return Objects.requireNonNull(process);
    }

    /** Sends a signal; does nothing if no process was started. */
    void signal(String name) {
        WorkerProcess running = process;
        if (running != null) {
            running.signal(name);
        }
    }

    @Override
    public String lastOutput() {
        WorkerProcess started = process;
        return started == null ? "" : started.lastOutput();
    }

    /** {@return the resident memory of the process and its descendants in bytes} */
    CompletableFuture<Long> memory() {
        return forked().memory();
    }

    /** {@return the process; only for workers that are listed} */
    WorkerProcess process() {
        return forked();
    }

    /** {@return the thread dump that was taken when the worker failed a liveness check, if one was} */
    Optional<String> threadDump() {
        return threadDump;
    }
}
