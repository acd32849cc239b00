package io.musher.internal.worker;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Log;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.Ticker;
import io.musher.internal.ipc.FrameType;
import io.musher.internal.ipc.ListeningFrame;
import io.musher.internal.ipc.Mailbox;
import io.musher.internal.ipc.MessageFrame;
import io.musher.internal.process.os.ListeningSockets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SocketChannel;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The worker side of the cluster, the implementation of {@code io.musher.WorkerContext}; {@link CurrentWorker} creates
 * and starts the one of this JVM. Thread-safe: all changes run as tasks on the channel's loop.
 */
public final class WorkerRuntime {

    private static final Log LOG = Log.lazy("io.musher.WorkerContext");

    /** Timeout for an exit to flush sent messages to the primary. */
    private static final long FLUSH_MILLIS = 2_000;

    private final WorkerEnvironment environment;
    private final EventLoop loop;
    private final CallbackThread callbacks;
    private final WorkerLifecycle lifecycle;
    private final WorkerChannel channel;
    private final HeartbeatResponder heartbeat;
    private final WorkerMessages messages;
    /** The number of drain hooks that have not completed; loop thread only. */
    private int drainHooks;

    /**
     * Creates a runtime that is not started.
     *
     * @param greeted the connection on which a hello was sent; null if the channel has to connect
     */
    WorkerRuntime(WorkerEnvironment environment, @Nullable SocketChannel greeted, JvmExit jvmExit,
            KeepAlive keepAlive) {
        this.environment = environment;
        try {
            this.loop = new EventLoop("musher-channel", Ticker.system());
        } catch (IOException e) {
            Greeting.close(greeted);
            throw new UncheckedIOException(environment + ": cannot open the channel", e);
        }
        this.callbacks = new CallbackThread(environment.toString(), loop);
        this.lifecycle = new WorkerLifecycle(loop, environment, callbacks, keepAlive, jvmExit);
        this.heartbeat = new HeartbeatResponder(environment.toString(), loop);
        this.messages = new WorkerMessages(lifecycle, callbacks);
        this.channel = new WorkerChannel(loop, environment, lifecycle, heartbeat, messages);
        loop.execute(() -> channel.start(greeted));
        loop.whenFailed(failure -> {
            LOG.error(
                    "{}: the channel thread has failed, so the primary cannot control this worker: exiting with"
                            + " status 1",
                    environment);
            jvmExit.exit(1);
        });
    }

    /** Starts the loop, which connects; to be called when all handlers are installed. */
    void start() {
        loop.start();
    }

    /** Reports that the main method has returned. */
    void mainReturned() {
        post(() -> channel.send(FrameType.MAIN_RETURNED, ""));
    }

    /** {@return the settings from the environment} */
    public WorkerEnvironment environment() {
        return environment;
    }

    /** Reports readiness to the primary: this worker accepts connections. */
    public void ready() {
        post(() -> {
            if (!lifecycle.isDraining()) {
                Accepting.resume(environment);
            }
            channel.send(FrameType.READY, "");
        });
    }

    /** Reports to the primary that this worker accepts no new connections for now. */
    public void notReady() {
        post(() -> {
            Accepting.pause(environment);
            channel.send(FrameType.NOT_READY, "");
        });
    }

    /**
     * Reports the port that this worker listens on to the primary, with the address if it is known.
     *
     * @param port from 1 to 65535
     */
    public void listening(int port) {
        String where = ListeningSockets.own(port).map(ListeningFrame::text).orElse(Integer.toString(port));
        post(() -> channel.send(FrameType.LISTENING, where));
    }

    /** Asks the primary for a disconnect and begins to drain at once. */
    public void disconnect() {
        post(() -> {
            if (lifecycle.isConnected()) {
                channel.send(FrameType.DISCONNECT, "");
                lifecycle.beginDrain();
            }
        });
    }

    /** {@return the mailbox for messages to and from the primary and other workers} */
    public Mailbox mailbox() {
        return channel.mailbox();
    }

    /**
     * {@return whether another worker with this id exists}
     *
     * @param worker its id
     */
    public boolean knows(int worker) {
        return channel.knows(worker);
    }

    /**
     * Sets the listeners of messages; until then messages are kept.
     *
     * @param any whether a listener is registered at the moment
     * @param dispatch passes a message to the listeners, on the callback thread; must not throw
     */
    public void setMessageListeners(BooleanSupplier any, Consumer<MessageFrame> dispatch) {
        messages.setListeners(any, dispatch);
    }

    /** {@return whether the channel has not ended} */
    public boolean isConnected() {
        return lifecycle.isConnected();
    }

    /** {@return whether a drain has begun} */
    public boolean isDraining() {
        return lifecycle.isDraining();
    }

    /**
     * Adds a drain hook; the primary waits for its completion before it sends a stop or a goodbye.
     *
     * @param hook runs when the drain begins
     */
    public void onDrain(Runnable hook) {
        post(this::drainHookAdded);
        lifecycle.hooks(CallbackThread.Phase.DRAIN).add(hook, () -> post(this::drainHookDone));
    }

    private void drainHookAdded() {
        if (drainHooks++ == 0) {
            channel.send(FrameType.DRAIN_HOOKS, "");
        }
    }

    private void drainHookDone() {
        if (--drainHooks == 0) {
            channel.send(FrameType.DRAIN_HOOKS_DONE, "");
        }
    }

    /**
     * Adds a stop hook.
     *
     * @param hook runs before the exit
     */
    public void onStop(Runnable hook) {
        lifecycle.hooks(CallbackThread.Phase.STOP).add(hook);
    }

    /**
     * Adds a disconnect hook.
     *
     * @param hook runs after a goodbye that does not end in a stop
     */
    public void onDisconnect(Runnable hook) {
        lifecycle.hooks(CallbackThread.Phase.DISCONNECT).add(hook);
    }

    /**
     * Sets the check that decides about the answer to heartbeats; without one, every heartbeat is answered.
     *
     * @param alive whether the application works
     */
    public void onHeartbeat(BooleanSupplier alive) {
        heartbeat.setCheck(alive);
    }

    /**
     * Runs a task on the loop thread after a delay.
     *
     * @param task must not block
     * @param nanos the delay
     * @return false if the task will never run because the process is about to exit
     */
    public boolean schedule(Runnable task, long nanos) {
        return loop.tryExecute(() -> loop.schedule(nanos, task));
    }

    void terminate() {
        post(() -> lifecycle.terminate(() -> channel.send(FrameType.STOP, "")));
    }

    /**
     * Runs as a shutdown hook: flushes sent messages, then closes the loop, whose thread would delay the exit of the
     * JVM.
     */
    void shutDown() {
        post(() -> {
            lifecycle.exiting();
            channel.goodbye("exits");
        });
        try {
            lifecycle.awaitEnd(FLUSH_MILLIS);
        } catch (InterruptedException e) {
            LOG.debug("{}: interrupted while flushing sent messages to the primary", environment);
        }
        callbacks.end();
        loop.close();
        loop.join(FLUSH_MILLIS);
    }

    /** Runs a task on the loop thread, unless the loop is closed because the process is about to exit. */
    private void post(Runnable task) {
        loop.tryExecute(task);
    }
}
