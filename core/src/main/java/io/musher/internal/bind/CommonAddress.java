package io.musher.internal.bind;

import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * The address of the common port, as the primary has it. Keeps a worker's application from listening on more addresses
 * than the application asks for, or than the cluster's {@code host} allows.
 */
final class CommonAddress {

    static final String ALL_BUT_HOST = " of all addresses, but the cluster's host is ";

    private final InetAddress cluster;

    /** Creates it from the address where the cluster listens, which may be the wildcard address. */
    CommonAddress(InetAddress cluster) {
        this.cluster = cluster;
    }

    /**
     * Checks a bind that gets the listener of the primary.
     *
     * @param wanted where the application binds
     * @param followed whether the listener is where the first application has bound it, not where the user said
     * @throws BindException if it would listen on more than that, or on less and the user has not said so
     */
    void checkShared(InetSocketAddress wanted, boolean followed) throws BindException {
        InetAddress own = wanted.getAddress();
        if (followed && !cluster.isAnyLocalAddress() && !own.equals(cluster)) {
            String host = cluster.getHostAddress();
            throw new BindException("this application binds port " + wanted.getPort() + " of "
                    + (own.isAnyLocalAddress() ? "all addresses" : own.getHostAddress()) + ", but the cluster's"
                    + " listener, which it would get, is on " + host + ", where an application of the cluster has"
                    + " bound it before: let this one bind that address, too, or "
                    + (own.isAnyLocalAddress() ? "set host(\"" + host + "\") for the cluster, or start the cluster"
                            + " again" : "let all bind all addresses, or use Scheduling.RELAY"));
        } else if (!own.isAnyLocalAddress()) {
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
                    + " listener, which it would get, listens on all addresses (it is inherited, or another"
                    + " application of the cluster has bound all): set host(\"" + host + "\") for the cluster (with"
                    + " inheritListener: let its socket listen there), or let the application bind all addresses; or"
                    + " use Scheduling.RELAY");
        } else if (own.isAnyLocalAddress()) {
            throw new BindException("this application binds port " + port + ALL_BUT_HOST + other + ": let it bind"
                    + " that address, which is in MUSHER_HOST and SERVER_ADDRESS, leave host out, or use"
                    + " Scheduling.RELAY");
        }
        throw new BindException("this application binds port " + port + " of " + host + ", but the cluster's host is "
                + other + ": let it bind that address, which is in MUSHER_HOST and SERVER_ADDRESS, or set host(\""
                + host + "\") for the cluster, or use Scheduling.RELAY");
    }
}
