package io.musher.internal.bind;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.UnaryOperator;

/** Binds servers that want the common port of all addresses to the cluster's host instead. Thread-safe. */
final class HostRedirection implements UnaryOperator<InetSocketAddress> {

    private final InetSocketAddress host;

    /**
     * Creates a redirection.
     *
     * @param host the cluster's host
     */
    HostRedirection(InetAddress host, int commonPort) {
        this.host = new InetSocketAddress(host, commonPort);
    }

    @Override
    public InetSocketAddress apply(InetSocketAddress wanted) {
        return wanted.getPort() == host.getPort() && wanted.getAddress().isAnyLocalAddress()
                && ReusePortAction.isServer(new Throwable().getStackTrace()) ? host : wanted;
    }
}
