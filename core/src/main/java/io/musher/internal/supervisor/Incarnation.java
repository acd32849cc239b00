package io.musher.internal.supervisor;

import io.musher.Exit;
import io.musher.WorkerState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * One process in a slot, from the decision to start it to its end; never reused, so the object itself is the epoch.
 *
 * <p>Public methods may be called from any thread; everything else belongs to the supervisor's.
 */
public final class Incarnation {

    /** What it is and why, always told together. */
    private record Standing(WorkerState state, String reason) { }

    private final int id;
    private final boolean spare;
    private final int restarts;
    private final Map<String, String> environment;
    private final Object edition;
    private final CompletableFuture<Exit> exit = new CompletableFuture<>();
    private volatile Standing status;
    private volatile StartedProcess process;
    private volatile int port;
    private volatile boolean connected = true;
    private volatile Object attachment;
    private volatile String observed = "";

    final Slot slot;
    final ResettableTimer startTimer;
    final ResettableTimer aliveTimer;
    final ResettableTimer stopTimer;
    /** In a rollout, between seeming ready and being it. */
    final ResettableTimer soakTimer;
    boolean soaking;
    boolean soaked;
    /** What was heard before the news that the process runs. */
    final List<Runnable> beforeForked = new ArrayList<>();
    /** Why it ends, when that was decided here. */
    Exit.Cause cause;
    boolean saidHello;
    boolean online;
    boolean disconnectReported;
    /** Goodbye was said to it. */
    boolean goodbyeSent;
    boolean pausedByWorker;
    /** Fails a check of its readiness, or has not passed it yet. */
    boolean readinessFailing;
    /** It has said where it listens. */
    boolean claims;
    /** Its port has accepted, and does not any more. */
    boolean refuses;
    /** Until a port that refuses has to accept again. */
    final ResettableTimer grace;
    /** How. */
    String readinessFailure = "";
    /** What makes it ready when it is well. */
    String readyReason;
    /** It hangs, and is asked where, before it ends. */
    boolean awaitingThreadDump;
    boolean unresponsive;
    /** Its channel has ended unasked, and its own end is awaited for a while. */
    boolean outlives;
    private volatile String fault = "";
    private volatile boolean toldToEnd;
    /** It has drain hooks that have not ended. */
    boolean drainHooks;
    /** Its connections have ended or were cut. */
    boolean unconnected;
    boolean wasReady;
    long readyAt;
    /** It replaces one that was worn, and was so itself too soon. */
    boolean recycledTooSoon;

    Incarnation(int id, Slot slot, boolean spare, WorkerRegistry registry) {
        this.id = id;
        this.slot = slot;
        this.spare = spare;
        this.restarts = slot.restarts;
        this.environment = slot.environment;
        this.edition = slot.edition;
        this.readinessFailing = registry.config.hasReadinessCheck();
        this.status = new Standing(WorkerState.STARTING, slot.why);
        this.startTimer = registry.alarm();
        this.aliveTimer = registry.alarm();
        this.stopTimer = registry.alarm();
        this.soakTimer = registry.alarm();
        this.grace = registry.alarm();
    }

    /** {@return the worker's id, from 1, never reused} */
    public int id() {
        return id;
    }

    /** {@return the slot's number, from 0} */
    public int instance() {
        return slot.instance;
    }

    /** {@return whether it needs a spare port, because a living predecessor holds the instance's own} */
    public boolean sparePort() {
        return spare;
    }

    /** {@return how many replacements the restart policy had made in this slot, this one included} */
    public int restarts() {
        return restarts;
    }

    /** {@return what {@code fork} was given on top of the common environment} */
    public Map<String, String> environment() {
        return environment;
    }

    /** {@return what it is started from, as the supervisor was given it} */
    public Object edition() {
        return edition;
    }

    /** {@return the state} */
    public WorkerState state() {
        return status.state;
    }

    /** {@return why it is in this state} */
    public String why() {
        return status.reason;
    }

    /** {@return why it does or does not get traffic} */
    public String explain() {
        Standing now = status;
        String verdict = now.state == WorkerState.READY ? " gets traffic: " : " gets no traffic: ";
        return "worker " + id + " (instance " + instance() + ")" + verdict + now.state + ", " + now.reason
                + (isBooting() && !observed.isEmpty() ? "; " + observed : "");
    }

    /**
     * Keeps what was seen last of its port while it boots: why it is not ready.
     *
     * @param what in words, or empty
     */
    public void observed(String what) {
        observed = what;
    }

    /** {@return what was seen last of its port while it booted; perhaps empty} */
    String observed() {
        return observed;
    }

    /** {@return whether it is between spawn and ready; a probe of its port should go on so long} */
    public boolean isBooting() {
        WorkerState state = state();
        return state == WorkerState.STARTING || state == WorkerState.ONLINE;
    }

    /** {@return whether checks of its health count: it serves, or soaks; on the supervisor's thread} */
    public boolean isJudged() {
        WorkerState state = state();
        return state == WorkerState.READY || state == WorkerState.NOT_READY || soaking;
    }

    /** {@return whether it is between spawn and the beginning of its end; its health should be looked at so long} */
    public boolean isWorking() {
        WorkerState state = state();
        return isBooting() || state == WorkerState.READY || state == WorkerState.NOT_READY;
    }

    /** {@return why the primary ends it: which check of its liveness it failed, or what it lacked when its start timed out; empty if neither} */
    public String fault() {
        return fault;
    }

    /** {@return whether it was told to end, for whatever reason: then an exit with status 0 is what was wanted} */
    public boolean wasToldToEnd() {
        return toldToEnd;
    }

    /** {@return whether its process is still there, or on its way} */
    public boolean isAlive() {
        return state() != WorkerState.DEAD;
    }

    /**
     * {@return whether messages to it may still arrive: from the fork until it is disconnected; not for a mute command}
     */
    public boolean isConnected() {
        return connected;
    }

    /** {@return the process number, empty before the fork} */
    public OptionalLong pid() {
        StartedProcess spawned = process;
        return spawned == null ? OptionalLong.empty() : OptionalLong.of(spawned.pid());
    }

    /** {@return its port: the one it says it listens on, else the one it was given} */
    public OptionalInt port() {
        return port == 0 ? OptionalInt.empty() : OptionalInt.of(port);
    }

    /** {@return when it was forked, or null} */
    public Instant startedAt() {
        StartedProcess spawned = process;
        return spawned == null ? null : spawned.at();
    }

    /** {@return completes when it is reaped; fails when there never was a process} */
    public CompletableFuture<Exit> onExit() {
        return exit;
    }

    /**
     * Keeps what belongs to it, for whoever made the supervisor.
     *
     * @param object anything
     */
    public void attach(Object object) {
        attachment = object;
    }

    /** {@return what was attached, or null} */
    public Object attachment() {
        return attachment;
    }

    @Override
    public String toString() {
        return "worker " + id + " (instance " + instance() + ", " + state() + ")";
    }

    void setState(WorkerState state, String why) {
        status = new Standing(state, why);
    }

    void forked(StartedProcess spawned) {
        process = spawned;
        port = spawned.port().orElse(0);
    }

    boolean isForked() {
        return process != null;
    }

    boolean isCommand() {
        return process.command();
    }

    void port(int now) {
        port = now;
    }

    void connected(boolean now) {
        connected = now;
    }

    /** Whether a frame sent now can reach it. */
    boolean hasOpenChannel() {
        return saidHello && !disconnectReported && !goodbyeSent;
    }

    void toldToEnd() {
        toldToEnd = true;
    }

    void fault(String why) {
        fault = why;
    }

    void cancelTimers() {
        awaitingThreadDump = false;
        outlives = false;
        startTimer.cancel();
        aliveTimer.cancel();
        stopTimer.cancel();
        soakTimer.cancel();
        grace.cancel();
    }
}
