package io.musher.internal.ipc;

/**
 * The types of frames of version 1; {@code core/PROTOCOL.md} says what each means.
 *
 * <p>Types below {@link #FIRST_MESSAGE} are control frames: small, free of any window, acted on where they are read. The others
 * belong to user messages. A type nobody knows is counted and skipped, so an older peer understands a newer one.
 */
public final class FrameType {

    /** Worker to primary, the first frame. */
    public static final int HELLO = 1;
    /** Primary to worker, the answer to a good hello. */
    public static final int WELCOME = 2;
    /** Worker to primary: send me connections. */
    public static final int READY = 3;
    /** Worker to primary: send me no new connections for now. */
    public static final int NOT_READY = 4;
    /** Worker to primary: this is the port I listen on. */
    public static final int LISTENING = 5;
    /** Primary to worker: no new connections will come, a stop will. */
    public static final int DRAIN = 6;
    /** Primary to worker: run the stop hooks and exit. Worker to primary: I was asked to end; take me through the stop. */
    public static final int STOP = 7;
    /** Either way: no new connections, and when the running ones have ended, goodbye. */
    public static final int DISCONNECT = 8;
    /** Either way: the sender's last frame. */
    public static final int GOODBYE = 9;

    /** Either way: so much of what was sent has been taken by listeners. */
    public static final int TAKEN = 10;
    /** Primary to worker: there is another worker. */
    public static final int JOINED = 11;
    /** Primary to worker: that worker is there no more. */
    public static final int LEFT = 12;

    /** Primary to worker: do you work? With a number. */
    public static final int HEARTBEAT = 13;
    /** Worker to primary: I do; with that number. */
    public static final int ALIVE = 14;

    /** Worker to primary: it has something to finish before its stop; after DRAIN or DISCONNECT wait for {@link #DRAINED}. */
    public static final int DRAIN_HOOKS = 15;
    /** Worker to primary: it has finished, until it sends {@link #DRAIN_HOOKS} again. */
    public static final int DRAINED = 16;

    /** Either way: so much of what the other side sends may be untaken from now on. */
    public static final int WINDOW = 17;
    /** Worker to primary: the program's main method has returned. */
    public static final int MAIN_RETURNED = 18;

    /** The first type that is a user message. */
    public static final int FIRST_MESSAGE = 32;
    /** A message: JSON. */
    public static final int VALUE = 32;
    /** A message: bytes. */
    public static final int BYTES = 33;
    /** A request: JSON. */
    public static final int ASK_VALUE = 34;
    /** A request: bytes. */
    public static final int ASK_BYTES = 35;
    /** The answer to a request: JSON. */
    public static final int ANSWER_VALUE = 36;
    /** The answer to a request: bytes. */
    public static final int ANSWER_BYTES = 37;
    /** The answer to a request: its handler failed; why, in a text. */
    public static final int FAILED = 38;
    /** The answer to a request, from the primary: there is no such worker (any more). */
    public static final int GONE = 39;

    private FrameType() { }

    static boolean isControl(int type) {
        return type < FIRST_MESSAGE;
    }

    /**
     * {@return whether frames of this type are {@link MessageFrame}s}
     *
     * @param type of a frame
     */
    public static boolean isMessage(int type) {
        return type >= VALUE && type <= GONE;
    }

    static boolean isRequest(int type) {
        return type == ASK_VALUE || type == ASK_BYTES;
    }

    static boolean isAnswer(int type) {
        return type >= ANSWER_VALUE && type <= GONE;
    }
}
