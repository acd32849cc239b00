package io.musher;

import io.musher.internal.process.os.Loopback;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Registers the ports that clusters of this JVM listen on, which no worker may report as its own: the balancer would
 * connect to itself.
 */
final class OwnPorts {

    private static final Map<Integer, String> USES = new ConcurrentHashMap<>();

    private OwnPorts() {}

    /** Registers a port, unless its address is one that workers are never reached at. */
    static void add(InetSocketAddress address, String use) {
        InetAddress host = address.getAddress();
        if (host.isAnyLocalAddress() || host.equals(Loopback.ADDRESS)) {
            USES.put(address.getPort(), use);
        }
    }

    static void remove(int port) {
        USES.remove(port);
    }

    /** {@return what the primary uses the port for; empty if it does not listen there} */
    static Optional<String> use(int port) {
        return Optional.ofNullable(USES.get(port));
    }
}
