package io.musher.internal.process;

import io.musher.internal.process.launch.LaunchPlan;
import io.musher.internal.process.launch.SpawnRequest;
import io.musher.internal.process.os.ListeningSockets;
import io.musher.internal.process.os.OrphanReaper;
import io.musher.internal.process.os.Platform;
import io.musher.internal.process.os.PortOwnership;
import io.musher.internal.process.os.ProcessTable;
import io.musher.internal.process.os.ProcessTableExecutor;
import io.musher.internal.process.os.ProcessTree;
import io.musher.internal.process.os.SignalNames;
import io.musher.internal.process.os.Termination;
import io.musher.internal.process.output.OutputTail;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A started worker: its process and all descendants. Sends signals, reports memory, ports and threads, and completes
 * {@link #onExit}. Thread safe; no method blocks, except that {@link #signal} may wait for a pipe.
 *
 * <p>When the worker process has exited, its remaining descendants are killed, with one exception: after a command was
 * asked to stop, its descendants may finish until {@link #kill()}. The exit is reported when no descendant is left.
 */
public final class WorkerProcess {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerProcess.class);

    /** SIGKILL is sent this many times, 10 ms apart, before the remaining processes are given up. */
    private static final int ROUNDS = 200;
    private static final long ROUND_MILLIS = 10;
    private static final long PEACE_MILLIS = 50;
    /** How long to wait for the end of the output after the exit: a daemon left behind may keep it open. */
    private static final long OUTPUT_MILLIS = 300;

    private final SpawnRequest request;
    private final Process process;
    /** Sends signals: unlike {@link Process}, a handle does not close our end of the output when it does. */
    private final ProcessHandle leader;
    private final ProcessTree tree;
    private final ProcessTableExecutor looks;
    private final OrphanReaper guard;
    private final OutputTail tail;
    private final CompletableFuture<Void> output;
    private final Instant startedAt = Instant.now();
    private final CompletableFuture<Void> processExit = new CompletableFuture<>();
    private final CompletableFuture<Termination> exit = new CompletableFuture<>();
    private volatile boolean asked;
    private volatile boolean killed;
    private CompletableFuture<Long> measured = CompletableFuture.completedFuture(0L);

    WorkerProcess(SpawnRequest request, Process process, ProcessTree tree, ProcessTableExecutor looks,
            OrphanReaper guard, OutputTail tail,
            CompletableFuture<Void> output) {
        this.request = request;
        this.process = process;
        this.leader = process.toHandle();
        this.tree = tree;
        this.looks = looks;
        this.guard = guard;
        this.tail = tail;
        this.output = output;
    }

    /** {@return the process id} */
    public long pid() {
        return process.pid();
    }

    /** {@return the worker id} */
    public int workerId() {
        return request.workerId();
    }

    /** {@return the port assigned to the worker, if any} */
    public OptionalInt port() {
        return request.portNumber();
    }

    /** {@return the start time} */
    public Instant startedAt() {
        return startedAt;
    }

    /** {@return whether the worker process itself is alive; its descendants do not count} */
    public boolean isAlive() {
        return process.isAlive();
    }

    /**
     * {@return a future that completes, on any thread, when the process and its descendants have exited and the output
     * was read}
     */
    public CompletableFuture<Termination> onExit() {
        return exit.copy();
    }

    /**
     * {@return a future that completes, on any thread, when the process itself has exited; its descendants may not
     * have}
     */
    public CompletableFuture<Void> onProcessExit() {
        return processExit.copy();
    }

    /** {@return the last 64 KiB of standard output and standard error} */
    public String lastOutput() {
        return tail.text();
    }

    /**
     * Records that the worker was asked to stop by other means: a command's descendants may finish until
     * {@link #kill()}.
     */
    public void stopRequested() {
        asked = true;
    }

    /**
     * Sends SIGTERM to a JVM, or to a command and its descendants. On systems without signals the process is killed.
     */
    public void terminate() {
        asked = true;
        leader.destroy();
        if (isCommand()) {
            looks.run(() -> members().forEach(ProcessHandle::destroy));
        }
    }

    /** Sends SIGKILL to the worker process and its descendants. */
    public void kill() {
        killed = true;
        if (tree.hasSession()) {
            leader.destroyForcibly();
            looks.run(() -> members().forEach(ProcessHandle::destroyForcibly));
        } else {
            looks.run(() -> {
                List<ProcessHandle> members = members(); // cannot be found after the exit of the leader
                leader.destroyForcibly();
                members.forEach(ProcessHandle::destroyForcibly);
            });
        }
    }

    /**
     * Sends any signal to a JVM, or to the process group of a command. Writes to the pipe of the {@link OrphanReaper},
     * or starts an {@code sh} if the reaper does not run.
     *
     * @param name such as {@code HUP} or {@code SIGHUP}
     * @throws IllegalArgumentException if the signal does not exist
     * @throws UnsupportedOperationException if the system has no signals, or no {@code sh} to send them
     */
    public void signal(String name) {
        String signal = SignalNames.name(name);
        if (signal.equals("KILL")) {
            leader.destroyForcibly();
        } else if (Platform.SH.isEmpty()) {
            throw new UnsupportedOperationException("signal " + name + ": there is no sh to send it");
        } else {
            if (process.isAlive()) {
                guard.signal(signal, groupId());
            }
        }
    }

    /**
     * Finds out whether the worker or one of its descendants listens on a port.
     *
     * @param port a port on which some process listens
     * @return a future that completes on any thread
     */
    public CompletableFuture<PortOwnership> listensOn(int port) {
        CompletableFuture<PortOwnership> answer = new CompletableFuture<>();
        looks.run(() -> answer.complete(ListeningSockets.listens(port, pids())));
        return answer;
    }

    /**
     * {@return a future that completes, on any thread, with a text about the ports on which the worker and its
     * descendants listen; empty where this cannot be determined}
     */
    public CompletableFuture<String> listening() {
        CompletableFuture<String> answer = new CompletableFuture<>();
        looks.run(() -> answer.complete(ListeningSockets.describe(pids())));
        return answer;
    }

    private List<Long> pids() {
        List<Long> pids = new ArrayList<>(List.of(process.pid()));
        members().forEach(handle -> pids.add(handle.pid()));
        return pids;
    }

    /**
     * {@return a future that completes, on any thread, with the resident memory in bytes; for a command including its
     * descendants; 0 where this cannot be determined} A call during a measurement returns the result of that
     * measurement.
     */
    public synchronized CompletableFuture<Long> memory() {
        if (!measured.isDone()) {
            return measured.copy();
        }
        CompletableFuture<Long> answer = new CompletableFuture<>();
        measured = answer;
        looks.run(() -> {
            long bytes = ProcessTable.memory(process.pid());
            if (isCommand()) {
                bytes += members().stream().mapToLong(handle -> ProcessTable.memory(handle.pid())).sum();
            }
            answer.complete(bytes);
        });
        return answer.copy();
    }

    /**
     * Requests a thread dump from a JVM.
     *
     * @return a future of the thread dump; empty for a command or a JVM that cannot provide one. If the JVM does not
     *     respond, the future completes only after the JVM was killed
     */
    public CompletableFuture<Optional<String>> threadDump() {
        return isCommand() ? CompletableFuture.completedFuture(Optional.empty()) : ThreadDump.of(this);
    }

    /**
     * {@return the target of signals: the negative process group of a command that leads a session, otherwise the
     * process id}
     */
    long groupId() {
        return isCommand() && tree.hasSession() ? -process.pid() : process.pid();
    }

    /**
     * Waits for the exit on a thread of its own: {@link Process#onExit} uses the common pool, which the user's program
     * may keep busy.
     *
     * @param before runs first on that thread; may block while the process is alive
     * @param afterwards runs when the process and its descendants have exited
     */
    void watch(String name, Runnable before, Runnable afterwards) {
        Thread waiter = new Thread(() -> {
            try {
                try {
                    before.run();
                } catch (RuntimeException | Error e) { // no memory: its end is to be noticed all the same
                    LOG.warn("{}: could not be given what it needs to start", request, e);
                }
                Termination termination = Termination.of(process.waitFor());
                processExit.complete(null);
                try {
                    settle();
                    afterwards.run();
                    awaitOutput();
                } finally {
                    exit.complete(termination);
                }
            } catch (InterruptedException e) {
                LOG.debug("{}: its exit is not awaited any more", request, e);
            }
        }, name);
        waiter.setDaemon(true);
        waiter.start();
    }

    /** Kills the descendants left behind or, after a command was asked to stop, waits for their exit. */
    private void settle() throws InterruptedException {
        if (!tree.hasSession()) {
            return;
        }
        List<ProcessHandle> remaining = looks.see(tree::members, List.of());
        for (int rounds = 0; !remaining.isEmpty() && rounds < ROUNDS;) {
            boolean mayFinish = isCommand() && asked && !killed;
            if (!mayFinish) {
                rounds++;
                remaining.forEach(ProcessHandle::destroyForcibly);
            }
            Thread.sleep(mayFinish ? PEACE_MILLIS : ROUND_MILLIS);
            remaining = looks.see(tree::members, List.of());
        }
        if (!remaining.isEmpty()) {
            LOG.warn("{}: left behind processes that cannot be killed: {}", request,
                    remaining.stream().map(ProcessHandle::pid).toList());
        }
    }

    private void awaitOutput() throws InterruptedException {
        try {
            output.get(OUTPUT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("{}: its output is held open by what it has started", request);
        }
    }

    /** Returns the descendants that are alive; blocks. */
    private List<ProcessHandle> members() {
        try {
            return looks.see(tree::members, List.of());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    private boolean isCommand() {
        return request.plan().kind() == LaunchPlan.Kind.COMMAND;
    }

    @Override
    public String toString() {
        return request + ", pid " + pid();
    }
}
