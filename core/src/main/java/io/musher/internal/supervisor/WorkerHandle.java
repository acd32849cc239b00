package io.musher.internal.supervisor;

import io.musher.Worker;
import java.time.Duration;

/**
 * Carries out what the supervisor decides about one worker process. {@link Generation#spawn} returns one per worker.
 *
 * <p>The rules of {@link Actions} apply. The methods that act on the process are called only while it lives, after
 * {@link ProcessEvents#spawned} and before {@link ProcessEvents#exited}; {@link #closeChannel} is the exception.
 */
public interface WorkerHandle {

    /** {@return the worker as users see it; the supervisor only passes it on} */
    Worker worker();

    /** {@return the last output of the process; empty if there is none; may be called from any thread} */
    String lastOutput();

    /** {@return what the user can do about a start that failed with this output, after a semicolon; may be empty} */
    String advice();

    /**
     * Asked when the worker has ended before it was ready, and while it boots without listening on its port.
     *
     * @return whether to start it again at once, because it will be started in another way that may work
     */
    boolean startsDifferentlyNextTime();

    /** {@return whether the process has not exited, or its exit has not been noticed} */
    boolean isProcessAlive();

    /**
     * Drains the connections of the withdrawn worker, cuts them at the deadline, and reports
     * {@link ProcessEvents#drained}; without a balancer, reports at once. The report may be late or missing: the
     * supervisor enforces the deadline, too.
     *
     * @param deadline from now
     */
    void drain(Duration deadline);

    /**
     * Sends the drain frame: in the worker {@code isDraining()} becomes true and {@code onDrain} hooks run. The worker
     * has said hello and is connected.
     */
    void sendDrain();

    /**
     * Sends the disconnect frame instead of the drain frame: the worker drains as after {@link #sendDrain}, but a
     * goodbye follows instead of a stop frame. The worker has said hello and is connected.
     */
    void sendDisconnect();

    /** Sends the stop frame. The worker has said hello and is connected. */
    void sendStop();

    /**
     * Says goodbye and closes the channel of a worker that becomes DETACHED; {@link ProcessEvents#channelEnded} reports
     * the close. If the worker has no channel yet, refuses a later hello.
     */
    void closeChannel();

    /** Sends SIGTERM, for a command to its process group. The worker has no channel, or ignored its stop frame. */
    void terminate();

    /** Sends SIGKILL to the process and its descendants; called again every 5 s until the process is reaped. */
    void kill();

    /**
     * Records a thread dump of a worker that failed a liveness check, to show where the worker hangs, and reports
     * {@link ProcessEvents#threadDumpDone}. The report may be late or missing: the supervisor has a timeout. The worker
     * was withdrawn from the balancer and will be stopped.
     */
    void requestThreadDump();

    /**
     * Sends the warm-up requests to the booting worker, whose port is known, and reports
     * {@link ProcessEvents#warmedUp}. The report may be missing: the start timeout goes on.
     */
    void warmUp();

    /**
     * Probes the worker's port: reports {@link ProcessEvents#portRefuses} if it refuses, and then runs {@code done} on
     * the control thread. That may be late or never: the supervisor has a timeout.
     *
     * @return whether there is a port to probe; if not, {@code done} never runs
     */
    boolean checkPort(Runnable done);
}
