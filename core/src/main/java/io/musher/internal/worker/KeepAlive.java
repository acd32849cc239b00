package io.musher.internal.worker;

import io.musher.balancer.loop.Nullable;
import java.util.concurrent.CountDownLatch;

/**
 * Keeps the JVM alive by a non-daemon thread until {@link #release}, even when the main method has returned.
 *
 * <p>When the main method <i>throws</i>, the JVM has to exit with status 1. {@link MainRunner} does that; if a program
 * had to be started without it, an uncaught exception handler installed here does, unless the program installs another.
 */
final class KeepAlive {

    private final CountDownLatch released = new CountDownLatch(1);

    /**
     * Starts the thread. It runs {@code mainReturned} when the main thread has ended; not when the main method has
     * thrown, because the JVM exits then.
     */
    void start(JvmExit jvmExit, Runnable mainReturned) {
        Thread main = mainThread();
        if (main != null && main.getUncaughtExceptionHandler() == main.getThreadGroup()) {
            ThreadGroup group = main.getThreadGroup();
            main.setUncaughtExceptionHandler((thread, failure) -> {
                group.uncaughtException(thread, failure);
                jvmExit.exit(1);
            });
        }
        new Thread(() -> {
            if (main != null) {
                await(main::join);
            }
            mainReturned.run();
            await(released::await);
        }, "musher-keep-alive").start();
    }

    void release() {
        released.countDown();
    }

    private interface Wait {
        void untilOver() throws InterruptedException;
    }

    private static void await(Wait wait) {
        while (true) {
            try {
                wait.untilOver();
                return;
            } catch (InterruptedException e) {
                continue; // nothing interrupts this thread for a reason
            }
        }
    }

    /** {@return the main thread, or null if it has ended} */
    private static @Nullable Thread mainThread() {
        ThreadGroup root = Thread.currentThread().getThreadGroup();
        while (root.getParent() != null) {
            root = root.getParent();
        }
        Thread[] threads = new Thread[root.activeCount() + 16];
        int n = root.enumerate(threads);
        for (int i = 0; i < n; i++) {
            ThreadGroup group = threads[i].getThreadGroup();
            if (threads[i].getName().equals("main") && group != null && group.getName().equals("main")) {
                return threads[i];
            }
        }
        return null;
    }
}
