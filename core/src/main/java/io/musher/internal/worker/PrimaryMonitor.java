package io.musher.internal.worker;

import java.util.OptionalLong;

/** Looks whether the primary lives where no channel tells any more; a daemon that asks every few seconds at most. */
final class PrimaryMonitor {

    private PrimaryMonitor() { }

    /** Calls back when the process has ended; never, when it is unknown. */
    static void start(OptionalLong pid, long delayNanos, Runnable gone) {
        pid.ifPresent(number -> DaemonThreads.start("musher-primary-watch", () -> {
            DaemonThreads.sleep(delayNanos);
            ProcessHandle.of(number).ifPresent(primary -> primary.onExit().join());
            gone.run();
        }));
    }
}
