package io.musher.internal.dispatch;

/**
 * Runs user listeners and, between them, the event loop. An interrupt would close a socket that is being read or
 * written, so it takes effect only while a listener runs, and is cleared when the listener returns.
 */
public final class ListenerThread extends Thread {

    private final Object lock = new Object();
    private boolean listening; // guarded by lock

    /**
     * Creates a daemon thread; does not start it.
     *
     * @param code the thread's main loop
     */
    public ListenerThread(Runnable code, String name) {
        super(code, name);
        setDaemon(true);
    }

    @Override
    public void interrupt() {
        synchronized (lock) { // the listener must not return between the check and the interrupt
            if (listening) {
                super.interrupt();
            }
        }
    }

    /**
     * Runs user code on the calling thread, which must be a {@code ListenerThread}, and allows interrupts meanwhile.
     *
     * @param code must not throw
     */
    public static void listen(Runnable code) {
        ListenerThread thread = (ListenerThread) Thread.currentThread();
        thread.listening(true);
        try {
            code.run();
        } finally {
            thread.listening(false);
        }
    }

    private void listening(boolean now) {
        synchronized (lock) {
            listening = now;
            interrupted();
        }
    }
}
