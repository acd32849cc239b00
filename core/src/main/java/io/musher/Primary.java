package io.musher;

import io.musher.balancer.Balancer;
import io.musher.balancer.BalancerStats;
import io.musher.balancer.Target;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.OperatorLog;
import io.musher.balancer.loop.Timers;
import io.musher.internal.health.Checkup;
import io.musher.internal.ipc.ChannelServer;
import io.musher.internal.process.JvmShare;
import io.musher.internal.process.LaunchPlan;
import io.musher.internal.process.Loopback;
import io.musher.internal.process.PortLease;
import io.musher.internal.process.SpawnRequest;
import io.musher.internal.process.Spawner;
import io.musher.internal.process.Termination;
import io.musher.internal.process.WorkerProcess;
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
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what the supervisor decides: starts processes, tells the balancer, speaks on the channels. Control thread only.
 */
final class Primary implements Actions {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
    private static final OperatorLog OPERATOR = new OperatorLog(Cluster.class);

    /** Where Spring Boot listens, beside {@code SERVER_PORT}. */
    private static final String SERVER_ADDRESS = "SERVER_ADDRESS";

    private final ClusterConfig config;
    private final EventLoop control;
    private final Executor callbacks;
    private final Spawner spawner;
    private final ChannelServer channels;
    private final Optional<Balancer> balancer;
    private final Keeper keeper;
    private final Shares shares;
    private final Capacity capacity;
    private Supervisor supervisor;
    private Requests requests;

    Primary(ClusterConfig config, Parts parts, Keeper keeper, Capacity capacity) {
        this.config = config;
        this.control = parts.control();
        this.callbacks = parts.callbacks();
        this.spawner = parts.spawner();
        this.channels = parts.channels();
        this.balancer = parts.balancer();
        this.keeper = keeper;
        this.capacity = capacity;
        this.shares = new Shares(config.name(), balancer.isPresent());
    }

    /** They need each other; before anything is started. */
    void obey(Supervisor itsSupervisor, Requests itsRequests) {
        supervisor = itsSupervisor;
        requests = itsRequests;
    }

    // ---- processes

    @Override
    public void spawn(Incarnation incarnation) {
        Member member = new Member(new Worker(requests, incarnation));
        incarnation.attach(member);
        member.channel = channels.expect(config.name() + ": worker " + incarnation.id(), incarnation.id(),
                new Ears(supervisor, incarnation, member, !watchesPorts()), requests.correspondence().inbox(member));
        member.mail = requests.correspondence().mail(member, member.channel);
        PortLease lease;
        try {
            lease = keeper.lease(incarnation);
        } catch (IOException e) {
            control.execute(() -> spawnFailed(incarnation, member, e));
            return;
        }
        member.lease = lease;
        Edition edition = (Edition) incarnation.edition();
        Map<String, String> variables = edition.environment(incarnation.environment());
        variables.put(WorkerEnvironment.MAX_FRAME, Integer.toString(config.maxFrame()));
        if (config.commonPort().isPresent() && !edition.plan().launch().options().env().containsKey(SERVER_ADDRESS)) {
            variables.putIfAbsent(SERVER_ADDRESS, Loopback.host()); // or clients could walk around the balancer
        }
        SpawnRequest request = new SpawnRequest(edition.plan(), incarnation.instance(), incarnation.id(), requests.workerName(incarnation),
                Optional.ofNullable(lease), channels.socketAddress(), member.channel.token(), variables, share(edition));
        spawner.spawn(request).whenComplete((process, failure) -> control.execute(() -> {
            if (failure == null) {
                spawned(incarnation, member, process);
            } else {
                spawnFailed(incarnation, member, failure instanceof CompletionException ? failure.getCause() : failure);
            }
        }));
    }

    private JvmShare share(Edition edition) {
        return edition.plan().kind() == LaunchPlan.Kind.JVM ? shares.among(supervisor.slots().stream().filter(SlotStatus::wanted).count(), edition) : JvmShare.none();
    }

    private void spawned(Incarnation incarnation, Member member, WorkerProcess process) {
        member.process = process;
        supervisor.spawned(incarnation, new StartedProcess(process.pid(), process.port(), isCommand(incarnation), process.startedAt()));
        process.onExit().thenAccept(end -> control.execute(() -> exited(incarnation, member, end)));
        if (watchesPorts()) {
            member.portWatch = new PortWatch(control, supervisor, incarnation, process, config.readiness() == Readiness.portOpen(),
                    () -> member.mainRuns && !isCommand(incarnation));
            member.portWatch.diagnoseBefore(config.startTimeout());
            if (member.claimed) {
                member.portWatch.claimed();
            }
            member.portWatch.look();
        }
        if (!config.healthChecks().isEmpty()) {
            member.checkup = new Checkup(control, supervisor, incarnation, () -> member.spoke && !isCommand(incarnation));
            member.checkup.begin(config.healthChecks(), config.proxyProtocol(), member.channel::heartbeat);
        }
    }

    private boolean watchesPorts() {
        return config.hasPorts() && config.readiness() != Readiness.explicit();
    }

    private static boolean isCommand(Incarnation incarnation) {
        return ((Edition) incarnation.edition()).plan().kind() == LaunchPlan.Kind.COMMAND;
    }

    private void spawnFailed(Incarnation incarnation, Member member, Throwable cause) {
        keeper.giveBack(incarnation, member.lease);
        member.channelEnded = true;
        member.channel.close();
        supervisor.spawnFailed(incarnation, cause);
    }

    /** The exit is told after everything the channel had said: it is read to its end first. */
    private void exited(Incarnation incarnation, Member member, Termination end) {
        keeper.giveBack(incarnation, member.lease);
        member.termination = end;
        if (member.channelEnded) {
            supervisor.exited(incarnation, end.status(), end.signal());
        } else {
            member.channel.finish();
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
        Member member = member(worker);
        OPERATOR.warn("{}: worker {} (instance {}) gets no traffic any more and is to end: {}", config.name(), worker.id(), worker.instance(),
                worker.fault());
        member.process.threads().thenAccept(threads -> {
            member.threads = threads;
            threads.ifPresent(text -> LOG.warn("{}: worker {} (instance {}), its threads:\n{}", config.name(), worker.id(), worker.instance(), text));
            post(() -> supervisor.threadDumpDone(worker));
        });
    }

    private static WorkerProcess process(Incarnation worker) {
        return member(worker).process;
    }

    // ---- balancer

    @Override
    public void publish(List<Incarnation> ready) {
        balancer.ifPresent(b -> {
            List<Target> targets = new ArrayList<>();
            for (Incarnation worker : ready) {
                worker.port().ifPresent(port -> targets.add(new Target(requests.workerName(worker), Loopback.at(port))));
            }
            try {
                b.targets(targets);
            } catch (IllegalArgumentException e) {
                LOG.error("{}: the balancer keeps its former targets", config.name(), e);
            }
        });
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
            balancer.get().drain(requests.workerName(worker), deadline).whenComplete((cut, failure) -> post(() -> supervisor.drained(worker)));
        }
    }

    @Override
    public ToIntFunction<Incarnation> loads() {
        Map<String, Long> active = new HashMap<>();
        balancer.ifPresent(b -> b.stats().targets().forEach(target -> active.put(
                key(target.target().id(), target.target().address().getPort()), target.active())));
        return worker -> active.getOrDefault(key(requests.workerName(worker), worker.port().orElse(0)), 0L).intValue();
    }

    @Override
    public Limit limit() {
        return capacity.limit(((Edition) supervisor.edition()).plan().kind());
    }

    private static String key(String name, int port) {
        return name + ":" + port;
    }

    /** {@return how many connections it was given} */
    long connections(Incarnation worker) {
        return figures(worker).map(BalancerStats.TargetStats::accepted).orElse(0L);
    }

    private Optional<BalancerStats.TargetStats> figures(Incarnation worker) {
        return balancer.flatMap(b -> b.stats().targets().stream().filter(target -> target.target().id().equals(requests.workerName(worker))
                && target.target().address().getPort() == worker.port().orElse(0)).findFirst());
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
        member(worker).channel.drain();
    }

    @Override
    public void sendDisconnect(Incarnation worker) {
        member(worker).channel.disconnect();
    }

    @Override
    public void sendStop(Incarnation worker) {
        process(worker).stopRequested();
        member(worker).channel.stop();
    }

    @Override
    public void closeChannel(Incarnation worker) {
        member(worker).channel.goodbye("disconnected");
    }

    private static Member member(Incarnation worker) {
        return (Member) worker.attachment();
    }

    // ---- the world

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
