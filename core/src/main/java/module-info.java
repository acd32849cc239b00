/**
 * Runs a program in several processes behind one port; {@link io.musher.Cluster} is the front door.
 */
module io.musher {
    requires transitive io.musher.balancer;
    requires java.management;
    requires jdk.unsupported; // sun.misc.Signal, by reflection
    requires org.slf4j;

    exports io.musher;
}
