package io.musher.internal.worker;

import java.util.concurrent.locks.LockSupport;

/**
 * Starts daemon threads, and lets them sleep in Java code, not in native code, so that they never delay the exit of the
 * JVM.
 */
final class DaemonThreads {

    private DaemonThreads() {}

    static void start(String name, Runnable code) {
        start(name, Thread.NORM_PRIORITY, code);
    }

    static void start(String name, int priority, Runnable code) {
        Thread thread = new Thread(code, name);
        thread.setDaemon(true);
        thread.setPriority(priority);
        thread.start();
    }

    static void sleep(long nanos) {
        long end = System.nanoTime() + nanos;
        for (long left; (left = end - System.nanoTime()) > 0;) {
            Thread.interrupted(); // an interrupted thread would not park
            LockSupport.parkNanos(left);
        }
    }
}
