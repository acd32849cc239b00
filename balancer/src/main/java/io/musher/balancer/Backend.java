package io.musher.balancer;

import io.musher.balancer.BalancerStats.TargetState;
import io.musher.balancer.BalancerStats.TargetStats;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.Ticker;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * State of one target shared by all event loops: atomic counts and volatile fields. State changes are made only by
 * {@link TargetRegistry}, on its loop.
 *
 * <p>Exists from the moment the target is listed until it is withdrawn and its last connection has ended.
 */
final class Backend implements Candidate {

    private final BackendListener listener;
    private final SlowStart slowStart;
    private final Trials trials;
    private final int maxActive;
    private final AtomicInteger active = new AtomicInteger();
    private final AtomicInteger connectFailuresInRow = new AtomicInteger();
    private final AtomicInteger unansweredInRow = new AtomicInteger();
    private final Counters[] countersPerLoop;
    final @Nullable ProxyProtocol proxyProtocol;
    final TargetAddresses addresses;
    private final LatencyAverage latency = new LatencyAverage();
    private volatile Target target;
    private volatile TargetState state = TargetState.READY;
    private volatile String why = "";
    private volatile int ejections;
    private volatile boolean answering;
    private volatile boolean unpickable;
    private int stateChanges;

    Backend(Target target, BalancerConfig config, int loops, Ticker ticker, BackendListener listener) {
        this.target = target;
        this.addresses = new TargetAddresses(target.address(), ticker);
        this.proxyProtocol = config.proxyProtocol().orElse(null);
        this.listener = listener;
        this.slowStart = new SlowStart(config.slowStart().toNanos(), ticker);
        this.trials = new Trials(ticker);
        this.maxActive = config.maxConnectionsPerTarget();
        this.countersPerLoop = new Counters[loops];
        for (int i = 0; i < loops; i++) {
            countersPerLoop[i] = new Counters();
        }
        becomesReadyIfResolved();
    }

    @Override
    public Target target() {
        return target;
    }

    @Override
    public int active() {
        return active.get();
    }

    @Override
    public double weight() {
        return target.weight() * slowStart.share();
    }

    @Override
    public long latencyNanos() {
        return latency.average();
    }

    // ---- addresses

    /** {@return whether the target has a host name that has to be looked up} */
    boolean isNamed() {
        return target.address().isUnresolved();
    }

    /**
     * {@return the address to connect to; null while the host name is not resolved, and the target is not ready then}
     */
    @Nullable
    InetSocketAddress address() {
        return addresses.current();
    }

    /**
     * Selects the next address after a failed connect, in a series of connects that began with {@code first}.
     *
     * @return the next address, null when all were tried
     */
    @Nullable
    InetSocketAddress next(InetSocketAddress failed, InetSocketAddress first) {
        return addresses.next(failed, first);
    }

    Counters counters(int loop) {
        return countersPerLoop[loop];
    }

    TargetState state() {
        return state;
    }

    boolean isWithdrawn() {
        return state == TargetState.WITHDRAWN;
    }

    boolean isFull() {
        return maxActive > 0 && active.get() >= maxActive || trials.isPausing();
    }

    /** {@return whether the target is ejected, but gets single connections to test whether it answers} */
    boolean isOnTrial() {
        return trials.isRunning();
    }

    /**
     * Counts a connection when its target is picked, so that the next pick sees it.
     *
     * @return false if the target is full
     */
    boolean acquire() {
        if (!trials.acquire()) {
            return false;
        }
        if (active.incrementAndGet() > maxActive && maxActive > 0) {
            active.decrementAndGet();
            return false;
        }
        return true;
    }

    /**
     * Uncounts a connection; reports the last one of a withdrawn target.
     *
     * @return whether it was the last one
     */
    boolean release() {
        boolean last = active.decrementAndGet() == 0;
        if (last && isWithdrawn()) {
            listener.connectionsEnded(this);
        }
        return last;
    }

    /** Reports a failed connect. */
    void reportConnectFailure(String why) {
        listener.connectFailed(this, why);
    }

    /** Reports a connection that the target closed without an answer. */
    void reportUnanswered() {
        listener.unanswered(this);
    }

    /**
     * Counts a failed connect.
     *
     * @return the number of consecutive failures
     */
    int countConnectFailure() {
        return connectFailuresInRow.incrementAndGet();
    }

    void resetConnectFailures() {
        if (connectFailuresInRow.get() != 0) {
            connectFailuresInRow.set(0);
        }
    }

    /** Records the latency of the first answer byte on a connection: the time since the last byte from the client. */
    void recordAnswer(long nanos, long now, Counters counters) {
        latency.record(nanos, now, counters);
        if (!answering) {
            answering = true;
            unansweredInRow.set(0);
        }
        if (trials.isRunning()) {
            listener.answeredOnTrial(this);
        }
    }

    /**
     * Counts a connection that the target closed without an answer.
     *
     * @return the number in a row
     */
    int countUnanswered() {
        answering = false;
        return unansweredInRow.incrementAndGet();
    }

    /** {@return whether the target answered the last connection that ended with or without an answer} */
    boolean isAnswering() {
        return answering;
    }

    /** Records the wait of a client that left without an answer, as a latency, if it waited long. */
    void recordUnanswered(long nanos, long now, Counters counters) {
        latency.recordUnanswered(nanos, now, counters);
    }

    @Override
    public long answers() {
        return sum(counters -> counters.answers);
    }

    @Override
    public long latencyNanosTotal() {
        return sum(counters -> counters.latencyNanos);
    }

    @Override
    public long unanswered() {
        return sum(counters -> counters.unanswered);
    }

    /** {@return the number of connections that were made to this target} */
    long accepted() {
        return sum(counters -> counters.accepted);
    }

    private long sum(Function<Counters, Counters.Counter> counter) {
        long sum = 0;
        for (Counters counters : countersPerLoop) {
            sum += counter.apply(counters).get();
        }
        return sum;
    }

    // ---- TargetRegistry only, on its loop

    void beginTrial() {
        trials.begin();
    }

    void endTrial() {
        trials.end();
    }

    /** Makes the target ready, or down without a reason while its host name is not resolved. */
    void becomesReadyIfResolved() {
        setState(address() == null ? TargetState.DOWN : TargetState.READY);
    }

    /** {@return why the target is not ready; empty if it is ready or the reason is not known yet} */
    String why() {
        return why;
    }

    void setState(TargetState next) {
        setState(next, "");
    }

    void setState(TargetState next, String reason) {
        why = reason;
        unpickable = false;
        trials.end();
        stateChanges++;
        if (next == TargetState.READY) {
            connectFailuresInRow.set(0);
            unansweredInRow.set(0);
            slowStart.begin();
        }
        if (next == TargetState.EJECTED) {
            ejections++;
        }
        state = next;
    }

    void update(Target same) {
        target = same;
    }

    /** {@return the number of the current state change, for {@link #unpickable}} */
    int stateChanges() {
        return stateChanges;
    }

    /** Records that no loop can pick this withdrawn target any more; only then does "no connections" mean drained. */
    void unpickable(int change) {
        // else the target was listed and withdrawn again, which calls this method later with its own change
        unpickable = change == stateChanges;
    }

    /** {@return whether the target is withdrawn, cannot be picked any more, and has no connection} */
    boolean isDrained() {
        return unpickable && isWithdrawn() && active.get() == 0;
    }

    TargetStats stats() {
        Counters sum = new Counters();
        for (Counters counters : countersPerLoop) {
            sum.add(counters);
        }
        return new TargetStats(target, state, sum.accepted.get(), active.get(), sum.bytesToTargets.get(),
                sum.bytesToClients.get(), sum.connectFailures.get(), sum.retries.get(), ejections, sum.moved.get(),
                sum.cut.get(), latencyNanos(), sum.unanswered.get(), why);
    }

    @Override
    public String toString() {
        InetSocketAddress listed = target.address();
        String host = listed.isUnresolved() ? listed.getHostString() : listed.getAddress().getHostAddress();
        String where = host + ":" + listed.getPort();
        return target.id().equals(where) ? where : target.id() + " (" + where + ")";
    }
}
