package io.musher;

import io.musher.balancer.loop.OperatorLog;
import io.musher.internal.dispatch.ListenerExecutor;
import io.musher.internal.supervisor.Incarnation;
import io.musher.internal.supervisor.SupervisorListener;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes the supervisor's reports as log lines and public events. */
final class EventPublisher implements SupervisorListener {

    private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
    /** Maximum number of workers named in one line. */
    private static final int MAX_NAMED = 8;
    private static final OperatorLog OPERATOR = new OperatorLog(Cluster.class);

    private final String name;
    private final ListenerExecutor eventThread;
    private final LastOutput lastOutput;
    private final Runnable whenStopped;
    private final Runnable whenAllGaveUp;
    private final RestartPolicy.When restarts;

    private volatile boolean started;

    EventPublisher(ClusterConfig config, ListenerExecutor eventThread, Runnable whenStopped, Runnable whenAllGaveUp) {
        this.name = config.name();
        this.restarts = config.restartPolicy().when();
        this.eventThread = eventThread;
        this.lastOutput = new LastOutput(config.output());
        this.whenStopped = whenStopped;
        this.whenAllGaveUp = whenAllGaveUp;
    }

    /** Logs later failures for the operator; until here the exception of the start reports them. */
    void started() {
        started = true;
    }

    @Override
    public void forked(Incarnation worker, String cause) {
        log(worker, "forked as process " + worker.pid().orElse(-1) + port(worker.port()) + ": " + cause);
        publish(new ClusterEvent.Forked(workerOf(worker), Instant.now(), cause, worker.recycling()));
    }

    @Override
    public void online(Incarnation worker, String cause) {
        publish(new ClusterEvent.Online(workerOf(worker), Instant.now(), cause));
    }

    @Override
    public void listening(Incarnation worker, InetSocketAddress address, String why) {
        publish(new ClusterEvent.Listening(workerOf(worker), Instant.now(), why, address));
    }

    @Override
    public void portOverdue(Incarnation worker, String what) {
        OPERATOR.warn("{}: {} {}", name, worker.label(), what);
    }

    @Override
    public void ready(Incarnation worker, String cause) {
        log(worker, "ready: " + cause);
        publish(new ClusterEvent.Ready(workerOf(worker), Instant.now(), cause));
    }

    @Override
    public void notReady(Incarnation worker, String cause) {
        log(worker, "not ready: " + cause);
        publish(new ClusterEvent.NotReady(workerOf(worker), Instant.now(), cause));
    }

    @Override
    public void disconnected(Incarnation worker, String cause) {
        publish(new ClusterEvent.Disconnected(workerOf(worker), Instant.now(), cause));
    }

    @Override
    public void exited(Incarnation worker, Exit exit) {
        String why = isDone(exit) ? "done (exit code 0)"
                : worker.stopReason().isEmpty() ? exit.toString() : exit + ": " + worker.stopReason();
        if (!isFailure(worker, exit)) {
            log(worker, "exited: " + why);
        } else if (started) {
            OPERATOR.warn("{}: {} exited: {}{}", name, worker.label(), why, lastOutput.sometimes(worker));
        } else {
            LOG.warn("{}: {} exited: {}{}", name, worker.label(), why, lastOutput.sometimes(worker));
        }
        publish(new ClusterEvent.Exited(workerOf(worker), Instant.now(), why, exit,
                workerOf(worker).session().threadDump()));
    }

    /** {@return whether a worker that may end, such as a job, has ended by itself with code 0, however soon} */
    private boolean isDone(Exit exit) {
        return restarts != RestartPolicy.When.ALWAYS && exit.status() == 0
                && (exit.cause() == Exit.Cause.NEVER_READY || exit.cause() == Exit.Cause.EXITED);
    }

    /** {@return whether the exit was not wanted, or not in this way; an unhealthy worker was logged before} */
    private boolean isFailure(Incarnation worker, Exit exit) {
        return switch (exit.cause()) {
            case CRASHED, START_TIMEOUT, CHANNEL_LOST -> true;
            case NEVER_READY -> !isDone(exit);
            case EXITED -> !worker.isStopRequested() && !isDone(exit);
            default -> false;
        };
    }

    @Override
    public void waiting(List<String> waits) {
        int more = waits.size() - MAX_NAMED;
        LOG.info("{}: waits for {}{}", name, String.join("; ", waits.subList(0, Math.min(waits.size(), MAX_NAMED))),
                more > 0 ? "; and for " + more + " more" : "");
    }

    @Override
    public void killedLate(Incarnation worker) {
        OPERATOR.warn("{}: {} has not exited within the kill time of its stopPolicy: SIGKILL", name, worker.label());
    }

    @Override
    public void restarting(Incarnation last, Duration delay, String cause) {
        log(last, "is replaced " + (delay.isZero() ? "at once" : "in " + delay.toMillis() + " ms") + ": " + cause);
        publish(new ClusterEvent.Restarting(workerOf(last), Instant.now(), cause, delay));
    }

    @Override
    public void gaveUp(Incarnation last, String cause) {
        OPERATOR.error(
                "{}: {} is given up: {}; other instances are not affected; scale(), a rollout,"
                        + " or restart() of its last worker starts it again{}",
                name, last.name(), cause, lastOutput.of(last));
        publish(new ClusterEvent.GaveUp(workerOf(last), Instant.now(), cause));
    }

    @Override
    public void allGaveUp(List<Incarnation> last) {
        OPERATOR.error("{}: no worker is left: {} given up; see the errors above", name,
                last.size() == 1 ? "the only instance is" : "all " + last.size() + " instances are");
        whenAllGaveUp.run();
    }

    @Override
    public void scaled(int from, int to) {
        LOG.info("{}: scaled from {} to {}", name, from, to);
        publish(new ClusterEvent.Scaled(Instant.now(), "scale was called", from, to));
    }

    @Override
    public void rolloutStarted(String cause) {
        LOG.info("{}: a rollout has started: {}", name, cause);
        publish(new ClusterEvent.RolloutStarted(Instant.now(), cause));
    }

    @Override
    public void rolloutDelayed(Incarnation worker, long delayNanos, String cause) {
        OPERATOR.warn("{}: the rollout retries in {} ms because a replacement has failed: {} {}{}", name,
                delayNanos / 1_000_000, worker.label(), cause, lastOutput.of(worker));
    }

    @Override
    public void rolloutFinished(Rollout rollout, Optional<Incarnation> failedWorker, String cause) {
        String revived = rollout.revived().isEmpty() ? ""
                : ", instances that had no serving worker, and their new workers: " + rollout.revived();
        switch (rollout.outcome()) {
            case SUCCEEDED ->
                    LOG.info("{}: the rollout is complete, workers replaced: {}{}", name, rollout.replaced(), revived);
            case FAILED -> OPERATOR.error("{}: the rollout has failed, {}: {}{}", name, kept(rollout),
                    rollout.failure().orElse(""),
                    failedWorker.map(lastOutput::of).orElse(""));
            case ABORTED -> LOG.warn("{}: the rollout was aborted, {}", name, kept(rollout));
            default -> LOG.info("{}: the rollout has ended: {}", name, rollout.failure().orElse(""));
        }
        publish(new ClusterEvent.RolloutFinished(Instant.now(), cause, rollout));
    }

    private static String kept(Rollout rollout) {
        return switch (rollout.kept()) {
            case 0 -> "no worker of the launch in force serves";
            case 1 -> "1 worker of the launch in force serves";
            default -> rollout.kept() + " workers of the launch in force serve";
        };
    }

    @Override
    public void stopped() {
        LOG.info("{}: stopped", name);
        publish(new ClusterEvent.Stopped(Instant.now(), "stop was called"));
        eventThread.end();
        whenStopped.run();
    }

    @Override
    public void stateChanged(Incarnation worker, String what) {
        LOG.debug("{}: {}: {}", name, worker.label(), what);
    }

    /** Publishes the last event after the control thread has failed; no other report follows. */
    void failed(String cause) {
        publish(new ClusterEvent.Stopped(Instant.now(), cause));
        eventThread.end();
    }

    private void log(Incarnation worker, String what) {
        LOG.info("{}: {} {}", name, worker.label(), what);
    }

    private void publish(ClusterEvent event) {
        eventThread.deliver(event);
    }

    private static String port(OptionalInt port) {
        return port.isPresent() ? ", port " + port.getAsInt() : "";
    }

    private static Worker workerOf(Incarnation worker) {
        return worker.handle().worker();
    }
}
