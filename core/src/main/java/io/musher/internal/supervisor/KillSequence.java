package io.musher.internal.supervisor;

import io.musher.Exit;
import io.musher.StopPolicy;
import io.musher.WorkerState;
import java.time.Duration;

/** Makes a process exit: by its stop frame or SIGTERM, and after the kill timeout by SIGKILL. */
final class KillSequence {

    private static final Duration KILL_RETRY_INTERVAL = Duration.ofSeconds(5);

    private final WorkerRegistry registry;
    private final StopPolicy policy;

    KillSequence(WorkerRegistry registry) {
        this.registry = registry;
        this.policy = registry.config.stop();
    }

    /** Asks a drained worker to exit, by the stop frame or, without an open channel, by SIGTERM. */
    void sendStop(Incarnation worker, String why) {
        worker.cancelTimers();
        worker.stop.request();
        registry.setState(worker, WorkerState.STOPPING, why);
        if (!worker.channel.isOpen()) {
            stopWithoutChannel(worker);
        } else if (worker.isCommand()) {
            // the worker may be a grandchild of this JVM, below a shell that does not receive the frame
            Duration half = policy.kill().dividedBy(2);
            worker.handle().sendStop();
            worker.stop.setDeadline(half, () -> terminate(worker, half));
        } else {
            worker.handle().sendStop();
            worker.stop.setDeadline(policy.kill(), () -> killLate(worker));
        }
    }

    /**
     * Stops a worker without an open channel by SIGTERM. A worker that closed its channel unasked is presumably
     * exiting, and first gets the kill timeout to do so.
     */
    private void stopWithoutChannel(Incarnation worker) {
        if (worker.stop.cause() != null || !worker.channel.isDisconnected()) {
            terminate(worker, policy.kill());
            return;
        }
        worker.stop.awaitExit(policy.kill(), () -> {
            worker.stop.decideCause(Exit.Cause.CHANNEL_LOST);
            worker.cancelTimers();
            terminate(worker, policy.kill());
        });
    }

    /** Sends SIGTERM, and SIGKILL after the timeout. */
    void terminate(Incarnation worker, Duration timeout) {
        registry.listener.stateChanged(worker, "SIGTERM");
        worker.handle().terminate();
        worker.stop.setDeadline(timeout, () -> killLate(worker));
    }

    private void killLate(Incarnation worker) {
        registry.listener.killedLate(worker);
        sigkill(worker, "still running after the kill timeout: SIGKILL");
    }

    /** Sends SIGKILL, again and again until the process is reaped. */
    void sigkill(Incarnation worker, String why) {
        registry.setState(worker, WorkerState.STOPPING, why);
        worker.handle().kill();
        worker.stop.setDeadline(KILL_RETRY_INTERVAL, () -> sigkill(worker, "still not reaped: SIGKILL again"));
    }

    /** Kills a worker at once; the worker keeps its slot until it is reaped. */
    void kill(Incarnation worker, String why) {
        if (worker.stop.cause() == null) {
            worker.stop.decideCause(Exit.Cause.KILLED);
        }
        worker.fork.whenDone(() -> {
            if (worker.isAlive()) {
                worker.cancelTimers();
                sigkill(worker, why);
                registry.publish();
            }
        });
    }
}
