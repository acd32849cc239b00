package io.musher;

import io.musher.balancer.Balancer;
import io.musher.balancer.BalancerStats;
import io.musher.balancer.Target;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.Timers;
import io.musher.internal.dispatch.FencedExecutor;
import io.musher.internal.dispatch.ListenerExecutor;
import io.musher.internal.process.os.Loopback;
import io.musher.internal.supervisor.Actions;
import io.musher.internal.supervisor.Incarnation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out the supervisor's decisions about the cluster: updates the balancer's targets, completes futures and sets
 * timers. {@link WorkerSession} carries out those about one worker. Control thread only.
 */
final class SupervisorActions implements Actions {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

    /** For all loops of the balancer to take over its targets. */
    private static final long TARGETS_SECONDS = 3;

    private final ClusterConfig config;
    private final EventLoop control;
    private final ListenerExecutor events;
    private final FencedExecutor callbacks;
    /** What holds back events and completions. */
    private final Set<CompletableFuture<Void>> fences = ConcurrentHashMap.newKeySet();
    private final Optional<Balancer> balancer;
    private final TrafficTotals traffic = new TrafficTotals();
    /**
     * The ready workers of a cluster with an inherited listener until its start has succeeded, of which the balancer
     * does not know: so it accepts no client, and a start that fails harms none. Null from then on.
     */
    private @Nullable List<Incarnation> withheld;

    SupervisorActions(ClusterConfig config, ClusterResources resources) {
        this.config = config;
        this.control = resources.control();
        this.events = resources.events();
        this.callbacks = new FencedExecutor(resources.callbacks());
        this.balancer = resources.balancer();
        this.withheld = config.inheritsListener() ? List.of() : null;
    }

    // ---- balancer

    /** Lets clients come, now that the start has succeeded. */
    void started() {
        List<Incarnation> ready = withheld;
        if (ready != null) {
            withheld = null;
            publish(ready);
        }
    }

    @Override
    public void publish(List<Incarnation> ready) {
        if (withheld != null) {
            withheld = List.copyOf(ready);
            return;
        }
        balancer.ifPresent(b -> {
            traffic.observe(b.stats()); // the counters of a target may end with it
            List<Target> targets = new ArrayList<>();
            Set<String> ids = new HashSet<>();
            for (Incarnation worker : ready) {
                WorkerSession session = worker.handle().worker().session();
                String name = session.worker().name();
                // in an overlap, the predecessor comes first and keeps the id
                session.targetId(ids.add(name) ? name : TargetIds.beside(session.worker()));
                worker.port().ifPresent(port -> targets.add(new Target(session.targetId(), Loopback.at(port))));
            }
            try {
                fence(b.updateTargets(targets));
            } catch (IllegalArgumentException e) {
                LOG.error("{}: the balancer rejected the new targets and keeps its former ones", config.name(), e);
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
                        "{}: the balancer's loops have not taken over the new targets within {} s; events and futures"
                                + " no longer wait for them; check for a strategy or balancer listener that blocks",
                        config.name(), TARGETS_SECONDS);
            }
        });
        targets.whenComplete((done, failure) -> {
            inForce.complete(null);
            control.tryExecute(() -> control.cancel(late));
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
    public ToIntFunction<Incarnation> loads() {
        Map<String, Long> active = new HashMap<>();
        balancer.ifPresent(b -> b.stats().targets().forEach(target -> active.put(
                key(target.target().id(), target.target().address().getPort()), target.active())));
        return worker -> active.getOrDefault(key(targetId(worker), worker.port().orElse(0)), 0L).intValue();
    }

    private static String targetId(Incarnation worker) {
        return worker.handle().worker().session().targetId();
    }

    private static String key(String id, int port) {
        return id + ":" + port;
    }

    /** {@return what the balancer has forwarded so far, by worker name; thread-safe} */
    TrafficTotals traffic() {
        return traffic;
    }

    /** {@return how many connections the balancer has given to the worker} */
    long connections(Incarnation worker) {
        return targetStats(worker).map(BalancerStats.TargetStats::accepted).orElse(0L);
    }

    private Optional<BalancerStats.TargetStats> targetStats(Incarnation worker) {
        return balancer.flatMap(b -> b.stats().targets().stream()
                .filter(target -> target.target().id().equals(targetId(worker))
                        && target.target().address().getPort() == worker.port().orElse(0))
                .findFirst());
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
