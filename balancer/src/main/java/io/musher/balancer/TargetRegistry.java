package io.musher.balancer;

import io.musher.balancer.BalancerStats.TargetState;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Log;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.OperatorLog;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Owns the list of targets and their health; publishes the {@link ReadyTargets}.
 *
 * <p>Runs on the first event loop, except {@link #stats}, the methods of {@link BackendListener} and those documented
 * as callable from any loop. A target gets no new connections while it is
 *
 * <ul>
 * <li><i>ejected</i>: it failed several times in a row, see {@link Ejection}. It is restored when no other target is
 * ready.
 * <li><i>down</i>: {@link ActiveProbes} finds that it does not accept, or {@link HostResolver} knows no address.
 * <li><i>withdrawn</i>: no longer listed. It is forgotten when its last connection has ended.
 * </ul>
 */
final class TargetRegistry implements BackendListener {

    private static final Log LOG = Log.of(Balancer.class);
    private static final OperatorLog OPERATOR = new OperatorLog(Balancer.class);
    private final BalancerConfig config;
    private final BalancerListener listener;
    private final LoopGroup loops;
    private final ReadyTargets ready;
    private final EventLoop loop;
    private final DrainTracker drainTracker;
    private final Ejection ejection;
    private final Optional<ActiveProbes> probes;
    private final HostResolver resolver;
    private volatile Map<String, TargetEntry> entries = Map.of();
    private volatile List<Backend> withdrawn = List.of();

    TargetRegistry(BalancerConfig config, BalancerListener listener, LoopGroup loops, ReadyTargets ready,
            InetSocketAddress listening) {
        this.config = config;
        this.listener = listener;
        this.loops = loops;
        this.ready = ready;
        this.loop = loops.first().loop;
        this.drainTracker = new DrainTracker(loops);
        this.ejection = new Ejection(config, listener, loop, this);
        this.probes = config.probe().map(policy -> new ActiveProbes(policy, config, listener, loop, this));
        this.resolver = new HostResolver(config, listener, loop, this, listening);
    }

    Ejection ejection() {
        return ejection;
    }

    HostResolver resolver() {
        return resolver;
    }

    DrainTracker drains() {
        return drainTracker;
    }

    boolean isListed(String id) {
        return entries.containsKey(id);
    }

    List<Backend> withdrawn() {
        return withdrawn;
    }

    // ---- the list

    /** Replaces the list of targets; {@code done} runs when no loop can pick a withdrawn target any more. */
    void replaceTargets(Collection<Target> targets, Runnable done) {
        Map<String, TargetEntry> old = entries;
        Map<String, TargetEntry> next = new LinkedHashMap<>();
        Map<InetSocketAddress, Deque<TargetEntry>> renamed = renamed(old, targets);
        List<TargetEntry> added = new ArrayList<>();
        List<Backend> leaving = new ArrayList<>(withdrawn);
        for (Target target : targets) {
            TargetEntry known = old.get(target.id());
            if (known == null || !known.backend.target().address().equals(target.address())) {
                Deque<TargetEntry> sameAddress = renamed.get(target.address());
                known = sameAddress == null ? null : sameAddress.poll();
            }
            if (known == null) {
                known = new TargetEntry(reuseWithdrawn(target, leaving));
                added.add(known);
            }
            known.backend.update(target);
            next.put(target.id(), known);
        }
        probes.ifPresent(active -> added.forEach(active::listed));
        Map<Backend, Integer> newlyWithdrawn = new LinkedHashMap<>();
        for (TargetEntry entry : old.values()) {
            if (next.get(entry.backend.target().id()) != entry) {
                entry.backend.setState(TargetState.WITHDRAWN);
                newlyWithdrawn.put(entry.backend, entry.backend.stateChanges());
            }
        }
        leaving.addAll(newlyWithdrawn.keySet());
        entries = next;
        withdrawn = List.copyOf(leaving);
        List<TargetEntry> restored = publishReady();
        loops.fence(() -> {
            if (loop.inLoop()) { // else the balancer is closed and nothing is left to track
                newlyWithdrawn.forEach((backend, change) -> {
                    backend.unpickable(change);
                    removeIfEmpty(backend);
                });
            }
            done.run();
        }, context -> context.commands.targetsChanged(!withdrawn.isEmpty()));
        added.forEach(resolver::listed);
        LOG.debug("{}: targets {}", config.name(), targets);
        restored.forEach(this::announceRestored); // last, as logging may throw
    }

    /** Finds the entries whose targets are not listed as they were: targets at their addresses get their state. */
    private static Map<InetSocketAddress, Deque<TargetEntry>> renamed(Map<String, TargetEntry> old,
            Collection<Target> targets) {
        Map<String, InetSocketAddress> listed = new HashMap<>();
        targets.forEach(target -> listed.put(target.id(), target.address()));
        Map<InetSocketAddress, Deque<TargetEntry>> found = new HashMap<>();
        for (TargetEntry entry : old.values()) {
            Target before = entry.backend.target();
            if (!before.address().equals(listed.get(before.id()))) {
                found.computeIfAbsent(before.address(), address -> new ArrayDeque<>()).add(entry);
            }
        }
        return found;
    }

    /**
     * Reuses the backend of a withdrawn target that is listed again at the same address before its last connection
     * ended.
     */
    private Backend reuseWithdrawn(Target target, List<Backend> leaving) {
        for (Backend backend : leaving) {
            if (backend.target().id().equals(target.id()) && backend.target().address().equals(target.address())) {
                leaving.remove(backend);
                backend.becomesReadyIfResolved();
                drainTracker.listedAgain(backend);
                return backend;
            }
        }
        return new Backend(target, config, loops.size(), loops.ticker(), this);
    }

    void publish() {
        publishReady().forEach(this::announceRestored);
    }

    /**
     * Publishes the ready targets; makes the ejected ones ready if there are no others.
     *
     * @return the targets made ready, still to be announced
     */
    private List<TargetEntry> publishReady() {
        List<TargetEntry> restored = List.of();
        if (entries.values().stream().noneMatch(entry -> entry.is(TargetState.READY))) {
            restored = entries.values().stream().filter(entry -> entry.is(TargetState.EJECTED)).toList();
            restored.forEach(this::readmit);
        }
        List<Candidate> now = new ArrayList<>();
        boolean onTrial = false;
        for (TargetEntry entry : entries.values()) {
            if (entry.is(TargetState.READY) || entry.backend.isOnTrial()) {
                now.add(entry.backend);
                onTrial |= entry.backend.isOnTrial();
            }
        }
        ready.publish(List.copyOf(now), onTrial);
        return restored;
    }

    // ---- from any loop

    @Override
    public void connectFailed(Backend backend, String why) {
        ejection.connectFailed(backend, why);
        resolver.lookUpAgain(backend);
    }

    @Override
    public void unanswered(Backend backend) {
        ejection.unanswered(backend);
    }

    @Override
    public void answeredOnTrial(Backend backend) {
        ejection.trialPassed(backend);
    }

    @Override
    public void connectionsEnded(Backend backend) {
        post(() -> removeIfEmpty(backend));
    }

    private void removeIfEmpty(Backend backend) {
        if (!backend.isDrained() || !withdrawn.contains(backend)) {
            return;
        }
        List<Backend> left = new ArrayList<>(withdrawn);
        left.remove(backend);
        withdrawn = List.copyOf(left);
        drainTracker.drained(backend);
        listener.drained(backend.target());
    }

    /** {@return whether another target is ready and, if {@code answering}, has answered its last connection} */
    boolean hasOtherReady(Backend backend, boolean answering) {
        return entries.values().stream().anyMatch(entry -> entry.backend != backend && entry.is(TargetState.READY)
                && (!answering || entry.backend.isAnswering()));
    }

    /**
     * Makes a target ready whose host name has been resolved; reports it as restored only if it was reported as down.
     */
    void resolved(TargetEntry entry) {
        if (entry.backend.why().isEmpty()) {
            entry.backend.becomesReadyIfResolved();
            publishAndNotifyLoops();
        } else {
            restore(entry);
        }
    }

    void restore(TargetEntry entry) {
        readmit(entry);
        publishAndNotifyLoops();
        announceRestored(entry);
    }

    private void readmit(TargetEntry entry) {
        entry.restoredAt = loop.now();
        entry.falls = 0;
        entry.rises = 0;
        entry.backend.setState(TargetState.READY);
    }

    private void announceRestored(TargetEntry entry) {
        OPERATOR.info("{}: target {} is back", config.name(), entry.backend);
        listener.restored(entry.backend.target());
    }

    void publishAndNotifyLoops() {
        publish();
        // clients of withdrawn targets that have not sent anything may have had no other target until now
        loops.runOnAll(context -> context.commands.targetsChanged(!withdrawn.isEmpty()));
    }

    // ---- helpers

    /** {@return the entry of a target, null if it is no longer listed} */
    @Nullable
    TargetEntry entryOf(Backend backend) {
        TargetEntry entry = entries.get(backend.target().id());
        return entry != null && entry.backend == backend ? entry : null;
    }

    void post(Runnable task) {
        if (!loop.tryExecute(task)) {
            LOG.trace("{}: ignored a task, the balancer is closed", config.name());
        }
    }

    /** {@return the statistics of the listed targets, then of the withdrawn ones; callable from any thread} */
    List<BalancerStats.TargetStats> stats() {
        List<BalancerStats.TargetStats> stats = new ArrayList<>();
        entries.values().forEach(entry -> stats.add(entry.backend.stats()));
        withdrawn.forEach(backend -> stats.add(backend.stats()));
        return stats;
    }
}
