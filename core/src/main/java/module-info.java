/** Runs a service in several processes behind one port. Start with {@link io.musher.Cluster}. */
module io.musher {
    requires transitive io.musher.balancer;
    requires java.management;
    requires org.slf4j;

    exports io.musher;
}
