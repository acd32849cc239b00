package io.musher.internal.bind;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

/**
 * Binds servers that want the common port, on which the primary listens, to the worker's own port instead, as Node's
 * cluster does. Thread-safe.
 */
final class OwnPortRedirection implements UnaryOperator<InetSocketAddress> {

    private final InetSocketAddress primary;
    private final InetSocketAddress own;
    private final AtomicBoolean tells;

    /**
     * Creates a redirection.
     *
     * @param primary where the primary listens for clients
     * @param own the address that this worker listens on
     * @param tells whether to print once that clients reach the application on other addresses than it binds
     */
    OwnPortRedirection(InetSocketAddress primary, InetSocketAddress own, boolean tells) {
        this.primary = primary;
        this.own = own;
        this.tells = new AtomicBoolean(tells);
    }

    @Override
    public InetSocketAddress apply(InetSocketAddress wanted) {
        if (wanted.getPort() != primary.getPort() || !ReusePortAction.isServer(new Throwable().getStackTrace())) {
            return wanted;
        }
        InetAddress address = wanted.getAddress();
        if (!address.isAnyLocalAddress() && !address.equals(primary.getAddress()) && tells.compareAndSet(true, false)) {
            String host = address.getHostAddress();
            System.err.println("Musher: this application binds port " + wanted.getPort() + " of " + host
                    + " only, but clients reach it on " + (primary.getAddress().isAnyLocalAddress() ? "all addresses"
                            : primary.getAddress().getHostAddress())
                    + ", where the primary listens: set host(\"" + host + "\") for the cluster");
        }
        return own;
    }
}
