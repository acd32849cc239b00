package io.musher.internal.signal;

import io.musher.Cluster;

/** A primary of two clusters that end in the order they began in; then it waits for a signal. */
public final class TwoClusters {

    private TwoClusters() {}

    /** Begins and ends them. */
    public static void main(String[] args) throws InterruptedException {
        Cluster first = cluster("first");
        Cluster second = cluster("second");
        first.stop().join();
        second.stop().join();
        System.out.println("both have ended");
        Thread.sleep(Long.MAX_VALUE);
    }

    private static Cluster cluster(String name) {
        return Cluster.builder().name(name).instances(1).command("sleep", "1000").keepAlive(false).start();
    }
}
