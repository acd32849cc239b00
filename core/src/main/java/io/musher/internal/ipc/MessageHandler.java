package io.musher.internal.ipc;

/**
 * Handles the messages and requests received on one channel: the application's listeners, and the thread that runs
 * them.
 */
public interface MessageHandler {

    /** {@return whether a listener is registered; until then messages are kept. Queried before each message} */
    boolean hasListener();

    /**
     * Runs a task on the listener thread.
     *
     * @param delivery delivers queued messages by {@link #handle}; tasks run in order, one at a time
     */
    void execute(Runnable delivery);

    /** {@return whether the calling thread is still the listener thread; false once another one has replaced it} */
    default boolean mayContinue() {
        return true;
    }

    /**
     * Passes a message to the listeners. Called on the listener thread; must not throw.
     *
     * @param message counts against the sender's window until this method has returned
     */
    void handle(MessageFrame message);
}
