package io.musher.internal.supervisor;

/** State of one worker's channel, as far as the supervisor's decisions depend on it. */
final class ChannelState {

    private boolean saidHello;
    private boolean goodbyeSent;
    private boolean disconnected;
    /** Whether messages may still arrive; read by any thread. */
    private volatile boolean connected = true;

    /** {@return whether a hello is welcome: the channel was not closed before} */
    boolean acceptsHello() {
        return !disconnected && !goodbyeSent;
    }

    void helloReceived() {
        saidHello = true;
        connected = true;
    }

    boolean saidHello() {
        return saidHello;
    }

    /** Messages cannot arrive: there is no channel, unless a hello follows. */
    void markUnreachable() {
        connected = false;
    }

    /** The primary says goodbye and closes the channel. */
    void goodbyeSent() {
        goodbyeSent = true;
        connected = false;
    }

    boolean isGoodbyeSent() {
        return goodbyeSent;
    }

    /** Marks the worker as disconnected; {@return false if it was before} */
    boolean markDisconnected() {
        boolean isNew = !disconnected;
        disconnected = true;
        connected = false;
        return isNew;
    }

    boolean isDisconnected() {
        return disconnected;
    }

    /** {@return whether a frame can reach the worker} */
    boolean isOpen() {
        return saidHello && !disconnected && !goodbyeSent;
    }

    /** {@return whether messages may still arrive; may be called from any thread} */
    boolean isConnected() {
        return connected;
    }
}
