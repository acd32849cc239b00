package io.musher.internal.bind;

import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * The address of the common port, as the primary has it. Keeps a worker's application from listening on more addresses
 * than the application asks for, or than the cluster's {@code host} allows.
 */
final class CommonAddress {

    private final InetAddress cluster;

    /** Creates it from the address, which may be the wildcard address. */
    CommonAddress(InetAddress cluster) {
        this.cluster = cluster;
    }

    /**
     * Checks a bind that gets the listener of the primary.
     *
     * @param wanted where the application binds
     * @throws BindException if it would listen on more than that
     */
    void checkShared(InetSocketAddress wanted) throws BindException {
        if (!wanted.getAddress().isAnyLocalAddress()) {
            check(wanted);
        }
    }

    /**
     * Checks a bind of a socket of the worker's own.
     *
     * @param wanted where the application binds
     * @throws BindException if it would listen on more than the cluster's address
     */
    void checkOwn(InetSocketAddress wanted) throws BindException {
        if (!cluster.isAnyLocalAddress()) {
            check(wanted);
        }
    }

    private void check(InetSocketAddress wanted) throws BindException {
        InetAddress own = wanted.getAddress();
        int port = wanted.getPort();
        if (own.equals(cluster) || own.isAnyLocalAddress() && cluster.isAnyLocalAddress()) {
            return;
        }
        String host = own.getHostAddress();
        String other = cluster.getHostAddress();
        if (cluster.isAnyLocalAddress()) {
            throw new BindException("this application binds port " + port + " of " + host + " only, and the cluster's"
                    + " listener, which it would get, listens on all addresses: set host(\"" + host + "\") for the"
                    + " cluster (with inheritListener: let its socket listen there), or let the application bind all"
                    + " addresses; or use Scheduling.RELAY");
        } else if (own.isAnyLocalAddress()) {
            throw new BindException("this application binds port " + port + " of all addresses, but the cluster's host"
                    + " is " + other + ": let it bind that address, which is in MUSHER_HOST and SERVER_ADDRESS, "
                    + " leave host out, or use Scheduling.RELAY");
        }
        throw new BindException("this application binds port " + port + " of " + host + ", but the cluster's host is "
                + other + ": let it bind that address, which is in MUSHER_HOST and SERVER_ADDRESS, or set host(\""
                + host + "\") for the cluster, or use Scheduling.RELAY");
    }
}
