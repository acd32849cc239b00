/** Runs a service in several processes behind one port. Start with {@link io.musher.Cluster}. */
@SuppressWarnings("module") // io.musher.ops is compiled after this module and so unknown here
module io.musher {
    requires transitive io.musher.balancer;
    requires static java.instrument;
    requires java.management;
    requires org.slf4j;

    exports io.musher;
    exports io.musher.internal.bind to java.instrument;
    exports io.musher.internal.message to io.musher.ops;
    exports io.musher.internal.process.launch to io.musher.ops;
    exports io.musher.internal.process.os to io.musher.ops;
    exports io.musher.internal.process.output to io.musher.ops;
}
