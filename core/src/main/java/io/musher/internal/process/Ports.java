package io.musher.internal.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/** Which port an instance has where the user fixed the first. */
public final class Ports {

    /** The highest port there is. */
    public static final int LAST = 65535;

    private static final Path RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    /** What IANA sets apart for this, and systems without that file use. */
    private static final int USUAL = 16_384;

    private Ports() { }

    /** {@return how many ports the machine gives out to those who ask for any free one, taken or not} */
    public static int free() {
        try {
            String[] range = Files.readString(RANGE).trim().split("\\s+");
            return Integer.parseInt(range[1]) - Integer.parseInt(range[0]) + 1;
        } catch (IOException | RuntimeException e) {
            return USUAL;
        }
    }

    /**
     * Checks a configuration before anything is started.
     *
     * @param startPort of instance 0
     * @param instances how many
     * @param commonPort of the balancer, if there is one
     * @throws IllegalStateException if the ports do not fit in, or overlap; the message names them
     */
    public static void check(int startPort, int instances, OptionalInt commonPort) {
        int last = startPort + instances - 1;
        if (last > LAST) {
            throw new IllegalStateException("startPort " + startPort + " with " + instances + " instances: the last would have port "
                    + last + ", but " + LAST + " is the highest");
        }
        if (commonPort.isPresent() && commonPort.getAsInt() >= startPort && commonPort.getAsInt() <= last) {
            throw new IllegalStateException("commonPort " + commonPort.getAsInt() + " is also the port of instance "
                    + (commonPort.getAsInt() - startPort) + ": startPort " + startPort + " with " + instances + " instances takes "
                    + startPort + " to " + last);
        }
    }

    /**
     * The port of one instance, which may be beyond those the cluster was started with.
     *
     * @param startPort of instance 0
     * @param instance from 0
     * @param commonPort of the balancer, if there is one
     * @return its port
     * @throws IllegalArgumentException if there is no such port, or the balancer has it; the message names it
     */
    public static int of(int startPort, int instance, OptionalInt commonPort) {
        int port = startPort + instance;
        if (port > LAST) {
            throw new IllegalArgumentException("instance " + instance + " would have port " + port + ", but " + LAST + " is the highest");
        }
        if (commonPort.isPresent() && commonPort.getAsInt() == port) {
            throw new IllegalArgumentException("instance " + instance + " would have port " + port + ", which is the commonPort");
        }
        return port;
    }
}
