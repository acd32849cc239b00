package io.musher.internal.worker;

import java.util.concurrent.CountDownLatch;

/**
 * The one thread that is no daemon: while it waits, the JVM lives, even when main has returned.
 *
 * <p>When main <i>throws</i>, the JVM ends with status 1. That is {@link MainRunner}'s task; where a program had to be started without it,
 * a handler of uncaught exceptions does the same, unless the program installs another.
 */
final class KeepAlive {

    private final CountDownLatch released = new CountDownLatch(1);

    /** @param mainReturned called when the main method has returned; never, when it has thrown */
    void start(JvmExit end, Runnable mainReturned) {
        Thread main = mainThread();
        if (main != null && main.getUncaughtExceptionHandler() == main.getThreadGroup()) {
            ThreadGroup group = main.getThreadGroup();
            main.setUncaughtExceptionHandler((thread, failure) -> {
                group.uncaughtException(thread, failure);
                end.exit(1);
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
                continue; // nobody's business
            }
        }
    }

    /** {@return the thread that runs main, or null when it has ended} */
    private static Thread mainThread() {
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
