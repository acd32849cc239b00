package io.musher.internal.process;

import io.musher.internal.process.launch.SpawnRequest;
import io.musher.internal.process.os.ProcessTableExecutor;
import io.musher.internal.process.os.ProcessTree;
import io.musher.internal.process.os.Termination;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the exit of one worker process, kills the descendants it has left behind, and reads its output to the end.
 * Uses a thread of its own: {@link Process#onExit} uses the common pool, which the user's program may keep busy.
 */
final class ExitWatch {

    private static final Logger LOG = LoggerFactory.getLogger(ExitWatch.class);

    /** SIGKILL is sent this many times, 10 ms apart, before the remaining processes are given up. */
    private static final int MAX_ROUNDS = 200;
    private static final long ROUND_MILLIS = 10;
    private static final long FINISH_POLL_MILLIS = 50;
    /** How long to wait for the end of the output after the exit: a daemon left behind may keep it open. */
    private static final long OUTPUT_MILLIS = 300;

    private final SpawnRequest request;
    private final Process process;
    private final ProcessTree tree;
    private final ProcessTableExecutor processTable;
    private final CompletableFuture<Void> output;
    private final BooleanSupplier mayFinish;
    private final CompletableFuture<Void> processExit = new CompletableFuture<>();
    private final CompletableFuture<Termination> exit = new CompletableFuture<>();

    /**
     * Creates a watch; {@link #start} starts its thread.
     *
     * @param output completes at the end of the output
     * @param mayFinish whether descendants may outlive the process; evaluated repeatedly
     */
    ExitWatch(SpawnRequest request, Process process, ProcessTree tree, ProcessTableExecutor processTable,
            CompletableFuture<Void> output, BooleanSupplier mayFinish) {
        this.request = request;
        this.process = process;
        this.tree = tree;
        this.processTable = processTable;
        this.output = output;
        this.mayFinish = mayFinish;
    }

    /** {@return a future of the exit of the process itself; its descendants may be alive} */
    CompletableFuture<Void> onProcessExit() {
        return processExit.copy();
    }

    /** {@return a future of the exit of the process and its descendants; the output has been read} */
    CompletableFuture<Termination> onExit() {
        return exit.copy();
    }

    /**
     * Starts the thread.
     *
     * @param before runs first on that thread; may block while the process is alive
     * @param afterwards runs when the process and its descendants have exited, with how the process ended
     */
    void start(ThreadFactory threads, String name, Runnable before, Consumer<Termination> afterwards) {
        Thread waiter = threads.newThread(() -> {
            try {
                run(before, afterwards);
            } catch (InterruptedException e) {
                LOG.debug("{}: its exit is not awaited any more", request, e);
            }
        });
        waiter.setName(name);
        waiter.start();
    }

    private void run(Runnable before, Consumer<Termination> afterwards) throws InterruptedException {
        try {
            before.run();
        } catch (RuntimeException | Error e) { // out of memory: the exit must be reported all the same
            LOG.warn("{}: passing the arguments to the process failed", request, e);
        }
        Termination termination = Termination.of(process.waitFor());
        processExit.complete(null);
        try {
            endDescendants();
            afterwards.accept(termination);
            awaitOutput();
        } finally {
            exit.complete(termination);
        }
    }

    private void endDescendants() throws InterruptedException {
        if (!tree.hasSession()) {
            return;
        }
        List<ProcessHandle> remaining = processTable.query(tree::members, List.of());
        for (int rounds = 0; !remaining.isEmpty() && rounds < MAX_ROUNDS;) {
            boolean mayWait = mayFinish.getAsBoolean();
            if (!mayWait) {
                rounds++;
                remaining.forEach(ProcessHandle::destroyForcibly);
            }
            Thread.sleep(mayWait ? FINISH_POLL_MILLIS : ROUND_MILLIS);
            remaining = processTable.query(tree::members, List.of());
        }
        if (!remaining.isEmpty()) {
            LOG.warn("{}: these processes that it left behind cannot be killed: {}", request,
                    remaining.stream().map(ProcessHandle::pid).toList());
        }
    }

    private void awaitOutput() throws InterruptedException {
        try {
            output.get(OUTPUT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("{}: a process that it has started keeps its output open; not waiting for the end of the output",
                    request);
        }
    }
}
