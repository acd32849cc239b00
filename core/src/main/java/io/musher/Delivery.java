package io.musher;

/** Something for listeners: what it is, for the log, and how it is told. */
final class Delivery {

    private final Object what;
    private final Runnable how;
    private volatile boolean begun;

    Delivery(Object what, Runnable how) {
        this.what = what;
        this.how = how;
    }

    /** {@return whether listeners are told of it, or have been} */
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
