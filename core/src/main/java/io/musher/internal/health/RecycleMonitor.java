package io.musher.internal.health;

import io.musher.RecyclePolicy;
import io.musher.balancer.loop.EventLoop;
import io.musher.internal.supervisor.Incarnation;
import io.musher.internal.supervisor.Supervisor;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** Looks once a second whether a worker is past a limit of the {@link RecyclePolicy}; only where there is one. */
public final class RecycleMonitor {

    private static final long SECOND = 1_000_000_000L;

    private final EventLoop loop;
    private final RecyclePolicy policy;
    private final Supervisor supervisor;
    private final Function<Incarnation, CompletableFuture<Long>> memory;
    private final ToLongFunction<Incarnation> connections;
    private Map<Incarnation, Looks> looks = new HashMap<>();

    /** What is remembered of one worker: the balancer forgets its figures when it was out for a while. */
    private static final class Looks {
        private final long bornAt;
        private long earlier;
        private long latest;

        private Looks(long bornAt) {
            this.bornAt = bornAt;
        }

        private long add(long connections) {
            earlier += connections < latest ? latest : 0;
            latest = connections;
            return earlier + latest;
        }
    }

    /**
     * Looks at nothing yet.
     *
     * @param loop the control loop
     * @param policy the limits
     * @param supervisor whose workers they are
     * @param memory of a worker, on any thread
     * @param connections a worker was given
     */
    public RecycleMonitor(EventLoop loop, RecyclePolicy policy, Supervisor supervisor, Function<Incarnation, CompletableFuture<Long>> memory,
            ToLongFunction<Incarnation> connections) {
        this.loop = loop;
        this.policy = policy;
        this.supervisor = supervisor;
        this.memory = memory;
        this.connections = connections;
    }

    /** Begins, if there is a limit; the end of the loop is its end. */
    public void begin() {
        if (!policy.equals(RecyclePolicy.never())) {
            loop.schedule(SECOND, this::check);
        }
    }

    private void check() {
        loop.schedule(SECOND, this::check);
        Map<Incarnation, Looks> present = new HashMap<>();
        for (Incarnation worker : supervisor.workers()) {
            present.put(worker, looks.containsKey(worker) ? looks.get(worker) : new Looks(bornAt()));
        }
        looks = present;
        looks.forEach(this::check);
    }

    /** {@return when it was born, as far as its limit goes: somewhat before, or all that were started together would go together} */
    private long bornAt() {
        double tenth = ThreadLocalRandom.current().nextDouble() / 10;
        return loop.now() - SECOND / 2 - (long) (tenth * Math.min(nanos(), Long.MAX_VALUE / 8));
    }

    private long nanos() {
        return policy.maxAge().getSeconds() > Long.MAX_VALUE / SECOND / 4 ? Long.MAX_VALUE / 4 : policy.maxAge().toNanos();
    }

    private void check(Incarnation worker, Looks known) {
        if (!policy.maxAge().isZero() && loop.now() - known.bornAt >= nanos()) {
            supervisor.recycleDue(worker, "has passed the maximum age of " + policy.maxAge());
        }
        if (policy.maxConnections() > 0 && known.add(connections.applyAsLong(worker)) >= policy.maxConnections()) {
            supervisor.recycleDue(worker, "has had " + policy.maxConnections() + " connections");
        }
        if (policy.maxMemory() > 0) {
            memory.apply(worker).thenAccept(bytes -> {
                if (bytes > policy.maxMemory()) {
                    loop.execute(() -> supervisor.recycleDue(worker, "takes " + (bytes >> 20) + " MiB of memory, over the maximum of "
                            + (policy.maxMemory() >> 20)));
                }
            });
        }
    }
}
