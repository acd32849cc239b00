/**
 * A TCP load balancer for the JVM: one listening port, many targets, no dependency but slf4j.
 *
 * <p>{@link io.musher.balancer.Balancer} is the front door. The event loop is shared with Musher's core and with nobody else.
 */
@SuppressWarnings("module") // io.musher is compiled after this module
module io.musher.balancer {
    requires jdk.unsupported; // sun.misc.Signal, by reflection, for the program
    requires org.slf4j;

    exports io.musher.balancer;
    exports io.musher.balancer.loop to io.musher;

    uses org.slf4j.spi.SLF4JServiceProvider; // to see whether there is one
}
