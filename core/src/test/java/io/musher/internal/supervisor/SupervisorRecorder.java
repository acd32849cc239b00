package io.musher.internal.supervisor;

import io.musher.Exit;
import io.musher.Rollout;
import io.musher.Worker;
import io.musher.balancer.loop.Timers;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;

/** Writes down what a supervisor does and tells, on a virtual clock; callbacks run at once, dice show 0. */
class SupervisorRecorder implements Actions, SupervisorListener, TestGeneration.Host {

    final List<String> actions = new ArrayList<>();
    /** Ids of workers after which another start is worth a try. */
    final Set<Integer> startsDifferently = new HashSet<>();
    final List<String> reports = new ArrayList<>();
    final List<Incarnation> spawned = new ArrayList<>();
    final Timers timers = new Timers();
    final Map<Integer, Integer> loads = new HashMap<>();
    Limit limit = Limit.NONE;
    List<Incarnation> published = List.of();
    Exit exit;
    boolean hasPorts;
    final List<Incarnation> checked = new ArrayList<>();
    final List<Runnable> portChecks = new ArrayList<>();
    List<String> waits = List.of();
    Duration delay;
    long now;

    @Override
    public WorkerHandle spawn(Incarnation worker) {
        spawned.add(worker);
        actions.add("spawn " + worker.id());
        return new RecordedHandle(worker);
    }

    @Override
    public void publish(List<Incarnation> ready) {
        published = ready;
        actions.add("publish " + ready.stream().map(Incarnation::id).toList());
    }

    @Override
    public void stopAccepting() {
        actions.add("stop accepting");
    }

    @Override
    public ToIntFunction<Incarnation> loads() {
        return worker -> loads.getOrDefault(worker.id(), 0);
    }

    @Override
    public Limit limit() {
        return limit;
    }

    @Override
    public Timers.Timer schedule(long delayNanos, Runnable task) {
        return timers.set(now + delayNanos, task);
    }

    @Override
    public void cancel(Timers.Timer timer) {
        timers.cancel(timer);
    }

    @Override
    public void callback(Runnable completion) {
        completion.run();
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public double random() {
        return 0;
    }

    @Override
    public void forked(Incarnation worker, String cause) {
        reports.add("forked " + worker.id());
    }

    @Override
    public void online(Incarnation worker, String cause) {
        reports.add("online " + worker.id());
    }

    @Override
    public void listening(Incarnation worker, InetSocketAddress address, String why) {
        reports.add("listening " + worker.id() + " " + address.getPort());
    }

    @Override
    public void ready(Incarnation worker, String cause) {
        reports.add("ready " + worker.id());
    }

    @Override
    public void notReady(Incarnation worker, String cause) {
        reports.add("not ready " + worker.id());
    }

    @Override
    public void disconnected(Incarnation worker, String cause) {
        reports.add("disconnected " + worker.id());
    }

    @Override
    public void exited(Incarnation worker, Exit how) {
        exit = how;
        reports.add("exited " + worker.id());
    }

    @Override
    public void restarting(Incarnation last, Duration after, String cause) {
        delay = after;
        reports.add("restarting " + last.id() + " " + after.toMillis());
    }

    @Override
    public void gaveUp(Incarnation last, String cause) {
        reports.add("gave up " + last.id());
    }

    @Override
    public void allGaveUp(List<Incarnation> last) {
        reports.add("all gave up " + last.stream().map(Incarnation::id).toList());
    }

    @Override
    public void waiting(List<String> waits) {
        this.waits = waits;
    }

    @Override
    public void scaled(int from, int to) {
        reports.add("scaled " + from + " " + to);
    }

    @Override
    public void rolloutStarted(String cause) {
        reports.add("rollout: " + cause);
    }

    @Override
    public void rolloutDelayed(Incarnation worker, long delayNanos, String cause) {
        reports.add("rollout delayed by " + worker.id() + " " + delayNanos / 1_000_000);
    }

    @Override
    public void rolloutFinished(Rollout result, Optional<Incarnation> failedWorker, String cause) {
        reports.add("rollout " + (result.failure().isEmpty() ? "done" : "failed") + " " + result.replaced());
    }

    @Override
    public void stopped() {
        reports.add("stopped");
    }

    @Override
    public void stateChanged(Incarnation worker, String what) {}

    /** Whether processes have ended without a report so far. */
    boolean processesEnded;

    /** Records what is done to one worker. */
    private final class RecordedHandle implements WorkerHandle {

        private final Incarnation incarnation;

        private RecordedHandle(Incarnation incarnation) {
            this.incarnation = incarnation;
        }

        @Override
        public Worker worker() {
            throw new UnsupportedOperationException("the supervisor only passes it on");
        }

        @Override
        public boolean isProcessAlive() {
            return !processesEnded;
        }

        @Override
        public String lastOutput() {
            return "output of " + incarnation.id();
        }

        @Override
        public String advice() {
            return "";
        }

        @Override
        public boolean startsDifferentlyNextTime() {
            return startsDifferently.remove(incarnation.id());
        }

        @Override
        public void drain(Duration deadline) {
            actions.add("drain " + incarnation.id() + " " + deadline.toMillis());
        }

        @Override
        public void sendDrain() {
            actions.add("drain frame " + incarnation.id());
        }

        @Override
        public void sendDisconnect() {
            actions.add("disconnect frame " + incarnation.id());
        }

        @Override
        public void sendStop() {
            actions.add("stop frame " + incarnation.id());
        }

        @Override
        public void closeChannel() {
            actions.add("close " + incarnation.id());
        }

        @Override
        public void terminate() {
            actions.add("SIGTERM " + incarnation.id());
        }

        @Override
        public void kill() {
            actions.add("SIGKILL " + incarnation.id());
        }

        @Override
        public void requestThreadDump() {
            actions.add("examine " + incarnation.id());
        }

        @Override
        public void warmUp() {
            actions.add("warm up " + incarnation.id());
        }

        @Override
        public boolean checkPort(Runnable done) {
            if (hasPorts) {
                checked.add(incarnation);
                portChecks.add(done);
            }
            return hasPorts;
        }
    }
}
