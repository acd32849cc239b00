package io.musher.internal.ipc;

/**
 * A thread for users' listeners that reads channels between them. An interrupt would close a channel that is just being read or written, so it
 * counts only while a listener runs, and is forgotten with it.
 */
public final class ListenerThread extends Thread {

    private volatile boolean listening;

    /**
     * A daemon, not started.
     *
     * @param code what it runs
     * @param name its name
     */
    public ListenerThread(Runnable code, String name) {
        super(code, name);
        setDaemon(true);
    }

    @Override
    public void interrupt() {
        if (listening) {
            super.interrupt();
        }
    }

    /**
     * Runs user code on the calling thread.
     *
     * @param code throws nothing
     */
    public static void listen(Runnable code) {
        ListenerThread me = (ListenerThread) Thread.currentThread();
        me.listening = true;
        try {
            code.run();
        } finally {
            me.listening = false;
            interrupted();
        }
    }
}
