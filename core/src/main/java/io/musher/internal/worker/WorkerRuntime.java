package io.musher.internal.worker;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Log;
import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.Signals;
import io.musher.balancer.loop.Ticker;
import io.musher.internal.ipc.FrameType;
import io.musher.internal.ipc.Mailbox;
import io.musher.internal.ipc.MessageFrame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SocketChannel;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/**
 * The worker side of the cluster in this process, the implementation of {@code io.musher.WorkerContext}. Created and
 * connected by the first call of {@link #current}. Thread-safe: all changes run as tasks on the channel's loop.
 */
public final class WorkerRuntime {

    private static final Log LOG = Log.lazy("io.musher.WorkerContext");

    /** Timeout for an exit to flush sent messages to the primary. */
    private static final long FLUSH_MILLIS = 2_000;

    /** The delay before classes are preloaded, so as not to compete with the startup of the program. */
    private static final long PRELOAD_NANOS = 500_000_000;

    /** The exit status of a JVM that SIGTERM has ended. */
    private static final int SIGTERM_STATUS = 128 + 15;

    private static @Nullable WorkerRuntime current;

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

    /** {@return whether this process is marked as a worker; a pure query} */
    public static boolean isWorker() {
        return WorkerEnvironment.isWorker(System.getenv(), System.getProperty(WorkerEnvironment.PROPERTY));
    }

    /** Joins the cluster, unless another copy of Musher in this JVM has done so. */
    public static synchronized void join() {
        String refusal = current == null ? JoinGuard.refusal() : null;
        if (refusal != null) {
            LOG.warn("{}", refusal);
        } else {
            current();
        }
    }

    /**
     * {@return the runtime of this worker} The first call joins the cluster.
     *
     * @throws IllegalStateException if this process is not a worker, its environment is invalid, or another copy of
     *     Musher in this JVM has joined
     */
    public static synchronized WorkerRuntime current() {
        if (current == null) {
            if (!isWorker()) {
                throw new IllegalStateException("this process is not a worker; check Cluster.isWorker() first");
            }
            JoinGuard.claim();
            try {
                current = begin();
            } finally {
                if (current == null) {
                    JoinGuard.release();
                }
            }
        }
        return current;
    }

    private void mainReturned() {
        post(() -> channel.send(FrameType.MAIN_RETURNED, ""));
    }

    /** Says hello first, so that the primary learns of this worker while the rest is still being loaded. */
    private static WorkerRuntime begin() {
        WorkerEnvironment environment = WorkerEnvironment.parse(System.getenv());
        SocketChannel greeted = Greeting.send(environment);
        handleSignals(environment.jvm());
        KeepAlive keepAlive = new KeepAlive();
        JvmExit jvmExit = JvmExit.ofThisJvm();
        WorkerRuntime runtime = new WorkerRuntime(environment, greeted, jvmExit, keepAlive);
        keepAlive.start(jvmExit, runtime::mainReturned);
        Runtime.getRuntime().addShutdownHook(new Thread(runtime::shutDown, "musher-goodbye"));
        runtime.loop.execute(() -> runtime.loop.schedule(PRELOAD_NANOS, runtime::preload));
        runtime.start();
        return runtime;
    }

    private static void handleSignals(boolean jvm) {
        Signals.handle("TERM", new Termination());
        if (jvm) {
            // Ctrl-C reaches the whole foreground process group; the primary then stops its workers in an orderly way
            Signals.handle("INT", new IgnoredInterrupt());
        }
    }

    private static final class Termination implements Runnable {
        /** Stops this worker; a signal that arrives while it joins waits for that. */
        @Override
        public void run() {
            synchronized (WorkerRuntime.class) {
                if (current != null) {
                    current.terminate();
                    return;
                }
            }
            System.exit(SIGTERM_STATUS); // it could not join
        }
    }

    private static final class IgnoredInterrupt implements Runnable {
        @Override
        public void run() {
            LOG.debug("ignored SIGINT; the primary handles it");
        }
    }

    /** Loads the classes that an orderly exit needs, because by then the jars may have been overwritten. */
    private void preload() {
        DaemonThreads.start("musher-preload", Thread.MIN_PRIORITY, () -> {
            ClassPreloader.loadMatching(WorkerRuntime.class,
                    name -> name.matches("io\\.musher\\.internal\\.(worker|ipc|dispatch)\\..*"));
            ClassPreloader.loadMatching(EventLoop.class, name -> name.startsWith("io.musher.balancer.loop."));
            ClassPreloader.loadMatching(LoggerFactory.class, name -> true);
            // logs nothing: slf4j is to be initialised by the program, not by this thread at the same time
        });
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
     * Reports the port that this worker listens on to the primary.
     *
     * @param port from 1 to 65535
     */
    public void listening(int port) {
        post(() -> channel.send(FrameType.LISTENING, Integer.toString(port)));
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
