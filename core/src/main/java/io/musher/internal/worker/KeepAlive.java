package io.musher.internal.worker;

import java.util.concurrent.CountDownLatch;

/**
 * The one thread that is no daemon: while it waits, the JVM lives, even when main has returned.
 *
 * <p>When main <i>throws</i>, it lets go, so that the JVM ends as it would without a cluster: with status 1, after its other threads.
 */
final class KeepAlive {

    private final CountDownLatch released = new CountDownLatch(1);

    void start() {
        Thread main = mainThread();
        if (main != null && main.getUncaughtExceptionHandler() == main.getThreadGroup()) {
            ThreadGroup group = main.getThreadGroup();
            main.setUncaughtExceptionHandler((thread, failure) -> {
                release();
                group.uncaughtException(thread, failure);
            });
        }
        new Thread(this::await, "musher-keep-alive").start();
    }

    void release() {
        released.countDown();
    }

    private void await() {
        while (true) {
            try {
                released.await();
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
