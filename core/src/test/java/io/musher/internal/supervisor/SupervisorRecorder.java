package io.musher.internal.supervisor;

import io.musher.Exit;
import io.musher.balancer.loop.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/** Writes down what a supervisor does and tells, on a virtual clock; callbacks run at once, dice show 0. */
class SupervisorRecorder implements Actions, SupervisorListener {

    final List<String> deeds = new ArrayList<>();
    final List<String> news = new ArrayList<>();
    final List<Incarnation> spawned = new ArrayList<>();
    final Timers timers = new Timers();
    final Map<Integer, Integer> loads = new HashMap<>();
    Limit limit = Limit.NONE;
    List<Incarnation> published = List.of();
    Exit exit;
    boolean hasPorts;
    List<Incarnation> checked = List.of();
    List<String> waits = List.of();
    Duration delay;
    long now;

    @Override
    public void spawn(Incarnation worker) {
        spawned.add(worker);
        deeds.add("spawn " + worker.id());
    }

    @Override
    public void publish(List<Incarnation> ready) {
        published = ready;
        deeds.add("publish " + ready.stream().map(Incarnation::id).toList());
    }

    @Override
    public void stopAccepting() {
        deeds.add("stop accepting");
    }

    @Override
    public void drain(Incarnation worker, Duration deadline) {
        deeds.add("drain " + worker.id() + " " + deadline.toMillis());
    }

    @Override
    public void sendDrain(Incarnation worker) {
        deeds.add("drain frame " + worker.id());
    }

    @Override
    public void sendDisconnect(Incarnation worker) {
        deeds.add("disconnect frame " + worker.id());
    }

    @Override
    public void sendStop(Incarnation worker) {
        deeds.add("stop frame " + worker.id());
    }

    @Override
    public void closeChannel(Incarnation worker) {
        deeds.add("close " + worker.id());
    }

    @Override
    public void terminate(Incarnation worker) {
        deeds.add("SIGTERM " + worker.id());
    }

    @Override
    public void kill(Incarnation worker) {
        deeds.add("SIGKILL " + worker.id());
    }

    @Override
    public void requestThreadDump(Incarnation worker) {
        deeds.add("examine " + worker.id());
    }

    @Override
    public boolean checkPorts(List<Incarnation> workers) {
        checked = workers;
        return hasPorts;
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
        news.add("forked " + worker.id());
    }

    @Override
    public void online(Incarnation worker, String cause) {
        news.add("online " + worker.id());
    }

    @Override
    public void listening(Incarnation worker, int port) {
        news.add("listening " + worker.id() + " " + port);
    }

    @Override
    public void ready(Incarnation worker, String cause) {
        news.add("ready " + worker.id());
    }

    @Override
    public void notReady(Incarnation worker, String cause) {
        news.add("not ready " + worker.id());
    }

    @Override
    public void disconnected(Incarnation worker, String cause) {
        news.add("disconnected " + worker.id());
    }

    @Override
    public void exited(Incarnation worker, Exit how) {
        exit = how;
        news.add("exited " + worker.id());
    }

    @Override
    public void restarting(Incarnation last, Duration after, String cause) {
        delay = after;
        news.add("restarting " + last.id() + " " + after.toMillis());
    }

    @Override
    public void gaveUp(Incarnation last, String cause) {
        news.add("gave up " + last.id());
    }

    @Override
    public void allGaveUp(List<Incarnation> last) {
        news.add("all gave up " + last.stream().map(Incarnation::id).toList());
    }

    @Override
    public void waiting(List<String> waits) {
        this.waits = waits;
    }

    @Override
    public void scaled(int from, int to) {
        news.add("scaled " + from + " " + to);
    }

    @Override
    public void rolloutStarted(String cause) {
        news.add("rollout: " + cause);
    }

    @Override
    public void rolloutDelayed(Incarnation worker, long delayNanos, String cause) {
        news.add("rollout delayed by " + worker.id() + " " + delayNanos / 1_000_000);
    }

    @Override
    public void rolloutFinished(RolloutResult result, String cause) {
        news.add("rollout " + (result.failure().isEmpty() ? "done" : "failed") + " " + result.replaced());
    }

    @Override
    public void stopped() {
        news.add("stopped");
    }

    @Override
    public void stateChanged(Incarnation worker, String what) {}
}
