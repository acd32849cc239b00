package io.musher.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports for servers that come later, or come back. */
final class FreePorts {

    /** Below what systems hand out by themselves, so that nothing takes the port while nobody listens on it. */
    private static final int FIRST = 20_000;
    private static final int LAST = 32_000;

    private FreePorts() {}

    /** A port of this machine's loopback address on which nobody listens. */
    static int free() throws IOException {
        for (int i = 0; i < 100; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            if (isFree(port)) {
                return port;
            }
        }
        throw new IOException("no free port within " + FIRST + " to " + LAST);
    }

    /** Likewise, but one that the system may give to any socket that connects. */
    static int freeEphemeral() throws IOException {
        for (int i = 0; i < 100; i++) {
            // Linux prefers even ones for this.
            int port = 2 * ThreadLocalRandom.current().nextInt(40_000 / 2, 60_000 / 2);
            if (isFree(port)) {
                return port;
            }
        }
        throw new IOException("no free port within 40000 to 60000");
    }

    static boolean isFree(int port) {
        return canListen(InetAddress.getLoopbackAddress(), port);
    }

    /** Whether this machine has IPv6. */
    static boolean hasIpv6() throws IOException {
        return canListen(InetAddress.getByName("::1"), 0);
    }

    private static boolean canListen(InetAddress address, int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(address, port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
