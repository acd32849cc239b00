package io.musher.internal.ipc;

import java.net.InetSocketAddress;

/**
 * Receives the events of one worker's channel in the primary.
 *
 * <p>Called on the loop thread, never from inside a method of {@link Channel}. The first call is {@link #hello}. The
 * last one is either {@link #goodbye} or {@link #lost}, exactly once, even when there was no hello.
 */
public interface ChannelListener {

    /**
     * Called when the worker has connected.
     *
     * @param pid of the process that connected; behind {@code sh} or {@code npm} not the process that was started
     */
    void hello(long pid);

    /** Called when the worker reports readiness: it accepts connections. May be repeated. */
    void ready();

    /** Called when the worker wants no new connections for now. May be repeated. */
    void notReady();

    /**
     * Called when the worker reports where it listens. May be repeated.
     *
     * @param address not verified; the loopback address if the worker has reported a port only
     */
    void listening(InetSocketAddress address);

    /** Called when the worker asks for a disconnect: withdraw it, drain it, then call {@link Channel#goodbye}. */
    void disconnectRequested();

    /**
     * Called when the worker asks for a stop, usually after a SIGTERM: withdraw it, drain it, then call
     * {@link Channel#stop}.
     */
    void stopRequested();

    /**
     * Called when the worker has answered a heartbeat.
     *
     * @param number of the heartbeat
     */
    void heartbeatAnswered(long number);

    /**
     * Called when the worker has registered drain hooks: its drain is complete only after {@link #drainHooksDone}. May
     * be repeated after that.
     */
    void drainHooks();

    /** Called when the worker's drain hooks have completed. */
    void drainHooksDone();

    /**
     * Called when the main method of a JVM worker has returned, so that its startup is complete. Never called for
     * commands.
     */
    void mainReturned();

    /** Called when the channel has closed after a goodbye of either side. */
    void goodbye();

    /**
     * Called when the channel has closed without a goodbye.
     *
     * @param why the reason, for the log
     */
    void lost(String why);
}
