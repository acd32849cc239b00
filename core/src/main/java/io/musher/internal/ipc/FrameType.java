package io.musher.internal.ipc;

/**
 * The frame types of protocol version 1, specified in {@code core/PROTOCOL.md}.
 *
 * <p>Types below {@link #FIRST_MESSAGE} are control frames: small, not subject to any window, handled as they are read.
 * All others are user messages. An unknown type is skipped, so that older peers understand newer ones.
 */
public final class FrameType {

    /** Worker to primary: the first frame, with token and pid. */
    public static final int HELLO = 1;
    /** Primary to worker: accepts a hello. */
    public static final int WELCOME = 2;
    /** Worker to primary: the worker accepts connections. */
    public static final int READY = 3;
    /** Worker to primary: the worker accepts no new connections for now. */
    public static final int NOT_READY = 4;
    /** Worker to primary: the port that the worker listens on; implies {@link #READY}. */
    public static final int LISTENING = 5;
    /** Primary to worker: drain; no new connections follow, but a stop does. */
    public static final int DRAIN = 6;
    /** Primary to worker: run the stop hooks and exit. Worker to primary: asks for a stop, usually after a SIGTERM. */
    public static final int STOP = 7;
    /** Either direction: no new connections, and a goodbye when the open ones have ended. */
    public static final int DISCONNECT = 8;
    /** Either direction: the sender's last frame. */
    public static final int GOODBYE = 9;

    /** Either direction: acknowledges bytes of messages that the receiver's listeners have processed. */
    public static final int ACKNOWLEDGE = 10;
    /** Primary to worker: another worker exists. */
    public static final int WORKER_ADDED = 11;
    /** Primary to worker: another worker is gone. */
    public static final int WORKER_REMOVED = 12;

    /** Primary to worker: checks liveness; carries a number. */
    public static final int HEARTBEAT = 13;
    /** Worker to primary: answers a heartbeat; repeats its number. */
    public static final int HEARTBEAT_REPLY = 14;

    /** Worker to primary: the worker has drain hooks; after DRAIN or DISCONNECT wait for {@link #DRAIN_HOOKS_DONE}. */
    public static final int DRAIN_HOOKS = 15;
    /** Worker to primary: the drain hooks have completed, until the worker sends {@link #DRAIN_HOOKS} again. */
    public static final int DRAIN_HOOKS_DONE = 16;

    /** Either direction: the sender's receive window from now on, see {@link Window}. */
    public static final int WINDOW = 17;
    /** Worker to primary: the main method of a JVM worker has returned. */
    public static final int MAIN_RETURNED = 18;

    /** The first type of a user message. */
    public static final int FIRST_MESSAGE = 32;
    /** A message: JSON. */
    public static final int JSON_MESSAGE = 32;
    /** A message: bytes. */
    public static final int BINARY_MESSAGE = 33;
    /** A request: JSON. */
    public static final int JSON_REQUEST = 34;
    /** A request: bytes. */
    public static final int BINARY_REQUEST = 35;
    /** The reply to a request: JSON. */
    public static final int JSON_REPLY = 36;
    /** The reply to a request: bytes. */
    public static final int BINARY_REPLY = 37;
    /** The reply to a request: its handler failed; carries the reason as text. */
    public static final int REQUEST_FAILED = 38;
    /** The reply to a request, from the primary: no such worker, or no longer. */
    public static final int PEER_GONE = 39;

    private FrameType() {}

    /** {@return the type that carries bytes where {@code jsonType} carries JSON} */
    public static int binary(int jsonType) {
        return switch (jsonType) {
            case JSON_MESSAGE -> BINARY_MESSAGE;
            case JSON_REQUEST -> BINARY_REQUEST;
            case JSON_REPLY -> BINARY_REPLY;
            default -> throw new IllegalArgumentException("frame type " + jsonType + " carries no JSON");
        };
    }

    static boolean isControl(int type) {
        return type < FIRST_MESSAGE;
    }

    /** {@return whether frames of this type are {@link MessageFrame}s} */
    public static boolean isMessage(int type) {
        return type >= JSON_MESSAGE && type <= PEER_GONE;
    }

    static boolean isRequest(int type) {
        return type == JSON_REQUEST || type == BINARY_REQUEST;
    }

    static boolean isReply(int type) {
        return type >= JSON_REPLY && type <= PEER_GONE;
    }
}
