package io.musher.internal.worker;

import java.util.OptionalLong;

/** Detects the end of the primary's process where no channel does, after a disconnect or during an exit. */
final class PrimaryMonitor {

    private PrimaryMonitor() {}

    /**
     * Waits for the delay and then for the end of the process, on a daemon thread, and runs {@code gone}. Does nothing
     * without a pid.
     */
    static void start(OptionalLong pid, long delayNanos, Runnable gone) {
        pid.ifPresent(number -> DaemonThreads.start("musher-primary-watch", () -> {
            DaemonThreads.sleep(delayNanos);
            ProcessHandle.of(number).ifPresent(primary -> primary.onExit().join());
            gone.run();
        }));
    }
}
