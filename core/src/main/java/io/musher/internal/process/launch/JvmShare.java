package io.musher.internal.process.launch;

import io.musher.internal.process.os.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Computes a worker JVM's share of the machine's memory and processors. By default every JVM would take a quarter of
 * the memory for its heap, and all processors.
 *
 * <p>Heap: the memory of the machine or container, less 128 MiB for the primary and 96 MiB of non-heap memory for each
 * worker, but at least half and at most three quarters of it, is divided by the number of workers. The result is never
 * more than a single JVM would take by default, unless the user asks for more: {@code -XX:MaxRAMPercentage} of the
 * primary sets the part of the memory that is divided, and {@code -Xmx} of the primary applies to each worker too, if
 * that many heaps fit.
 *
 * <p>Processors: the processors of this JVM, less one if the primary relays connections, divided by the number of
 * workers, rounded up.
 *
 * @param heap bytes; 0 leaves the heap to the JVM
 * @param maxHeap the largest heap in bytes that flags of the primary may ask for
 * @param processors 0 leaves the processors to the JVM
 * @param why how the heap was computed, for the log
 * @param dividedAmong the workers and processors that are divided, for the log
 */
public record JvmShare(long heap, long maxHeap, int processors, String why, String dividedAmong) {

    private static final long MIB = 1 << 20;
    private static final long MIN_HEAP = 16 * MIB;
    /**
     * A larger heap disables compressed references, which doubles their size; no JVM chooses a larger one by default.
     */
    private static final long MAX_COMPRESSED_HEAP = 31L << 30;
    /** The default heap on a machine with twice this memory; on a smaller machine the default is half the memory. */
    private static final long MIN_DEFAULT_HEAP = 124 * MIB;

    /** {@return a share that leaves heap and processors to the JVM} */
    public static JvmShare none() {
        return new JvmShare(0, 0, 0, "", "every worker");
    }

    /**
     * Computes the share of one worker on this machine.
     *
     * @param workers the number of workers, at least 1
     * @param relays whether the primary relays connections
     * @return the share
     */
    public static JvmShare of(int workers, boolean relays) {
        return of(workers, relays, Memory.total(), Runtime.getRuntime().availableProcessors(),
                CurrentJvm.read().flags().all());
    }

    static JvmShare of(int workers, boolean relays, long memory, int processors, List<String> ownFlags) {
        int available = Math.max(1, processors - (relays ? 1 : 0));
        int each = Math.max(1, (available + workers - 1) / workers);
        String among = "each of " + workers + (workers == 1 ? " worker" : " workers") + " on " + processors
                + (processors == 1 ? " processor" : " processors")
                + (relays && processors > 1 ? ", of which the primary has one" : "");
        if (memory <= 0) {
            return new JvmShare(0, 0, each, "", among);
        }
        double percent = HeapFlags.percentage(ownFlags);
        long budget = percent > 0 ? (long) (memory * percent / 100)
                : Math.max(memory / 2, Math.min(memory / 4 * 3, memory - 128 * MIB - workers * 96 * MIB));
        long most = Math.max(MIN_HEAP, budget / workers / MIB * MIB);
        long alone = percent > 0 ? most : defaultHeap(memory) / MIB * MIB;
        long heap = Math.max(MIN_HEAP, Math.min(most, alone));
        String why = percent > 0 ? "its part of MaxRAMPercentage " + percent + " of " + memory / MIB + " MiB"
                : heap < most ? "a JVM alone takes no more of " + memory / MIB + " MiB"
                        : "its part of " + memory / MIB + " MiB";
        return new JvmShare(heap, most, each, why, among);
    }

    /** {@return the default heap of a JVM without flags on a machine with this memory} */
    private static long defaultHeap(long memory) {
        return Math.min(MAX_COMPRESSED_HEAP,
                memory / 2 < MIN_DEFAULT_HEAP ? memory / 2 : Math.max(memory / 4, MIN_DEFAULT_HEAP));
    }

    /**
     * {@return those of the candidate flags that do not conflict with this share}
     *
     * @param candidates the inherited flags to filter
     * @param inherited all flags of this JVM
     * @param wanted the flags given for workers
     */
    List<String> kept(List<String> candidates, List<String> inherited, List<String> wanted) {
        List<String> kept = new ArrayList<>(candidates);
        kept.removeIf(HeapFlags.of(this, inherited, wanted).drops());
        kept.removeIf(flag -> isProcessors(flag) && processors > 0);
        return kept;
    }

    /** {@return the flags that enforce this share} */
    List<String> added(List<String> inherited, List<String> wanted) {
        List<String> added = new ArrayList<>(HeapFlags.of(this, inherited, wanted).added());
        if (processors > 0 && processorsFlag(wanted).isEmpty()) {
            added.add("-XX:ActiveProcessorCount=" + processors);
        }
        return added;
    }

    /** {@return a description of the heap and processors in force, for the log} */
    String describe(List<String> inherited, List<String> wanted) {
        String given = processorsFlag(wanted)
                .map(flag -> "processors as set by " + flag + " of the workers' flags")
                .orElse(processors == 0 ? "its JVM's default processors"
                        : processors + (processors == 1 ? " processor" : " processors"));
        return dividedAmong + ": " + HeapFlags.of(this, inherited, wanted).why() + ", " + given;
    }

    /** {@return the flag that is in force, the last one} */
    private static Optional<String> processorsFlag(List<String> flags) {
        Optional<String> last = Optional.empty();
        for (String flag : flags) {
            last = isProcessors(flag) ? Optional.of(flag) : last;
        }
        return last;
    }

    private static boolean isProcessors(String flag) {
        return flag.startsWith("-XX:ActiveProcessorCount=");
    }
}
