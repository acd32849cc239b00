package io.musher.it;

/** Threads of tests. */
final class Threads {

    private Threads() {}

    /** Starts a daemon. */
    static Thread start(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Waits for its end. An interrupted wait is the end of a test that hangs. */
    static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(thread.getName() + " has not ended", e);
        }
    }
}
