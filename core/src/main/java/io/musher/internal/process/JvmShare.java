package io.musher.internal.process;

import java.util.ArrayList;
import java.util.List;

/**
 * A worker JVM's part of the machine. Left alone, each JVM takes a quarter of the memory for its heap and all processors.
 *
 * <p>Heap: the machine's or container's memory, less 128 MiB for the primary and 96 MiB for what each worker needs besides
 * its heap, but at most three quarters of it and at least half, over the workers; never more than a JVM alone would take, unless the user
 * asks for more: {@code -XX:MaxRAMPercentage} of the primary stands for those three quarters, {@code -Xmx} of the primary is each worker's
 * too, if that fits so often.
 *
 * <p>Processors: those of this JVM, without one where the primary relays, over the workers, rounded up.
 *
 * @param heap bytes; 0 leaves it to the JVM
 * @param most bytes a heap may have that was asked for
 * @param processors 0 leaves them to the JVM
 * @param why how the heap was computed, for the log
 * @param among what it is a share of, for the log
 */
public record JvmShare(long heap, long most, int processors, String why, String among) {

    private static final long MIB = 1 << 20;
    private static final long LEAST_HEAP = 16 * MIB;
    /** A larger heap needs twice the memory for references, and no JVM takes it by itself. */
    private static final long COMPRESSED = 31L << 30;
    /** A JVM takes this much of a machine that has twice as much, and half of a smaller one. */
    private static final long LEAST_ALONE = 124 * MIB;

    /** {@return no share: every JVM as it likes} */
    public static JvmShare none() {
        return new JvmShare(0, 0, 0, "", "every worker");
    }

    /**
     * Computes it for this machine.
     *
     * @param workers how many share it, at least 1
     * @param relays whether the primary relays connections
     * @return the share of one
     */
    public static JvmShare of(int workers, boolean relays) {
        return of(workers, relays, Memory.total(), Runtime.getRuntime().availableProcessors(), CurrentJvm.read().flags().all());
    }

    static JvmShare of(int workers, boolean relays, long memory, int processors, List<String> ownFlags) {
        int left = Math.max(1, processors - (relays ? 1 : 0));
        int each = Math.max(1, (left + workers - 1) / workers);
        String among = "each of " + workers + (workers == 1 ? " worker" : " workers") + " on " + processors
                + (processors == 1 ? " processor" : " processors") + (relays && processors > 1 ? ", of which the primary has one" : "");
        if (memory <= 0) {
            return new JvmShare(0, 0, each, "", among);
        }
        double percent = HeapFlags.percentage(ownFlags);
        long budget = percent > 0 ? (long) (memory * percent / 100)
                : Math.max(memory / 2, Math.min(memory / 4 * 3, memory - 128 * MIB - workers * 96 * MIB));
        long most = Math.max(LEAST_HEAP, budget / workers / MIB * MIB);
        long alone = percent > 0 ? most : alone(memory) / MIB * MIB;
        long heap = Math.max(LEAST_HEAP, Math.min(most, alone));
        String why = percent > 0 ? "its part of MaxRAMPercentage " + percent + " of " + memory / MIB + " MiB"
                : heap < most ? "a JVM alone takes no more of " + memory / MIB + " MiB" : "its part of " + memory / MIB + " MiB";
        return new JvmShare(heap, most, each, why, among);
    }

    /** {@return the heap that a JVM without flags has on such a machine} */
    private static long alone(long memory) {
        return Math.min(COMPRESSED, memory / 2 < LEAST_ALONE ? memory / 2 : Math.max(memory / 4, LEAST_ALONE));
    }

    /**
     * {@return which of some inherited flags a worker keeps}
     *
     * @param some of the inherited flags
     * @param inherited all flags of this JVM
     * @param wanted flags given for workers
     */
    List<String> kept(List<String> some, List<String> inherited, List<String> wanted) {
        List<String> kept = new ArrayList<>(some);
        kept.removeIf(HeapFlags.of(this, inherited, wanted).drops());
        kept.removeIf(flag -> isProcessors(flag) && processors > 0);
        return kept;
    }

    /** {@return the flags of the share itself} */
    List<String> added(List<String> inherited, List<String> wanted) {
        List<String> added = new ArrayList<>(HeapFlags.of(this, inherited, wanted).added());
        if (processors > 0 && wanted.stream().noneMatch(JvmShare::isProcessors)) {
            added.add("-XX:ActiveProcessorCount=" + processors);
        }
        return added;
    }

    /** {@return what is in force, for the log} */
    String text(List<String> inherited, List<String> wanted) {
        String given = wanted.stream().filter(JvmShare::isProcessors).reduce((earlier, later) -> later)
                .map(flag -> "processors as " + flag + " of the workers' flags says")
                .orElse(processors == 0 ? "the processors its JVM likes" : processors + (processors == 1 ? " processor" : " processors"));
        return among + ": " + HeapFlags.of(this, inherited, wanted).why() + ", " + given;
    }

    private static boolean isProcessors(String flag) {
        return flag.startsWith("-XX:ActiveProcessorCount=");
    }
}
