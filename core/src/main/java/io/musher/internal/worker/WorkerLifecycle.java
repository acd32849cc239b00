package io.musher.internal.worker;

import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Log;
import io.musher.balancer.loop.OperatorLog;
import io.musher.internal.worker.CallbackThread.Job;
import io.musher.internal.worker.CallbackThread.Phase;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The lifecycle of a worker: drain, stop, disconnect (from either side), and the shutdown after the loss of the
 * primary. Loop thread only, except {@link #isDraining}, {@link #isConnected}, {@link #hooks}, {@link #awaitEnd} and
 * {@link #runListener}.
 *
 * <pre>
 * connected ─drain, stop, disconnect, SIGTERM▶ draining ─stop▶ stopping ─hooks▶ exit 0
 *                                                 ├─goodbye▶ disconnected (runs on; a SIGTERM stops it)
 *                                                 └─channel lost, primary dead▶ stopping ─hooks, at most 5 s▶ exit 1
 * </pre>
 */
final class WorkerLifecycle implements WorkerChannel.Listener {

    /** Timeout for the stop hooks when the primary is gone. */
    static final long ORPHAN_NANOS = 5_000_000_000L;

    /** Timeout for the primary's reaction to a stop requested by this worker. */
    static final long STOP_REQUEST_NANOS = 5_000_000_000L;

    /** Timeout for answering a goodbye of the primary; the primary waits 5 s. */
    private static final long GOODBYE_NANOS = 4_000_000_000L;

    /** A hook that takes longer is logged, and abandoned when a later phase is waiting. */
    private static final long SLOW_NANOS = 2_000_000_000L;

    private static final Log LOG = Log.lazy("io.musher.WorkerContext");
    private static final OperatorLog OPERATOR = new OperatorLog("io.musher.WorkerContext");

    private final EventLoop loop;
    private final WorkerEnvironment worker;
    private final CallbackThread callbacks;
    private final HookWatchdog watchdog;
    private final KeepAlive keepAlive;
    private final JvmExit jvmExit;
    private final Map<Phase, Hooks> hooks = new EnumMap<>(Phase.class);
    private final CountDownLatch ended = new CountDownLatch(1);
    private OptionalLong primary = OptionalLong.empty();
    private boolean primaryDecided;
    private boolean terminated;
    private boolean stopping;
    private boolean exiting;
    private int status;
    private volatile boolean draining;
    private volatile boolean connected = true;

    WorkerLifecycle(EventLoop loop, WorkerEnvironment worker, CallbackThread callbacks, KeepAlive keepAlive,
            JvmExit jvmExit) {
        this.loop = loop;
        this.worker = worker;
        this.callbacks = callbacks;
        this.watchdog = new HookWatchdog(loop, callbacks, SLOW_NANOS);
        this.keepAlive = keepAlive;
        this.jvmExit = jvmExit;
        for (Phase each : Phase.values()) {
            hooks.put(each, new Hooks(callbacks, each));
        }
    }

    boolean isDraining() {
        return draining;
    }

    boolean isConnected() {
        return connected;
    }

    Hooks hooks(Phase when) {
        return Objects.requireNonNull(hooks.get(when)); // created for all phases by the constructor
    }

    @Override
    public void welcome(long pid) {
        primary = OptionalLong.of(pid);
    }

    @Override
    public void drain() {
        primaryDecided = true;
        beginDrain();
    }

    @Override
    public void disconnect() {
        primaryDecided = true;
        beginDrain();
    }

    @Override
    public void goodbyeReceived(Runnable answer) {
        callbacks.execute(new Job(Phase.DRAIN, "the goodbye", () -> loop.tryExecute(answer)));
        loop.schedule(GOODBYE_NANOS, answer);
    }

    void beginDrain() {
        if (!draining) {
            draining = true;
            Accepting.pause(worker);
            begin(Phase.DRAIN);
        }
    }

    @Override
    public void stop() {
        primaryDecided = true;
        beginDrain();
        if (!stopping) {
            stopping = true;
            begin(Phase.STOP);
            callbacks.execute(new Job(Phase.STOP, "the exit", () -> jvmExit.exit(status)));
        }
    }

    /** Handles a request to end that does not come from the primary (SIGTERM): asks the primary for an orderly stop. */
    void terminate(Runnable askPrimary) {
        terminated = true;
        if (!connected) {
            stop();
        } else if (!primaryDecided) {
            askPrimary.run();
            beginDrain();
            loop.schedule(STOP_REQUEST_NANOS, () -> {
                if (!primaryDecided) {
                    LOG.warn("{}: the primary has not reacted to the stop request within {} s; stopping without it",
                            worker,
                            STOP_REQUEST_NANOS / 1_000_000_000L);
                    stop();
                }
            });
        }
    }

    @Override
    public void closed(String why) {
        end();
        if (stopping || exiting) {
            return;
        } else if (terminated) {
            stop();
            return;
        }
        LOG.info("{}: disconnected{}", worker, why.isEmpty() ? "" : ": " + why);
        beginDrain();
        begin(Phase.DISCONNECT);
        callbacks.execute(new Job(Phase.DISCONNECT, "the keep-alive", keepAlive::release));
        PrimaryMonitor.start(primary, 0, this::primaryGone);
    }

    @Override
    public void refused(String why) {
        if (worker.jvm()) {
            lost("the primary refused this process: " + why);
        } else {
            LOG.warn(
                    "{}: the primary refused this process ({}): only the first process of a command that connects is"
                            + " the worker; this"
                            + " one continues without a channel; start programs that are not workers without"
                            + " MUSHER_IPC in their environment",
                    worker, why);
            closed("the primary refused this process: " + why);
        }
    }

    @Override
    public void lost(String why) {
        end();
        jvmExit.haltAfter(ORPHAN_NANOS, 1);
        if (exiting) {
            return;
        }
        OPERATOR.warn("{}: lost its primary ({}); stopping, within {} s at most", worker, why,
                ORPHAN_NANOS / 1_000_000_000L);
        status = stopping ? status : 1;
        stop();
    }

    /** Records that the JVM is shutting down: the end of the channel is no longer to be taken for a disconnect. */
    void exiting() {
        exiting = true;
        connected = false;
        PrimaryMonitor.start(primary, 1_000_000_000L, () -> jvmExit.haltAfter(ORPHAN_NANOS, 1));
    }

    /** Waits for the end of the channel. {@return false on timeout} */
    boolean awaitEnd(long millis) throws InterruptedException {
        return ended.await(millis, TimeUnit.MILLISECONDS);
    }

    private void end() {
        connected = false;
        ended.countDown();
    }

    private void primaryGone() {
        loop.tryExecute(() -> lost("the primary has ended"));
    }

    private void begin(Phase next) {
        hooks(next).begin();
        watchdog.phaseBegun(next);
    }

    /** Runs message listeners on the callback thread, in turn with the hooks; any thread. */
    void runListener(Runnable listeners) {
        callbacks.execute(new Job(Phase.MESSAGE, "a message listener", listeners));
        if (!watchdog.isWatching()) {
            loop.tryExecute(() -> watchdog.phaseBegun(Phase.MESSAGE));
        }
    }
}
