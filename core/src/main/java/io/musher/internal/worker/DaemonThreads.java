package io.musher.internal.worker;

import java.util.concurrent.locks.LockSupport;

/** Small daemons that wait in Java, not in native code, so that they never delay the JVM's exit. */
final class DaemonThreads {

    private DaemonThreads() { }

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
            Thread.interrupted(); // or the thread would not wait any more
            LockSupport.parkNanos(left);
        }
    }
}
