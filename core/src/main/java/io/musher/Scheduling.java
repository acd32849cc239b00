package io.musher;

/** Decides how the connections of clients to the common port reach the workers. Constants may be added later. */
public enum Scheduling {

    /**
     * The default. The primary listens on the common port, and its balancer relays each connection to a worker, which
     * listens on a port of its own. Works everywhere and with every kind of worker, loses no request in a reload, and
     * has strategies, retries, waiting and the PROXY protocol.
     */
    RELAY,

    /**
     * The workers listen on the common port themselves, and the kernel distributes the connections over them: no relay,
     * the address of the client is visible, a request costs what it costs in a single process. Linux only.
     *
     * <p>In a worker JVM the application binds the common port as if it were alone. Other ports are not affected. There
     * is no balancer, so its options, such as a strategy, cannot be set. An application never listens on more addresses
     * than it binds, nor on more than the cluster's {@link ClusterBuilder#host host}: where the two contradict each
     * other, its bind fails with a {@link java.net.BindException} that says what to do. The workers share the port in
     * one of two ways:
     *
     * <ul>
     * <li>On Java 22 and newer they share one listening socket, the primary's, which it passes to them. Connections
     * wait in its one queue until a worker accepts them, even while there is none: nothing is lost when a worker
     * ends, and one that is not ready ({@link WorkerContext#notReady()}) or drains accepts nothing. Without a host it
     * listens on all addresses until the first application binds the port, and then where that binds it. The primary
     * calls native functions for this: Java prints a warning unless it is started with {@code
     * --enable-native-access=ALL-UNNAMED} (on the module path {@code =io.musher}); where Java denies it, the other
     * way is taken.
     * <li>Otherwise each worker has a listening socket of its own ({@code SO_REUSEPORT}), and the kernel chooses one
     * for each connection, whether the worker is ready or not. The primary holds the port without listening on it,
     * so that no other program takes it while workers restart. Connections that wait in the queue of a worker when
     * it closes its listener are reset, unless the kernel hands them to another worker ({@code sysctl
     * net.ipv4.tcp_migrate_req=1}). A command has to set {@code SO_REUSEPORT} itself, for example by {@code
     * reusePort: true} in Node 22.12 and newer.
     * </ul>
     */
    KERNEL,

    /**
     * {@link #KERNEL} where it works (on Linux, for worker JVMs, without options that need the balancer), else
     * {@link #RELAY}. Which one, and why, is logged once at info.
     */
    AUTO
}
