package io.musher;

import io.musher.internal.process.launch.LaunchPlan;
import io.musher.internal.process.os.Memory;
import io.musher.internal.process.os.Ports;
import io.musher.internal.supervisor.Limit;
import java.util.OptionalInt;

/**
 * Computes how many workers the machine's memory and ports allow. Assumes the least that a worker can take: a number
 * within the limit may still be too large, one above it cannot work.
 */
final class Capacity {

    private static final long MIB = 1 << 20;
    /** The smallest heap that a share of memory can be, plus what the smallest JVM needs besides. */
    private static final long MIN_JVM = 48 * MIB;
    private static final long MIN_COMMAND = 4 * MIB;

    private final long memory;
    private final Limit ports;

    /** Uses the memory and ports of this machine. */
    Capacity(ClusterConfig config, OptionalInt commonPort) {
        this(Memory.total(), ports(config.startPort(), commonPort, Ports.ephemeralCount()));
    }

    Capacity(long memory, Limit ports) {
        this.memory = memory;
        this.ports = ports;
    }

    /**
     * Computes the limit of ports from the bound common port and the number of free ports that the system gives out.
     */
    static Limit ports(OptionalInt startPort, OptionalInt commonPort, int free) {
        if (startPort.isPresent()) {
            int first = startPort.getAsInt();
            if (commonPort.isPresent() && commonPort.getAsInt() >= first) {
                return new Limit(commonPort.getAsInt() - first,
                        "startPort " + first + " gives instance " + (commonPort.getAsInt() - first)
                                + " port " + commonPort.getAsInt()
                                + ", which is the commonPort; set a lower startPort, or one above the commonPort");
            }
            return new Limit(Ports.LAST - first + 1,
                    "startPort " + first + " gives the instances ports up to " + Ports.LAST
                            + ", the highest; set a lower startPort");
        } else if (commonPort.isPresent()) {
            return new Limit(free / 2, "each worker needs a port, and one for its replacement, out of " + free
                    + " that the machine gives out");
        }
        return Limit.NONE;
    }

    /** {@return the lower of the limits of ports and of memory for workers of a kind} */
    Limit limit(LaunchPlan.Kind kind) {
        long least = kind == LaunchPlan.Kind.JVM ? MIN_JVM : MIN_COMMAND;
        long fit = memory / least;
        if (memory <= 0 || fit >= ports.instances()) {
            return ports;
        }
        return new Limit((int) Math.max(1, fit),
                "each " + (kind == LaunchPlan.Kind.JVM ? "worker JVM" : "command") + " takes at least "
                        + least / MIB + " MiB out of " + memory / MIB + " MiB of memory");
    }
}
