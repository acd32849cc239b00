/**
 * A TCP load balancer for the JVM: one listening port, many targets, no dependency except slf4j.
 *
 * <p>Start with {@link io.musher.balancer.Balancer}. The other packages are internal: only Musher's own
 * modules use them.
 */
@SuppressWarnings("module") // the others are compiled after this module and so unknown here
module io.musher.balancer {
    requires jdk.unsupported; // sun.misc.Signal, in Signals
    requires org.slf4j;

    exports io.musher.balancer;
    exports io.musher.balancer.loop to io.musher, io.musher.ops;

    uses org.slf4j.spi.SLF4JServiceProvider; // OperatorLog checks whether there is one
}
