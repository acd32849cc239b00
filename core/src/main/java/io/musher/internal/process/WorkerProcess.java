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
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;

/**
 * A started worker: its process and all descendants. Sends signals, reports memory, ports and threads, and completes
 * {@link #onExit}. Thread safe; no method blocks.
 *
 * <p>When the worker process has exited, its remaining descendants are killed, with one exception: after a command was
 * asked to stop, its descendants may finish until {@link #kill()}. The exit is reported when no descendant is left.
 */
public final class WorkerProcess {

    private final SpawnRequest request;
    private final Process process;
    /** Sends signals: unlike {@link Process}, a handle does not close our end of the output when it does. */
    private final ProcessHandle leader;
    private final ProcessTree tree;
    private final ProcessTableExecutor processTable;
    private final OrphanReaper reaper;
    private final OutputTail tail;
    private final ExitWatch exits;
    private final Instant startedAt = Instant.now();
    private volatile boolean stopRequested;
    private volatile boolean killed;
    private CompletableFuture<Long> measured = CompletableFuture.completedFuture(0L);

    WorkerProcess(SpawnRequest request, Process process, ProcessTree tree, ProcessTableExecutor processTable,
            OrphanReaper reaper, OutputTail tail,
            CompletableFuture<Void> output) {
        this.request = request;
        this.process = process;
        this.leader = process.toHandle();
        this.tree = tree;
        this.processTable = processTable;
        this.reaper = reaper;
        this.tail = tail;
        this.exits = new ExitWatch(request, process, tree, processTable, output,
                () -> isCommand() && stopRequested && !killed);
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
        return exits.onExit();
    }

    /**
     * {@return a future that completes, on any thread, when the process itself has exited; its descendants may not
     * have}
     */
    public CompletableFuture<Void> onProcessExit() {
        return exits.onProcessExit();
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
        stopRequested = true;
    }

    /**
     * Sends SIGTERM to a JVM, or to a command and its descendants. On systems without signals the process is killed.
     */
    public void terminate() {
        stopRequested = true;
        leader.destroy();
        if (isCommand()) {
            processTable.run(() -> members().forEach(ProcessHandle::destroy));
        }
    }

    /** {@return whether the primary has asked the worker to stop, or killed it} */
    boolean isEndRequested() {
        return stopRequested || killed;
    }

    /** Sends SIGKILL to the worker process and its descendants. */
    public void kill() {
        killed = true;
        if (tree.hasSession()) {
            leader.destroyForcibly();
            processTable.run(() -> members().forEach(ProcessHandle::destroyForcibly));
        } else {
            processTable.run(() -> {
                List<ProcessHandle> members = members(); // cannot be found after the exit of the leader
                leader.destroyForcibly();
                members.forEach(ProcessHandle::destroyForcibly);
            });
        }
    }

    /**
     * Sends any signal to a JVM, or to the process group of a command, by the {@link OrphanReaper}. KILL ends the
     * descendants too, as {@link #kill()} does.
     *
     * @param name such as {@code HUP} or {@code SIGHUP}
     * @throws IllegalArgumentException if the signal does not exist
     * @throws UnsupportedOperationException if the system has no signals, or no {@code sh} to send them
     */
    public void signal(String name) {
        String signal = SignalNames.name(name);
        if (signal.equals("KILL")) {
            kill();
        } else if (Platform.SH.isEmpty()) {
            throw new UnsupportedOperationException(
                    "signal " + name + ": sending it requires sh, which is not installed");
        } else {
            if (process.isAlive()) {
                reaper.signal(signal, groupId());
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
        processTable.run(() -> {
            try {
                answer.complete(ListeningSockets.listens(port, process.pid(), this::descendants));
            } catch (RuntimeException | Error e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    /**
     * {@return a future that completes, on any thread, with a text about the ports on which the worker and its
     * descendants listen; empty where this cannot be determined}
     */
    public CompletableFuture<String> listening() {
        CompletableFuture<String> answer = new CompletableFuture<>();
        processTable.run(() -> answer.complete(ListeningSockets.describe(pids())));
        return answer;
    }

    private List<Long> pids() {
        List<Long> pids = new ArrayList<>(List.of(process.pid()));
        pids.addAll(descendants());
        return pids;
    }

    private List<Long> descendants() {
        return members().stream().map(ProcessHandle::pid).toList();
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
        processTable.run(() -> {
            long bytes = ProcessTable.memory(process.pid());
            if (isCommand()) {
                bytes += members().stream().mapToLong(handle -> ProcessTable.memory(handle.pid())).sum();
            }
            answer.complete(bytes);
        });
        return answer.copy();
    }

    /** {@return whether {@link #family} needs the sessions} */
    boolean usesSession() {
        return isCommand() && tree.hasSession();
    }

    /** {@return the process; for a command with all processes in its session, as the process table says} */
    List<ProcessHandle> family(Map<Long, List<Long>> sessions) {
        List<ProcessHandle> family = new ArrayList<>(List.of(leader));
        if (isCommand() && !tree.hasSession()) {
            leader.descendants().forEach(family::add);
        } else if (isCommand()) {
            sessions.getOrDefault(pid(), List.of()).stream().filter(pid -> pid != pid())
                    .flatMap(pid -> ProcessHandle.of(pid).stream()).forEach(family::add);
        }
        return family;
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
     * Starts to wait for the exit.
     *
     * @param before runs first on the new thread; may block while the process is alive
     * @param afterwards runs when the process and its descendants have exited, with how the process ended
     */
    void watch(ThreadFactory threads, String name, Runnable before, Consumer<Termination> afterwards) {
        exits.start(threads, name, before, afterwards);
    }

    /** Returns the descendants that are alive; blocks. */
    private List<ProcessHandle> members() {
        try {
            return processTable.query(tree::members, List.of());
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
