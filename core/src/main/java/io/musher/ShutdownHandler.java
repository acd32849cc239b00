package io.musher;

import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.OperatorLog;
import io.musher.internal.dispatch.ListenerExecutor;
import io.musher.internal.signal.SignalHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops the cluster when the primary's process is asked to exit: on SIGTERM and SIGINT if the option
 * {@code signals} is set, and by a JVM shutdown hook if {@code shutdownHook} is set; on SIGHUP reloads if
 * {@code reloadOnSighup} is set. Also keeps the JVM alive until the cluster has stopped if {@code keepAlive} is set.
 *
 * <p>A signal that follows the first one within {@link #REPEAT_NANOS} is ignored, because a service manager and a
 * wrapper may both pass on the same signal; a later one kills all workers. The previously installed handler, usually
 * the JVM's own, runs after the cluster has stopped, which preserves the exit status.
 */
final class ShutdownHandler {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
    private static final OperatorLog OPERATOR = new OperatorLog(Cluster.class);
    private static final String[] SIGNALS = {"TERM", "INT"};
    private static final long REPEAT_NANOS = 1_000_000_000L;

    /** Time that a stop may take in addition to the times of the stop policy. */
    private static final Duration MARGIN = Duration.ofSeconds(10);
    private static final Duration MAX_LIMIT = Duration.ofDays(1000);
    private static final long AFTER_KILL_MILLIS = 2_000;
    /** Time that listeners of the last events have before the JVM ends. */
    private static final long LISTENERS_MILLIS = 5_000;

    private final ClusterConfig config;
    private final Supplier<CompletableFuture<Void>> stop;
    private final Runnable killAll;
    private final Runnable reload;
    private final ListenerExecutor eventThread;
    private final CountDownLatch stopped = new CountDownLatch(1);
    /** Time of the first signal by {@link System#nanoTime}; 0 before. */
    private final AtomicLong signalledAt = new AtomicLong();
    /** For each of {@link #SIGNALS}; null where it cannot be handled. */
    private final SignalHandlers.Receiver[] receivers = new SignalHandlers.Receiver[SIGNALS.length];
    private @Nullable SignalHandlers.Receiver hangup;
    private volatile boolean stopTimedOut;
    private @Nullable Thread hook;

    ShutdownHandler(ClusterConfig config, Supplier<CompletableFuture<Void>> stop, Runnable killAll, Runnable reload,
            ListenerExecutor eventThread) {
        this.config = config;
        this.stop = stop;
        this.killAll = killAll;
        this.reload = reload;
        this.eventThread = eventThread;
    }

    synchronized void begin() {
        if (config.keepAlive()) {
            new Thread(this::awaitStopped, config.name() + "-keepalive").start();
        }
        for (int i = 0; config.signals() && i < SIGNALS.length; i++) {
            int index = i;
            receivers[i] = SignalHandlers.receive(SIGNALS[i], signal -> signalReceived(index, signal));
        }
        if (config.reloadOnSighup()) {
            hangup = SignalHandlers.receive("HUP", signal -> reload.run());
            if (hangup != null && hangup.isIgnored()) {
                LOG.warn(
                        "{}: reloadOnSighup has no effect: this process was started with SIGHUP ignored, as nohup"
                                + " does; call reload() instead,"
                                + " or start it with setsid",
                        config.name());
            }
        }
        if (config.shutdownHook()) {
            hook = new Thread(this::stopInTime, config.name() + "-shutdown");
            try {
                Runtime.getRuntime().addShutdownHook(hook);
            } catch (IllegalStateException e) {
                hook = null; // the JVM is ending already
            }
        }
    }

    /** Undoes {@link #begin} after the cluster has stopped or failed to start. */
    void end() {
        stopped.countDown();
        restore();
    }

    /** Restores signal handlers and removes the shutdown hook; the JVM is still kept alive. */
    synchronized void restore() {
        if (hook != null) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // the hook is running
            }
            hook = null;
        }
        if (hangup != null) {
            hangup.close();
        }
        if (signalledAt.get() == 0) {
            closeReceivers();
        }
    }

    private void closeReceivers() {
        for (SignalHandlers.Receiver receiver : receivers) {
            if (receiver != null) {
                receiver.close();
            }
        }
    }

    private void awaitStopped() {
        try {
            stopped.await();
            awaitListeners();
        } catch (InterruptedException e) {
            LOG.debug("{}: the keep-alive thread was interrupted", config.name());
        }
    }

    private void stopAndAwaitListeners() {
        if (stopInTime()) {
            awaitListeners();
        }
    }

    /** Waits for the listeners of the last events, which the end of the JVM would cut off. */
    private void awaitListeners() {
        try {
            eventThread.awaitEnd(LISTENERS_MILLIS);
        } catch (InterruptedException e) {
            LOG.debug("{}: interrupted while waiting for the end of the cluster", config.name());
        }
    }

    /**
     * Stops the cluster and exits with status 1 after every wanted instance was given up, if configured, so that a
     * service manager can react.
     */
    void allGaveUp() {
        if (config.keepAlive() && config.exitWhenAllGaveUp()) {
            stopAndFail();
        }
    }

    /** Stops the cluster after its balancer has failed, and exits with status 1 if the JVM lives for the cluster. */
    void balancerFailed() {
        if (config.keepAlive()) {
            stopAndFail();
        } else {
            CompletableFuture<Void> notAwaited = stop.get(); // Error Prone takes an ignored get() for a mistake
        }
    }

    private void stopAndFail() {
        Thread exit = new Thread(() -> {
            stopAndAwaitListeners();
            System.exit(1);
        }, config.name() + "-exit");
        // unlike the thread that creates it: the JVM must not end with status 0 first
        exit.setDaemon(false);
        exit.start();
    }

    /** {@return whether a signal was received; it is passed on after the cluster has ended} */
    boolean isSignalled() {
        return signalledAt.get() != 0;
    }

    /** Exits the JVM after the cluster has ended by a failure. */
    void exit(int status) {
        awaitListeners();
        System.exit(status);
    }

    private void signalReceived(int index, Object signal) {
        long now = System.nanoTime() | 1;
        if (!signalledAt.compareAndSet(0, now)) {
            laterSignal(index, now - signalledAt.get());
            return;
        }
        Thread stopper = new Thread(() -> {
            stopAndAwaitListeners();
            passToFormerHandler(index, signal);
        }, config.name() + "-signal");
        // unlike the thread that creates it: the previous handler must set the status before the JVM can end
        stopper.setDaemon(false);
        stopper.start(); // before logging, because the appender may block
        LOG.info("{}: SIG{} received: stopping the cluster", config.name(), SIGNALS[index]);
    }

    /** The former handler ends the JVM, as a rule. Where it does not, signals are its business from now on. */
    private void passToFormerHandler(int index, Object signal) {
        SignalHandlers.Receiver receiver;
        synchronized (this) { // begin() may not be over
            receiver = receivers[index];
        }
        for (SignalHandlers.Receiver other : receivers) {
            if (other != null && other != receiver) {
                other.close();
            }
        }
        receiver.pass(signal);
    }

    /**
     * Stops the cluster. If that takes longer than the stop policy allows (the control thread hangs or has died), kills
     * the workers: a signal must end the process in any case.
     *
     * @return whether the cluster stopped in time
     */
    private boolean stopInTime() {
        StopPolicy policy = config.stopPolicy();
        Duration limit = MARGIN;
        for (Duration step : List.of(policy.preStopDelay(), policy.drain(), policy.kill())) {
            limit = step.compareTo(MAX_LIMIT) < 0 ? limit.plus(step) : MAX_LIMIT;
        }
        if (stopTimedOut || stopWithin(limit.toMillis())) {
            return !stopTimedOut;
        }
        stopTimedOut = true; // the end of the JVM, which follows a signal, does not wait for the same again
        killAll.run();
        long seconds = limit.toSeconds();
        Thread logThread = new Thread(() -> OPERATOR.error(
                "{}: not stopped within {} s after the stop was requested: killing all workers and exiting",
                config.name(), seconds));
        logThread.setDaemon(true); // the cause may be an appender that blocks
        logThread.start();
        return stopWithin(AFTER_KILL_MILLIS);
    }

    private boolean stopWithin(long millis) {
        try {
            stop.get().get(millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException e) {
            return true; // the cluster ended by a failure, which was logged
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            LOG.debug("{}: interrupted while waiting for the end of the cluster", config.name());
            return false;
        }
    }

    private void laterSignal(int index, long nanosAfterTheFirst) {
        if (nanosAfterTheFirst < REPEAT_NANOS) {
            LOG.info(
                    "{}: SIG{} ignored, {} ms after the first signal: the cluster is stopping; a later one kills all"
                            + " workers",
                    config.name(),
                    SIGNALS[index], nanosAfterTheFirst / 1_000_000);
        } else {
            LOG.warn("{}: second signal received: killing all workers now", config.name());
            killAll.run();
        }
    }
}
