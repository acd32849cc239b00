package io.musher.ops.internal.run;

import io.musher.Cluster;
import io.musher.ClusterEvent;
import io.musher.ClusterStats;
import io.musher.ClusterStats.SlotStats;
import io.musher.Exit;
import io.musher.Rollout;
import io.musher.balancer.loop.Durations;
import io.musher.ops.internal.control.ControlException;
import io.musher.ops.internal.control.ControlHandler;
import io.musher.ops.internal.control.EventLog;
import io.musher.ops.internal.control.LogMemory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** The clusters of a program that lets commands control them. Thread-safe. */
public final class AttachedClusters implements Controlled {

    private final String name;
    private final String version;
    private final String boot = UUID.randomUUID().toString();
    private final Instant startedAt = Instant.now();
    private final List<Attached> clusters = new ArrayList<>();
    private volatile boolean stopping;

    private AttachedClusters(String name, String version) {
        this.name = name;
        this.version = version;
    }

    /** {@return a handler of commands for these clusters} */
    public static ControlHandler handler(String name, String version, List<Cluster> clusters, LogMemory memory) {
        AttachedClusters attached = new AttachedClusters(name, version);
        EventLog events = new EventLog();
        clusters.forEach(cluster -> attached.clusters.add(new Attached(cluster, events, memory)));
        return new Commands(attached, events, memory);
    }

    @Override
    public Collection<? extends ControlledProcess> processes() {
        return clusters;
    }

    @Override
    public boolean isStopping() {
        return stopping;
    }

    @Override
    public Map<String, Object> description() {
        return StatusReport.ofPrimary(version, boot, name, startedAt, "");
    }

    @Override
    public CompletableFuture<?> firstStart() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<?> startAll() {
        return all(List.of(), Attached::start);
    }

    @Override
    public CompletableFuture<?> stopAll() {
        stopping = true;
        return all(List.of(), attached -> attached.cluster.stop());
    }

    @Override
    public CompletableFuture<?> restart(List<String> ids) {
        return all(ids, attached -> attached.stop().thenCompose(done -> attached.start()));
    }

    @Override
    public CompletableFuture<?> reload(List<String> ids) {
        return all(ids, Attached::reload);
    }

    private CompletableFuture<?> all(List<String> ids,
            java.util.function.Function<Attached, CompletableFuture<?>> action) {
        return CompletableFuture.allOf(clusters.stream().filter(each -> ids.isEmpty() || ids.contains(each.id))
                .map(action).toArray(CompletableFuture[]::new));
    }

    /** One cluster. To stop it means to scale it to 0: only its program could start it anew. */
    private static final class Attached extends ControlledProcess {

        private final Cluster cluster;
        private volatile int wanted;
        private volatile Optional<Exit> lastExit = Optional.empty();

        Attached(Cluster cluster, EventLog events, LogMemory memory) {
            super(cluster.name(), events, memory);
            this.cluster = cluster;
            this.wanted = cluster.stats().wanted();
            cluster.on(ClusterEvent.class, event -> {
                if (event instanceof ClusterEvent.Exited exited) {
                    lastExit = Optional.of(exited.exit());
                }
                publish(event);
            });
        }

        @Override
        String kind() {
            return "cluster";
        }

        @Override
        Optional<Cluster> cluster() {
            return Optional.of(cluster);
        }

        @Override
        int wanted() {
            return cluster.stats().wanted();
        }

        @Override
        int configured() {
            return cluster.config().instances();
        }

        @Override
        OptionalInt commonPort() {
            return cluster.config().commonPort().isPresent() || cluster.config().inheritsListener()
                    ? OptionalInt.of(cluster.commonPort())
                    : OptionalInt.empty();
        }

        @Override
        String state(Cluster running, ClusterStats stats) {
            return Service.state(stats, stats.wanted());
        }

        @Override
        String problem() {
            return "";
        }

        @Override
        boolean isStopping() {
            return false;
        }

        @Override
        Optional<Exit> lastExit() {
            return lastExit;
        }

        @Override
        Map<String, Object> details() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("stopTime", Durations.text(cluster.config().stopPolicy().kill()));
            return fields;
        }

        @Override
        CompletableFuture<Void> start() {
            ClusterStats stats = cluster.stats();
            boolean complete = stats.wanted() >= wanted
                    && stats.slots().stream().noneMatch(slot -> slot.state() == SlotStats.State.GAVE_UP);
            places.fill();
            return complete ? CompletableFuture.completedFuture(null)
                    : StartAttempt.scale(cluster, Math.max(wanted, stats.wanted()), false);
        }

        @Override
        CompletableFuture<Void> stop() {
            int present = cluster.stats().wanted();
            wanted = present == 0 ? wanted : present;
            return cluster.scale(0);
        }

        @Override
        CompletableFuture<Void> scale(int instances) {
            wanted = instances;
            places.fill();
            return cluster.scale(instances);
        }

        CompletableFuture<Void> reload() {
            return cluster.reload().thenAccept(rollout -> {
                if (!rollout.succeeded()) {
                    throw new java.util.concurrent.CompletionException(failure(rollout));
                }
            });
        }

        private ControlException failure(Rollout rollout) {
            return new ControlException(ControlException.FAILED,
                    id + ": " + rollout.failure().orElse("the rollout has ended as " + rollout.outcome()),
                    rollout.lastOutput());
        }
    }
}
