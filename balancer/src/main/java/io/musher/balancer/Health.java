package io.musher.balancer;

import io.musher.balancer.BalancerStats.TargetState;
import io.musher.balancer.loop.EventLoop;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns the list of targets and what is known of their health; publishes those that are ready as an immutable list.
 *
 * <p>Everything but {@link #ready}, {@link #failed}, {@link #stats} runs on one loop. A target is out of the list while it is
 *
 * <ul>
 * <li><i>ejected</i>: several connects failed in a row. Never the last one: a wrong verdict must not take the service down.
 *     A retest after 100 ms, then after growing, jittered pauses, brings it back with its first success; one that fails
 *     again soon after goes on with the pause it had.
 * <li><i>down</i>: the active probe failed {@code fall} times; {@code rise} successes bring it back. This may take out the last.
 * <li><i>withdrawn</i>: no longer listed. It is forgotten when its last connection has ended.
 * </ul>
 */
final class Health {

    private static final Logger LOG = LoggerFactory.getLogger(Balancer.class);
    private static final long FIRST_RETEST = 100_000_000;
    private static final long LAST_RETEST = 2_000_000_000;
    private static final long FORGIVEN_AFTER = 10_000_000_000L;

    /** What only this class knows of a listed target. */
    private static final class Record {
        final Backend backend;
        long pause = FIRST_RETEST;
        long restoredAt;
        int rises;
        int falls;

        Record(Backend backend) {
            this.backend = backend;
        }
    }

    private final BalancerConfig config;
    private final BalancerListener listener;
    private final Lanes lanes;
    private final EventLoop loop;
    private final Drains drains;
    private volatile Map<String, Record> listed = Map.of();
    private volatile List<Backend> withdrawn = List.of();
    private volatile List<Candidate> ready = List.of();
    private volatile long ejections;

    Health(BalancerConfig config, BalancerListener listener, Lanes lanes) {
        this.config = config;
        this.listener = listener;
        this.lanes = lanes;
        this.loop = lanes.first().loop;
        this.drains = new Drains(lanes);
    }

    /** {@return the targets that may be chosen; the same object until something changes} */
    List<Candidate> ready() {
        return ready;
    }

    Drains drains() {
        return drains;
    }

    boolean isListed(String id) {
        return listed.containsKey(id);
    }

    List<Backend> withdrawn() {
        return withdrawn;
    }

    // ---- the list

    /** Replaces the list; {@code fence} runs when no lane can pick a withdrawn target any more. */
    void list(Collection<Target> targets, Runnable fence) {
        Map<String, Record> old = listed;
        Map<String, Record> next = new LinkedHashMap<>();
        List<Backend> leaving = new ArrayList<>(withdrawn);
        for (Target target : targets) {
            Record known = old.get(target.id());
            if (known == null || !known.backend.address.equals(target.address())) {
                known = new Record(revived(target, leaving));
                if (config.probe().isPresent()) {
                    probeLater(known);
                }
            }
            known.backend.update(target);
            next.put(target.id(), known);
        }
        Map<Backend, Integer> newlyGone = new LinkedHashMap<>();
        for (Record record : old.values()) {
            if (next.get(record.backend.target().id()) != record) {
                record.backend.becomes(TargetState.WITHDRAWN);
                newlyGone.put(record.backend, record.backend.changes());
            }
        }
        leaving.addAll(newlyGone.keySet());
        listed = next;
        withdrawn = List.copyOf(leaving);
        publish();
        LOG.debug("{}: targets {}", config.name(), targets);
        lanes.fence(() -> {
            if (loop.inLoop()) { // else it has ended, and with it what there was to keep account of
                newlyGone.forEach((backend, change) -> {
                    backend.fenced(change);
                    forgetIfEmpty(backend);
                });
            }
            fence.run();
        }, lane -> lane.targetsChanged(!withdrawn.isEmpty()));
    }

    /** A target that comes back to the same address while its last connections run is the same target. */
    private Backend revived(Target target, List<Backend> leaving) {
        for (Backend backend : leaving) {
            if (backend.target().id().equals(target.id()) && backend.address.equals(target.address())) {
                leaving.remove(backend);
                backend.becomes(TargetState.READY);
                drains.revived(backend);
                return backend;
            }
        }
        return new Backend(target, config, lanes.size(), lanes.ticker());
    }

    private void publish() {
        List<Candidate> now = new ArrayList<>();
        for (Record record : listed.values()) {
            if (record.backend.state() == TargetState.READY) {
                now.add(record.backend);
            }
        }
        ready = List.copyOf(now);
    }

    /** From any lane: the last connection of a withdrawn target may have ended. */
    void emptied(Backend backend) {
        post(() -> forgetIfEmpty(backend));
    }

    private void forgetIfEmpty(Backend backend) {
        if (!backend.isDrained() || !withdrawn.contains(backend)) {
            return;
        }
        List<Backend> left = new ArrayList<>(withdrawn);
        left.remove(backend);
        withdrawn = List.copyOf(left);
        drains.drained(backend);
        listener.drained(backend.target());
    }

    // ---- passive ejection

    /** From any lane: a connect to the target was refused or timed out. */
    void failed(Backend backend, String why) {
        if (backend.failed() >= config.ejectAfter() && config.ejectAfter() > 0 && backend.state() == TargetState.READY) {
            post(() -> eject(backend, why));
        }
    }

    private void eject(Backend backend, String why) {
        Record record = recordOf(backend);
        if (record == null || backend.state() != TargetState.READY || ready.size() <= 1) {
            return;
        }
        if (loop.now() - record.restoredAt > FORGIVEN_AFTER) {
            record.pause = FIRST_RETEST;
        }
        backend.becomes(TargetState.EJECTED);
        ejections++;
        publish();
        LOG.info("{}: target {} is ejected after {} failed connects ({}); it is tried again in the background",
                config.name(), backend, config.ejectAfter(), why);
        listener.ejected(backend.target(), why);
        retestLater(record);
    }

    private void retestLater(Record record) {
        loop.schedule(jittered(record.pause), () -> {
            if (isStill(record, TargetState.EJECTED)) {
                record.pause = Math.min(LAST_RETEST, record.pause * 2);
                Probe.start(loop, record.backend, config.connectTimeout().toNanos(), (failure, local) -> {
                    if (failure == null && isStill(record, TargetState.EJECTED)) {
                        restore(record);
                    } else {
                        retestLater(record);
                    }
                });
            }
        });
    }

    private void restore(Record record) {
        record.restoredAt = loop.now();
        record.falls = 0;
        record.rises = 0;
        record.backend.becomes(TargetState.READY);
        LOG.info("{}: target {} is back", config.name(), record.backend);
        listener.restored(record.backend.target());
        changed();
    }

    private void changed() {
        publish();
        lanes.all(lane -> lane.targetsChanged(!withdrawn.isEmpty())); // a client without a byte had nowhere to go until now
    }

    // ---- active probes

    private void probeLater(Record record) {
        ProbePolicy policy = config.probe().orElseThrow();
        loop.schedule(jittered(policy.interval().toNanos()), () -> {
            if (recordOf(record.backend) == record) {
                Probe.start(loop, record.backend, policy.timeout().toNanos(), (failure, local) -> {
                    if (recordOf(record.backend) == record) {
                        if (!local) {
                            probed(record, policy, failure);
                        }
                        probeLater(record);
                    }
                });
            }
        });
    }

    private void probed(Record record, ProbePolicy policy, String failure) {
        if (failure == null) {
            record.falls = 0;
            if (record.backend.state() != TargetState.READY && ++record.rises >= policy.rise()) {
                restore(record);
            }
            return;
        }
        record.rises = 0;
        if (++record.falls >= policy.fall() && record.backend.state() != TargetState.DOWN) {
            record.backend.becomes(TargetState.DOWN);
            publish();
            LOG.info("{}: target {} is down ({})", config.name(), record.backend, failure);
            listener.down(record.backend.target(), failure);
        }
    }

    // ---- small things

    private Record recordOf(Backend backend) {
        Record record = listed.get(backend.target().id());
        return record != null && record.backend == backend ? record : null;
    }

    private boolean isStill(Record record, TargetState state) {
        return recordOf(record.backend) == record && record.backend.state() == state;
    }

    /** Within a tenth, so that many targets, or many balancers, do not beat in time. */
    private static long jittered(long nanos) {
        return nanos - nanos / 10 + ThreadLocalRandom.current().nextLong(nanos / 5 + 1);
    }

    private void post(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.trace("{}: closed", config.name());
        }
    }

    long ejections() {
        return ejections;
    }

    /** {@return the listed targets' figures, then the withdrawn ones'; from any thread} */
    List<BalancerStats.TargetStats> stats() {
        List<BalancerStats.TargetStats> stats = new ArrayList<>();
        listed.values().forEach(record -> stats.add(record.backend.stats()));
        withdrawn.forEach(backend -> stats.add(backend.stats()));
        return stats;
    }
}
