/** Runs a service in several processes behind one port. Start with {@link io.musher.Cluster}. */
module io.musher {
    requires transitive io.musher.balancer;
    requires java.management;
    requires jdk.unsupported; // sun.misc.Signal, by reflection
    requires org.slf4j;

    exports io.musher;
}
