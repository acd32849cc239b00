package io.musher.internal.worker;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Ticker;
import io.musher.internal.ipc.FrameType;
import io.musher.internal.ipc.Inbox;
import io.musher.internal.ipc.Mailbox;
import io.musher.internal.ipc.MessageFrame;
import io.musher.internal.process.ClassPreloader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.CodeSource;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process as a worker: begun once, on the first call of {@link #current}, and then all that is behind
 * {@code io.musher.WorkerContext}. Safe for use by several threads: whatever changes something is a task for the channel's loop.
 */
public final class WorkerRuntime {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.WorkerContext");

    /** How long an exit waits for the primary to have taken what was sent before. */
    private static final long FLUSH_MILLIS = 2_000;

    /** Later than most programs take to start, which needs the processor more. */
    private static final long PRELOAD_NANOS = 500_000_000;

    /** Set by the copy of Musher that has joined; there may be several, each with a class loader of its own, but one channel. */
    private static final String JOINED = "musher.joined";

    private static WorkerRuntime current;

    private final WorkerEnvironment environment;
    private final EventLoop loop;
    private final CallbackThread callbacks;
    private final WorkerLifecycle lifecycle;
    private final WorkerChannel channel;
    private final HeartbeatResponder heartbeat;
    /** Drain hooks that have not ended; the loop's. */
    private int drainHooks;
    private volatile Reader reader = new Reader(() -> false, letter -> { });

    private record Reader(BooleanSupplier hasListener, Consumer<MessageFrame> deliver) { }

    WorkerRuntime(WorkerEnvironment environment, JvmExit end, KeepAlive keepAlive) {
        this.environment = environment;
        try {
            this.loop = new EventLoop("musher-channel", Ticker.system());
        } catch (IOException e) {
            throw new UncheckedIOException(environment + ": cannot open the channel", e);
        }
        this.callbacks = new CallbackThread(environment.toString(), loop);
        this.lifecycle = new WorkerLifecycle(loop, environment, callbacks, keepAlive, end);
        this.heartbeat = new HeartbeatResponder(environment.toString(), loop);
        this.channel = new WorkerChannel(loop, environment, lifecycle, heartbeat,
                new Inbox(lifecycle::runListener, () -> reader.hasListener().getAsBoolean(), callbacks::mayContinue, letter -> reader.deliver().accept(letter)));
        loop.execute(channel::start);
        loop.whenFailed(failure -> {
            LOG.error("{}: the channel's thread has failed, so this worker can no longer be led: exits with status 1", environment);
            end.exit(1);
        });
    }

    /** Says hello; what is to hear of the answers is in place by now. */
    void start() {
        loop.start();
    }

    /** {@return whether this process is a worker, by its marks; starts nothing} */
    public static boolean isWorker() {
        return WorkerEnvironment.isWorker(System.getenv(), System.getProperty(WorkerEnvironment.PROPERTY));
    }

    /** Joins, unless another copy of Musher in this JVM has done so, as one on the class path beside one in a web application. */
    public static synchronized void join() {
        if (current == null && System.getProperty(JOINED) != null) {
            LOG.warn("{}", anotherCopy(System.getProperty(JOINED)));
        } else {
            current();
        }
    }

    /**
     * {@return this process' membership, begun now if it has not been}
     *
     * @throws IllegalStateException if this process is no worker, its environment was tampered with, or another copy of Musher in this JVM
     *     has joined
     */
    public static synchronized WorkerRuntime current() {
        if (current == null) {
            if (!isWorker()) {
                throw new IllegalStateException("this process is no worker; ask Cluster.isWorker() first");
            }
            Object other = System.getProperties().putIfAbsent(JOINED, place());
            if (other != null) {
                throw new IllegalStateException(anotherCopy(other));
            }
            try {
                current = begin();
            } finally {
                if (current == null) {
                    System.getProperties().remove(JOINED);
                }
            }
        }
        return current;
    }

    private void mainReturned() {
        post(() -> channel.send(FrameType.MAIN_RETURNED, ""));
    }

    private static WorkerRuntime begin() {
        KeepAlive keepAlive = new KeepAlive();
        JvmExit end = JvmExit.ofThisJvm();
        WorkerRuntime begun = new WorkerRuntime(WorkerEnvironment.parse(System.getenv()), end, keepAlive);
        keepAlive.start(end, begun::mainReturned);
        begun.installHandlers(); // a primary that has heard of this worker may ask it to end
        begun.start();
        return begun;
    }

    private static String anotherCopy(Object other) {
        return "a second copy of Musher in this worker (" + place() + "): the copy at " + other + " has joined the cluster, and a worker joins once;"
                + " keep Musher in one place, as on the class path and not in the web application too (Maven's scope provided)";
    }

    private static String place() {
        CodeSource source = WorkerRuntime.class.getProtectionDomain().getCodeSource();
        return source == null ? String.valueOf(WorkerRuntime.class.getClassLoader()) : String.valueOf(source.getLocation());
    }

    private void installHandlers() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::shutDown, "musher-goodbye"));
        WorkerSignals.on("TERM", this::terminate);
        if (environment.jvm()) {
            // Ctrl-C goes to the whole terminal group; the primary then stops its workers in good order.
            WorkerSignals.on("INT", () -> LOG.debug("{}: leaves SIGINT to the primary", environment));
        }
        loop.execute(() -> loop.schedule(PRELOAD_NANOS, this::preload));
    }

    /** What a good end needs; by then the jars may have been overwritten. */
    private void preload() {
        DaemonThreads.start("musher-preload", Thread.MIN_PRIORITY, () -> {
            int loaded = ClassPreloader.some(WorkerRuntime.class, name -> name.matches("io\\.musher\\.internal\\.(worker|ipc)\\..*"))
                    + ClassPreloader.some(EventLoop.class, name -> name.startsWith("io.musher.balancer.loop."))
                    + ClassPreloader.some(LoggerFactory.class, name -> true);
            LOG.debug("{}: has loaded {} classes beforehand", environment, loaded);
        });
    }

    /** {@return what the primary told at the start} */
    public WorkerEnvironment environment() {
        return environment;
    }

    /** Tells the primary to send connections. */
    public void ready() {
        post(() -> channel.send(FrameType.READY, ""));
    }

    /** Tells the primary to send no new connections for now. */
    public void notReady() {
        post(() -> channel.send(FrameType.NOT_READY, ""));
    }

    /**
     * Tells the primary where connections go.
     *
     * @param port within 1 to 65535
     */
    public void listening(int port) {
        post(() -> channel.send(FrameType.LISTENING, Integer.toString(port)));
    }

    /** Asks the primary for a goodbye, after a drain that begins here at once. */
    public void disconnect() {
        post(() -> {
            if (lifecycle.isConnected()) {
                channel.send(FrameType.DISCONNECT, "");
                lifecycle.beginDrain();
            }
        });
    }

    /** {@return messages to and from the primary and other workers} */
    public Mailbox mailbox() {
        return channel.mailbox();
    }

    /**
     * {@return whether there is another worker of this number}
     *
     * @param worker its id
     */
    public boolean knows(int worker) {
        return channel.knows(worker);
    }

    /**
     * Says who reads messages; until then they wait.
     *
     * @param heard whether anybody listens at this moment
     * @param tell tells them, on the listeners' thread; throws nothing
     */
    public void setReader(BooleanSupplier heard, Consumer<MessageFrame> tell) {
        reader = new Reader(heard, tell);
    }

    /** {@return whether the channel is not closed} */
    public boolean isConnected() {
        return lifecycle.isConnected();
    }

    /** {@return whether no new connections will come any more} */
    public boolean isDraining() {
        return lifecycle.isDraining();
    }

    /**
     * Adds a hook, for whose end the primary waits before it sends a stop or a goodbye.
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
            channel.send(FrameType.DRAINED, "");
        }
    }

    /**
     * Adds a hook.
     *
     * @param hook runs before the exit
     */
    public void onStop(Runnable hook) {
        lifecycle.hooks(CallbackThread.Phase.STOP).add(hook);
    }

    /**
     * Adds a hook.
     *
     * @param hook runs after a goodbye
     */
    public void onDisconnect(Runnable hook) {
        lifecycle.hooks(CallbackThread.Phase.DISCONNECT).add(hook);
    }

    /**
     * Says who answers heartbeats; until then the channel does.
     *
     * @param alive whether the application works
     */
    public void onHeartbeat(BooleanSupplier alive) {
        heartbeat.setCheck(alive);
    }

    /**
     * Runs a task on the channel's thread, after a delay.
     *
     * @param task short
     * @param nanos from now
     * @throws RejectedExecutionException when the process is about to end
     */
    public void later(Runnable task, long nanos) {
        loop.execute(() -> loop.schedule(nanos, task));
    }

    void terminate() {
        post(() -> lifecycle.terminate(() -> channel.send(FrameType.STOP, "")));
    }

    /** The last thing this JVM does: what was sent has arrived when it ends. The loop's thread would delay the exit if it were left. */
    void shutDown() {
        post(() -> {
            lifecycle.exiting();
            channel.goodbye("exits");
        });
        try {
            lifecycle.awaitEnd(FLUSH_MILLIS);
        } catch (InterruptedException e) {
            LOG.debug("{}: does not wait for the primary to take what was sent", environment);
        }
        callbacks.end();
        loop.close();
        loop.join(FLUSH_MILLIS);
    }

    /** After the end of the loop the process is about to end, and nothing matters any more. */
    private void post(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.trace("{}: after the end", environment);
        }
    }
}
