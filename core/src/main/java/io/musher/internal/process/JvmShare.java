package io.musher.internal.process;

import java.util.ArrayList;
import java.util.List;

/**
 * A worker JVM's part of the machine. Left alone, each JVM takes a quarter of the memory for its heap and all processors.
 *
 * <p>Heap: the machine's or container's memory, less 128 MiB for the primary and 96 MiB for what each worker needs besides
 * its heap, but at most three quarters of it and at least half, over the workers. {@code -XX:MaxRAMPercentage} of the primary
 * stands for those three quarters. {@code -Xmx} of the primary is each worker's too, unless that is more than its share.
 *
 * <p>Processors: those of this JVM, without one where the primary relays, over the workers, rounded up.
 *
 * @param heap bytes; 0 leaves it to the JVM
 * @param processors 0 leaves them to the JVM
 * @param text how it was computed, for the log
 */
public record JvmShare(long heap, int processors, String text) {

    private static final long MIB = 1 << 20;
    private static final long LEAST_HEAP = 16 * MIB;

    /** {@return no share: every JVM as it likes} */
    public static JvmShare none() {
        return new JvmShare(0, 0, "every worker takes what its JVM likes");
    }

    /**
     * Computes it for this machine.
     *
     * @param workers how many share it, at least 1
     * @param relays whether the primary relays connections
     * @return the share of one
     */
    public static JvmShare of(int workers, boolean relays) {
        return of(workers, relays, Memory.total(), Runtime.getRuntime().availableProcessors(), OwnJvm.read().flags());
    }

    static JvmShare of(int workers, boolean relays, long memory, int processors, List<String> ownFlags) {
        int left = Math.max(1, processors - (relays ? 1 : 0));
        int each = Math.max(1, (left + workers - 1) / workers);
        String processorText = each + " of " + processors + (processors == 1 ? " processor" : " processors")
                + (relays && processors > 1 ? ", of which the primary has one" : "");
        if (memory <= 0) {
            return new JvmShare(0, each, "each of " + workers + " workers: the heap its JVM likes, " + processorText);
        }
        double percent = HeapFlags.percentage(ownFlags);
        long budget = percent > 0 ? (long) (memory * percent / 100)
                : Math.max(memory / 2, Math.min(memory / 4 * 3, memory - 128 * MIB - workers * 96 * MIB));
        long heap = Math.max(LEAST_HEAP, budget / workers / MIB * MIB);
        return new JvmShare(heap, each, "each of " + workers + " workers: heap " + heap / MIB + " MiB ("
                + (percent > 0 ? "MaxRAMPercentage " + percent + " of " : "out of ") + memory / MIB + " MiB), " + processorText);
    }

    /** {@return all flags of a worker: what it inherits, its share, and last what the user wants} */
    List<String> applied(List<String> inherited, List<String> wanted) {
        List<String> flags = HeapFlags.applied(heap, inherited, wanted);
        if (processors > 0 && wanted.stream().noneMatch(JvmShare::isProcessors)) {
            flags.removeIf(JvmShare::isProcessors);
            flags.add("-XX:ActiveProcessorCount=" + processors);
        }
        List<String> all = new ArrayList<>(flags);
        all.addAll(wanted);
        return all;
    }

    private static boolean isProcessors(String flag) {
        return flag.startsWith("-XX:ActiveProcessorCount=");
    }
}
