package io.musher.internal.supervisor;

import io.musher.Exit;
import io.musher.WorkerState;
import io.musher.balancer.loop.Nullable;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * One process in a slot, from the decision to start it until its exit. Never reused, so an event that refers to an
 * earlier process of the slot cannot be mistaken for one of the present process.
 *
 * <p>Public methods may be called from any thread, unless noted; everything else belongs to the control thread.
 */
public final class Incarnation {

    /** State and reason, published together so that readers on other threads see a consistent pair. */
    private record StateAndReason(WorkerState state, String reason) {}

    private final int id;
    private final boolean spare;
    private final int restarts;
    private final Map<String, String> environment;
    private final Generation generation;
    private final Optional<String> recycling;
    private final CompletableFuture<Exit> exit = new CompletableFuture<>();
    private volatile StateAndReason status;
    private volatile int port;
    /** Null until {@link #spawn}. */
    private volatile @Nullable WorkerHandle handle;
    private volatile String observed = "";

    final Slot slot;
    final ForkState fork = new ForkState();
    final ChannelState channel = new ChannelState();
    final ReadinessState readiness;
    final SoakState soak;
    final StopState stop;
    final ResettableTimer startTimer;
    final ResettableTimer minLifeTimer;
    private boolean online;
    private boolean wasReady;
    private long readyAt;

    Incarnation(int id, Slot slot, boolean spare, WorkerRegistry registry) {
        this.id = id;
        this.slot = slot;
        this.spare = spare;
        this.restarts = slot.restarts;
        this.environment = slot.environment;
        this.generation = slot.generation;
        this.recycling = slot.recycling;
        this.readiness = new ReadinessState(registry.config.hasReadinessCheck(), registry.config.warmsUp(),
                registry.newTimer());
        this.stop = new StopState(registry.newTimer());
        this.status = new StateAndReason(WorkerState.STARTING, slot.why);
        this.startTimer = registry.newTimer();
        this.minLifeTimer = registry.newTimer();
        this.soak = new SoakState(registry.newTimer());
    }

    /** {@return the worker's id, from 1, never reused} */
    public int id() {
        return id;
    }

    /** {@return the slot's number, from 0} */
    public int instance() {
        return slot.instance;
    }

    /** {@return the name of the slot's workers, such as {@code shop-1}} */
    public String name() {
        return slot.name;
    }

    /** {@return id and name as in {@code worker 8 (shop-1)}, by which messages name the worker} */
    public String label() {
        return "worker " + id + " (" + slot.name + ")";
    }

    /** {@return whether the worker needs a spare port, because an older process holds the instance's own port} */
    public boolean sparePort() {
        return spare;
    }

    /** {@return the number of restarts by the restart policy in this slot so far, including this worker} */
    public int restarts() {
        return restarts;
    }

    /** {@return the variables given to {@code fork} in addition to the common environment} */
    public Map<String, String> environment() {
        return environment;
    }

    /** {@return the generation that the worker is started from} */
    public Generation generation() {
        return generation;
    }

    /** {@return why the recycle policy replaces the former worker of the slot by this one; empty if it does not} */
    public Optional<String> recycling() {
        return recycling;
    }

    /** {@return the state} */
    public WorkerState state() {
        return status.state;
    }

    /** {@return the reason for the state} */
    public String why() {
        return status.reason;
    }

    /** {@return a sentence that says whether the worker gets traffic, and why} */
    public String explain() {
        StateAndReason current = status;
        String verdict = current.state == WorkerState.READY ? " gets traffic: " : " gets no traffic: ";
        return label() + verdict + current.state + ", "
                + whyAndObserved(current);
    }

    /** {@return why the worker is in its state, and while it boots, what was observed of its port} */
    String whyAndObserved() {
        return whyAndObserved(status);
    }

    private String whyAndObserved(StateAndReason current) {
        return current.reason + (isBooting() && !observed.isEmpty() ? "; " + observed : "");
    }

    /** Records the latest observation of the worker's port, as text; explains why a booting worker is not ready. */
    public void observed(String what) {
        observed = what;
    }

    /** {@return the latest observation of the port; may be empty} */
    String observed() {
        return observed;
    }

    /** {@return whether the worker is between spawn and ready, so that a probe of its port should continue} */
    public boolean isBooting() {
        WorkerState state = state();
        return state == WorkerState.STARTING || state == WorkerState.ONLINE;
    }

    /** {@return whether failed health checks count: the worker is READY, NOT_READY or soaking; control thread only} */
    public boolean countsFailedChecks() {
        WorkerState state = state();
        return state == WorkerState.READY || state == WorkerState.NOT_READY || soak.isRunning();
    }

    /** {@return whether the worker is booting, READY or NOT_READY, so that its health checks should continue} */
    public boolean isWorking() {
        WorkerState state = state();
        return isBooting() || state == WorkerState.READY || state == WorkerState.NOT_READY;
    }

    /**
     * {@return the failed liveness check, or what was missing at the start timeout, if the primary ends the worker for
     * one of these reasons; otherwise empty}
     */
    public String stopReason() {
        return stop.reason();
    }

    /**
     * {@return whether the primary asked the worker to stop, for any reason; an exit with status 0 is then expected}
     */
    public boolean isStopRequested() {
        return stop.isRequested();
    }

    /** {@return whether the process has not been reaped; true also while the process is being started} */
    public boolean isAlive() {
        return state() != WorkerState.DEAD;
    }

    /**
     * {@return whether messages to the worker may still arrive: true until the worker is disconnected; false for a
     * command without a channel}
     */
    public boolean isConnected() {
        return channel.isConnected();
    }

    /** {@return the process id, empty before the fork} */
    public OptionalLong pid() {
        Optional<StartedProcess> started = fork.process();
        return started.isPresent() ? OptionalLong.of(started.get().pid()) : OptionalLong.empty();
    }

    /** {@return the port given to listening(port) by the worker, otherwise the port assigned to the process} */
    public OptionalInt port() {
        return port == 0 ? OptionalInt.empty() : OptionalInt.of(port);
    }

    /** {@return the start time; empty before the fork} */
    public Optional<Instant> startedAt() {
        return fork.process().map(StartedProcess::startedAt);
    }

    /** {@return a future that completes when the process is reaped, and fails if the process could not be started} */
    public CompletableFuture<Exit> onExit() {
        return exit;
    }

    /** {@return controls the process; never null outside the supervisor} */
    public WorkerHandle handle() {
        // the registry creates no worker without spawning it in the same step
        return Objects.requireNonNull(handle);
    }

    @Override
    public String toString() {
        return "worker " + id + " (" + slot.name + ", " + state() + ")";
    }

    void setState(WorkerState state, String why) {
        status = new StateAndReason(state, why);
    }

    /** Starts the process of a new worker. */
    void spawn(ProcessEvents events, int instances) {
        handle = generation.spawn(this, events, instances);
    }

    /** Records that the process runs; {@link ForkState#runDeferred} is to follow. */
    void forked(StartedProcess started) {
        fork.done(started);
        port = started.port().orElse(0);
    }

    /** {@return whether the process runs a command; false before the fork} */
    boolean isCommand() {
        return fork.process().filter(StartedProcess::command).isPresent();
    }

    void port(int newPort) {
        port = newPort;
    }

    /** Records that the program runs; {@return false if that was known before} */
    boolean markOnline() {
        boolean isNew = !online;
        online = true;
        return isNew;
    }

    /** Records that the worker is ready; {@return false if it was ready before} */
    boolean markReady(long now) {
        boolean isNew = !wasReady;
        if (isNew) {
            wasReady = true;
            readyAt = now;
        }
        return isNew;
    }

    /** {@return whether the worker was ready at least once} */
    boolean wasReady() {
        return wasReady;
    }

    /** {@return whether the worker was ready first at least the given time ago} */
    boolean isReadySince(long now, long nanos) {
        return wasReady && now - readyAt >= nanos;
    }

    void cancelTimers() {
        stop.cancel();
        readiness.cancelTimer();
        startTimer.cancel();
        minLifeTimer.cancel();
        soak.cancel();
    }
}
