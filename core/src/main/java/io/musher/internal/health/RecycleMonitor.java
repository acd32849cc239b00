package io.musher.internal.health;

import io.musher.RecyclePolicy;
import io.musher.balancer.loop.Durations;
import io.musher.balancer.loop.EventLoop;
import io.musher.internal.supervisor.Incarnation;
import io.musher.internal.supervisor.Supervisor;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Reports workers that exceed a limit of the {@link RecyclePolicy} (age, memory or connections) to the supervisor,
 * which recycles them. Checks once a second on the control thread; does nothing if the policy has no limit.
 */
public final class RecycleMonitor {

    private static final long SECOND = 1_000_000_000L;

    private final EventLoop loop;
    private final RecyclePolicy policy;
    private final Supervisor supervisor;
    private final Function<Incarnation, CompletableFuture<Long>> memory;
    private final ToLongFunction<Incarnation> connections;
    private Map<Incarnation, History> histories = new HashMap<>();

    /**
     * Start time and total connections of one worker. Adds up the connections because the balancer resets a target's
     * counters when the target was withdrawn for a while.
     */
    private static final class History {
        private final long bornAt;
        private long earlier;
        private long latest;

        private History(long bornAt) {
            this.bornAt = bornAt;
        }

        private long add(long connections) {
            earlier += connections < latest ? latest : 0;
            latest = connections;
            return earlier + latest;
        }
    }

    /**
     * Creates an idle monitor; {@link #begin} starts the checks.
     *
     * @param memory measures the resident memory of a worker in bytes; its future may complete on any thread
     * @param connections counts the connections that the balancer gave to a worker
     */
    public RecycleMonitor(EventLoop loop, RecyclePolicy policy, Supervisor supervisor,
            Function<Incarnation, CompletableFuture<Long>> memory,
            ToLongFunction<Incarnation> connections) {
        this.loop = loop;
        this.policy = policy;
        this.supervisor = supervisor;
        this.memory = memory;
        this.connections = connections;
    }

    /** Starts the checks if the policy has a limit; they end when the event loop is closed. */
    public void begin() {
        if (!policy.maxAge().isZero() || policy.maxMemory() > 0 || policy.maxConnections() > 0) {
            loop.schedule(SECOND, this::check);
        }
    }

    private void check() {
        loop.schedule(SECOND, this::check);
        Map<Incarnation, History> current = new HashMap<>();
        for (Incarnation worker : supervisor.workers()) {
            current.put(worker, histories.containsKey(worker) ? histories.get(worker) : new History(bornAt()));
        }
        histories = current;
        histories.forEach(this::check);
    }

    /** {@return the start time, shifted back by up to 10 % of maxAge so that workers do not recycle together} */
    private long bornAt() {
        double tenth = ThreadLocalRandom.current().nextDouble() / 10;
        return loop.now() - SECOND / 2 - (long) (tenth * Math.min(nanos(), Long.MAX_VALUE / 8));
    }

    private long nanos() {
        return policy.maxAge().getSeconds() > Long.MAX_VALUE / SECOND / 4 ? Long.MAX_VALUE / 4
                : policy.maxAge().toNanos();
    }

    private void check(Incarnation worker, History history) {
        if (!policy.maxAge().isZero() && loop.now() - history.bornAt >= nanos()) {
            supervisor.events().recycleDue(worker, "has passed the maximum age of " + Durations.text(policy.maxAge()));
        }
        if (policy.maxConnections() > 0 && history.add(connections.applyAsLong(worker)) >= policy.maxConnections()) {
            supervisor.events().recycleDue(worker, "has had " + policy.maxConnections() + " connections");
        }
        if (policy.maxMemory() > 0) {
            memory.apply(worker).thenAccept(bytes -> {
                if (bytes > policy.maxMemory()) {
                    loop.execute(() -> supervisor.events().recycleDue(worker,
                            "takes " + (bytes >> 20) + " MiB of memory, above maxMemory of "
                                    + (policy.maxMemory() >> 20) + " MiB"));
                }
            });
        }
    }
}
