package io.musher.internal.process;

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
 * A started worker: the process and whatever it starts in turn. No method blocks; any thread may call.
 *
 * <p>When the process is gone, what it leaves behind is killed, with one exception: behind a command that was asked to stop
 * its children may finish, until {@link #kill()}. Only when all is gone is the exit told.
 */
public final class WorkerProcess {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerProcess.class);

    /** Rounds of killing, 10 ms apart, after which somebody cannot be killed. */
    private static final int ROUNDS = 200;
    private static final long ROUND_MILLIS = 10;
    private static final long PEACE_MILLIS = 50;
    /** A daemon it left behind may hold its output open; so long is waited for the end of it. */
    private static final long OUTPUT_MILLIS = 300;

    private final SpawnRequest request;
    private final Process process;
    private final ProcessHandle leader; // unlike the process, it does not close our end of its output when it sends a signal
    private final ProcessTree tree;
    private final Looks looks;
    private final OrphanReaper guard;
    private final OutputTail tail;
    private final CompletableFuture<Void> output;
    private final Instant startedAt = Instant.now();
    private final CompletableFuture<Termination> exit = new CompletableFuture<>();
    private volatile boolean asked;
    private volatile boolean killed;
    private CompletableFuture<Long> measured = CompletableFuture.completedFuture(0L);

    WorkerProcess(SpawnRequest request, Process process, ProcessTree tree, Looks looks, OrphanReaper guard, OutputTail tail,
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

    /** {@return its process id} */
    public long pid() {
        return process.pid();
    }

    /** {@return its number} */
    public int workerId() {
        return request.workerId();
    }

    /** {@return the port it was given} */
    public OptionalInt port() {
        return request.portNumber();
    }

    /** {@return when it was started} */
    public Instant startedAt() {
        return startedAt;
    }

    /** {@return whether the process itself lives} */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** {@return completes when the process and all it started are gone and its output is read; on any thread} */
    public CompletableFuture<Termination> onExit() {
        return exit.copy();
    }

    /** {@return the last 64 KiB of its output and errors} */
    public String lastOutput() {
        return tail.text();
    }

    /** It was asked to stop on another way: what a command leaves behind may finish until {@link #kill()}. */
    public void stopRequested() {
        asked = true;
    }

    /** SIGTERM; for a command to all of its processes. Where there are no signals it is the end. */
    public void terminate() {
        asked = true;
        leader.destroy();
        if (isCommand()) {
            looks.run(() -> members().forEach(ProcessHandle::destroy));
        }
    }

    /** SIGKILL, to all it has started too. */
    public void kill() {
        killed = true;
        if (tree.hasSession()) {
            leader.destroyForcibly();
            looks.run(() -> members().forEach(ProcessHandle::destroyForcibly));
        } else {
            looks.run(() -> {
                List<ProcessHandle> members = members(); // not to be found any more when the leader is gone
                leader.destroyForcibly();
                members.forEach(ProcessHandle::destroyForcibly);
            });
        }
    }

    /**
     * Any signal; for a command to its process group. Takes as long as writing to the guard, or starting a {@code sh} where there is none.
     *
     * @param name such as {@code HUP} or {@code SIGHUP}
     * @throws IllegalArgumentException if there is no such signal
     * @throws UnsupportedOperationException if there are no signals here
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
     * Whether it, or something it started, listens on a port.
     *
     * @param port where some process listens
     * @return completes on any thread
     */
    public CompletableFuture<PortOwner> listensOn(int port) {
        CompletableFuture<PortOwner> answer = new CompletableFuture<>();
        looks.run(() -> answer.complete(ListeningSockets.listens(port, pids())));
        return answer;
    }

    /** {@return where it and what it started listen, in words; empty where that cannot be told; completes on any thread} */
    public CompletableFuture<String> listening() {
        CompletableFuture<String> answer = new CompletableFuture<>();
        looks.run(() -> answer.complete(ListeningSockets.seen(pids())));
        return answer;
    }

    private List<Long> pids() {
        List<Long> pids = new ArrayList<>(List.of(process.pid()));
        members().forEach(member -> pids.add(member.pid()));
        return pids;
    }

    /**
     * {@return bytes of resident memory, for a command those of all its processes; 0 where that cannot be told; completes on any
     * thread, and joins a look that is not over}
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
                bytes += members().stream().mapToLong(member -> ProcessTable.memory(member.pid())).sum();
            }
            answer.complete(bytes);
        });
        return answer.copy();
    }

    /**
     * Asks a JVM where its threads are.
     *
     * @return completes when it has said so, or cannot, or is gone; a JVM that answers nothing must be killed for that
     */
    public CompletableFuture<Optional<String>> threads() {
        return isCommand() ? CompletableFuture.completedFuture(Optional.empty()) : ThreadDump.of(this);
    }

    /** {@return what signals are sent to: a group, below zero, for a command that leads one} */
    long groupId() {
        return isCommand() && tree.hasSession() ? -process.pid() : process.pid();
    }

    /**
     * Waits for the end, on a thread of its own: the pool that {@link Process#onExit} uses is the user's, and may be busy.
     *
     * @param before runs there first, and may block as long as the process lives
     * @param afterwards runs when all is gone
     */
    void watch(String name, Runnable before, Runnable afterwards) {
        Thread waiter = new Thread(() -> {
            try {
                before.run();
                Termination end = Termination.of(process.waitFor());
                try {
                    settle();
                    afterwards.run();
                    awaitOutput();
                } finally {
                    exit.complete(end);
                }
            } catch (InterruptedException e) {
                LOG.debug("{}: nobody waits for it any more", request, e);
            }
        }, name);
        waiter.setDaemon(true);
        waiter.start();
    }

    /** Kills what it left behind, or waits for that. */
    private void settle() throws InterruptedException {
        if (!tree.hasSession()) {
            return;
        }
        List<ProcessHandle> left = looks.see(tree::members, List.of());
        for (int rounds = 0; !left.isEmpty() && rounds < ROUNDS;) {
            boolean inPeace = isCommand() && asked && !killed;
            if (!inPeace) {
                rounds++;
                left.forEach(ProcessHandle::destroyForcibly);
            }
            Thread.sleep(inPeace ? PEACE_MILLIS : ROUND_MILLIS);
            left = looks.see(tree::members, List.of());
        }
        if (!left.isEmpty()) {
            LOG.warn("{}: left behind processes that cannot be killed: {}", request, left.stream().map(ProcessHandle::pid).toList());
        }
    }

    private void awaitOutput() throws InterruptedException {
        try {
            output.get(OUTPUT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("{}: its output is held open by what it has started", request);
        }
    }

    /** Those alive, without the leader; waits for that. */
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
