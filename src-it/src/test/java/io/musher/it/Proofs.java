package io.musher.it;

import io.musher.Cluster;
import io.musher.ClusterBuilder;
import io.musher.balancer.BalancerStats.TargetState;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/** How long the proofs under load take: short in every build, as long as they claim with the profile {@code proofs}. */
final class Proofs {

    private static final boolean LONG = Boolean.getBoolean("musher.proofs");

    private Proofs() {}

    static int many(int many, int few) {
        return LONG ? many : few;
    }

    static ClusterBuilder shops(Clusters clusters, String... mode) {
        return clusters.any().main(LoadTestWorker.class).args(mode)
                .jvmArgs("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dsun.net.httpserver.nodelay=true")
                .instances(2).commonPort(0);
    }

    static void tell(String proof, OpenLoopLoad shopping) {
        System.out.println("PROOF " + proof + ": " + shopping.figures());
    }

    /** Waits until workers, their states and the balancer's targets say the same. */
    static void awaitAgreement(Cluster cluster, int instances) {
        Awaitility.await(instances + " workers that serve").atMost(Duration.ofSeconds(40))
                .until(() -> cluster.workers().size() == instances
                        && cluster.stats().ready() == instances && ports(cluster).equals(targets(cluster)));
    }

    /** Waits until the balancer has so many targets: events are told when it has been asked for that. */
    static void awaitTargets(Cluster cluster, int targets) {
        Awaitility.await(targets + " targets").atMost(Duration.ofSeconds(40))
                .until(() -> targets(cluster).size() == targets);
    }

    private static List<Integer> ports(Cluster cluster) {
        return cluster.workers().stream().map(worker -> worker.port().orElseThrow()).sorted().toList();
    }

    private static List<Integer> targets(Cluster cluster) {
        return cluster.stats().balancer().orElseThrow().targets().stream()
                .filter(target -> target.state() != TargetState.WITHDRAWN)
                .map(target -> target.target().address().getPort()).sorted().toList();
    }
}
