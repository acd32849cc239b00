package io.musher;

/**
 * Holds an event or messages to be delivered to listeners: a description for the log and the code that calls the
 * listeners.
 */
final class Delivery {

    private final Object what;
    private final Runnable how;
    private volatile boolean begun;

    Delivery(Object what, Runnable how) {
        this.what = what;
        this.how = how;
    }

    /** {@return whether listeners are receiving it or have received it} */
    boolean isBegun() {
        return begun;
    }

    void run() {
        begun = true;
        how.run();
    }

    @Override
    public String toString() {
        return String.valueOf(what);
    }
}
