package io.musher;

import io.musher.internal.process.Loopback;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The ports that clusters of this JVM listen on themselves, so that no worker can be there: a balancer would connect to itself. */
final class OwnPorts {

    private static final Map<Integer, String> USES = new ConcurrentHashMap<>();

    private OwnPorts() { }

    /** Ports of addresses that workers are not reached at do not matter. */
    static void add(InetSocketAddress address, String use) {
        InetAddress host = address.getAddress();
        if (host.isAnyLocalAddress() || host.equals(Loopback.ADDRESS)) {
            USES.put(address.getPort(), use);
        }
    }

    static void remove(int port) {
        USES.remove(port);
    }

    /** {@return what the port is used for, if it is} */
    static Optional<String> use(int port) {
        return Optional.ofNullable(USES.get(port));
    }
}
