package io.musher.internal.ipc;

/**
 * What one worker's channel tells. All calls come on the loop's thread, never from inside a call of {@link Channel};
 * {@link #hello} is the first, and one of {@link #goodbye} and {@link #lost} is the last, exactly once, hello or not.
 */
public interface ChannelListener {

    /**
     * The worker has joined.
     *
     * @param pid of the process that speaks; behind {@code sh} or {@code npm} not the one that was started
     */
    void hello(long pid);

    /** It wants connections; may come again and again. */
    void ready();

    /** It wants no new connections for now; may come again and again. */
    void notReady();

    /**
     * It listens.
     *
     * @param port within 1 to 65535, by its own word
     */
    void listening(int port);

    /** It wants out: no new connections, drain, then {@link Channel#goodbye}. */
    void disconnectRequested();

    /** It was asked to end by somebody else (SIGTERM): no new connections, drain, then {@link Channel#stop}. */
    void stopRequested();

    /**
     * It has answered a heartbeat.
     *
     * @param number of the heartbeat
     */
    void alive(long number);

    /** The worker has drain hooks: at a drain it wants to be waited for until {@link #drainHooksDone}; may come again after that. */
    void drainHooks();

    /** The worker's drain hooks have ended. */
    void drainHooksDone();

    /** The program's main method has returned: whatever it starts is started. Never told of programs that were not started by Musher. */
    void mainReturned();

    /** The channel has closed in good order. */
    void goodbye();

    /**
     * The channel has closed otherwise.
     *
     * @param why in a few words
     */
    void lost(String why);
}
