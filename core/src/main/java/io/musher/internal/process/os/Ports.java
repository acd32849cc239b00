package io.musher.internal.process.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/** Computes the fixed ports of instances: instance {@code n} has the port {@code startPort + n}. */
public final class Ports {

    /** The highest port number. */
    public static final int LAST = 65535;

    private static final Path RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    /** The size of the ephemeral port range of IANA, which systems without that file use. */
    private static final int IANA_COUNT = 16_384;

    private Ports() {}

    /** {@return the size of the machine's ephemeral port range, including ports in use} */
    public static int ephemeralCount() {
        try {
            // not readString: it begins with one byte, and a second read of such a file finds its end
            String[] range = Files.readAllLines(RANGE).get(0).trim().split("\\s+");
            return Integer.parseInt(range[1]) - Integer.parseInt(range[0]) + 1;
        } catch (IOException | RuntimeException e) {
            return IANA_COUNT;
        }
    }

    /**
     * Returns the port of one instance. The instance may be one that was added after the cluster was started.
     *
     * @param startPort the port of instance 0
     * @param instance from 0
     * @param commonPort the port of the balancer, if there is one
     * @return the port of the instance
     * @throws IllegalArgumentException if the port exceeds 65535 or is the common port; the message names it
     */
    public static int of(int startPort, int instance, OptionalInt commonPort) {
        int port = startPort + instance;
        if (port > LAST) {
            throw new IllegalArgumentException(
                    "instance " + instance + " would have port " + port + ", but " + LAST + " is the highest");
        }
        if (commonPort.isPresent() && commonPort.getAsInt() == port) {
            throw new IllegalArgumentException(
                    "instance " + instance + " would have port " + port + ", which is the commonPort");
        }
        return port;
    }
}
