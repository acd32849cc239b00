package io.musher.internal.process;

import io.musher.Output;
import io.musher.balancer.Balancer;
import io.musher.internal.process.classdata.ClassDataCache;
import io.musher.internal.process.launch.ArgumentFile;
import io.musher.internal.process.launch.LaunchPlan;
import io.musher.internal.process.launch.SpawnRequest;
import io.musher.internal.process.os.OomScore;
import io.musher.internal.process.os.OrphanReaper;
import io.musher.internal.process.os.Platform;
import io.musher.internal.process.os.ProcessTableExecutor;
import io.musher.internal.process.os.ProcessTree;
import io.musher.internal.process.output.OutputPump;
import io.musher.internal.process.output.OutputSinks;
import io.musher.internal.process.output.OutputTail;
import io.musher.internal.process.output.PipeReopener;
import io.musher.internal.worker.ClassPreloader;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the worker processes of one cluster, one at a time, on the thread {@code <cluster>-spawn}. Thread safe; only
 * {@link #close()} blocks.
 */
public final class Spawner implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Spawner.class);

    /**
     * The grace period of workers without a channel when the primary has died; the same as for those with a channel.
     */
    private static final int GRACE_TENTHS = 50;
    private static final int DESTROY_ROUNDS = 10;
    private static final int DESTROY_SECONDS = 1;

    private final String cluster;
    private final String mark = Long.toHexString(ThreadLocalRandom.current().nextLong());
    private final SpawnThread thread;
    private final ProcessTableExecutor processTable;
    private final OrphanReaper reaper;
    private final OutputSinks sinks;
    private final ThreadFactory waiters;
    private final ClassDataCache classData;
    private final Set<WorkerProcess> alive = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * Creates a spawner.
     *
     * @param cluster the prefix of thread names and log lines
     * @param output the destination of the workers' output
     */
    public Spawner(String cluster, Output output) {
        this(cluster, output, ClassDataCache.of(cluster, Optional.empty()));
    }

    /**
     * Creates a spawner.
     *
     * @param cluster the prefix of thread names and log lines
     * @param output the destination of the workers' output
     * @param classData the class data that worker JVMs share
     */
    public Spawner(String cluster, Output output, ClassDataCache classData) {
        this(cluster, output, classData, GRACE_TENTHS, Spawner::daemon);
    }

    /**
     * @param graceTenths the time from SIGTERM to SIGKILL for workers whose primary has died, in tenths of a second
     * @param waiters creates the daemon threads that wait for the exit of workers
     */
    Spawner(String cluster, Output output, int graceTenths, ThreadFactory waiters) {
        this(cluster, output, ClassDataCache.of(cluster, Optional.empty()), graceTenths, waiters);
    }

    private Spawner(String cluster, Output output, ClassDataCache classData, int graceTenths, ThreadFactory waiters) {
        this.waiters = waiters;
        this.classData = classData;
        this.cluster = cluster;
        this.thread = new SpawnThread(cluster);
        this.processTable = new ProcessTableExecutor(cluster);
        this.reaper = new OrphanReaper(cluster, mark, graceTenths, processTable::run);
        this.sinks = new OutputSinks(cluster, output);
        if (ProcessHandle.current().pid() == 1) {
            LOG.warn(
                    "{}: this process is pid 1, and a JVM does not reap orphans: processes that workers leave behind"
                            + " stay as zombies;"
                            + " use an init, such as docker run --init",
                    cluster);
        }
    }

    /** {@return a daemon thread for a task} */
    static Thread daemon(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Starts a worker.
     *
     * @param request the worker to start
     * @return a future that completes on the spawn thread; exceptionally with an {@link IOException} if the process
     *     could not be started, or with an {@link IllegalStateException} after {@link #killAll} or {@link #close}
     */
    public CompletableFuture<WorkerProcess> spawn(SpawnRequest request) {
        CompletableFuture<WorkerProcess> started = new CompletableFuture<>();
        thread.run(() -> {
            try {
                if (closed) {
                    throw new IllegalStateException(cluster + " has been stopped");
                }
                started.complete(start(request));
            } catch (IOException | RuntimeException | Error e) {
                started.completeExceptionally(e);
            }
        });
        return started;
    }

    /**
     * Loads the classes needed for restarts and stops in the background, so that both work after the jar was
     * overwritten.
     *
     * @return a future of the number of classes loaded
     */
    public CompletableFuture<Integer> preload() {
        CompletableFuture<Integer> done = new CompletableFuture<>();
        Thread loader = new Thread(
                () -> done.complete(ClassPreloader.loadAll(Spawner.class) + ClassPreloader.loadAll(Balancer.class)
                        + ClassPreloader.loadAll(LoggerFactory.class)
                        + ClassPreloader.loadAll(LoggerFactory.getILoggerFactory().getClass())),
                cluster + "-preload");
        loader.setDaemon(true);
        loader.setPriority(Thread.MIN_PRIORITY);
        loader.start();
        return done;
    }

    /**
     * Measures workers; exited ones have used nothing.
     *
     * @return completes on any thread; with no results if the process table cannot be read
     */
    public CompletableFuture<Map<WorkerProcess, ProcessUsage>> usage(List<WorkerProcess> workers) {
        CompletableFuture<Map<WorkerProcess, ProcessUsage>> answer = new CompletableFuture<>();
        processTable.run(() -> {
            try {
                answer.complete(processTable.query(() -> ProcessUsage.of(workers), Map.of()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                answer.complete(Map.of());
            }
        });
        return answer;
    }

    /** {@return the class data that worker JVMs share} */
    public ClassDataCache classData() {
        return classData;
    }

    /** {@return the number of bytes of output dropped because the consumer was stuck} */
    public long droppedOutput() {
        return sinks.dropped();
    }

    /** {@return the thread on which processes are started} */
    SpawnThread thread() {
        return thread;
    }

    /** {@return how many workers were started and have not exited} */
    int alive() {
        return alive.size();
    }

    /** Sends SIGKILL to all workers immediately and refuses further starts. */
    public void killAll() {
        closed = true;
        alive.forEach(WorkerProcess::kill);
    }

    /**
     * Kills the remaining workers and releases all threads; blocks until the workers have exited, for some seconds at
     * most.
     */
    @Override
    public void close() {
        closed = true;
        CompletableFuture<Void> gone = new CompletableFuture<>();
        alive.forEach(WorkerProcess::kill); // in case a start in progress hangs
        thread.run(() -> { // after a start in progress
            alive.forEach(WorkerProcess::kill);
            CompletableFuture.allOf(alive.stream().map(WorkerProcess::onExit).toArray(CompletableFuture[]::new))
                    .whenComplete((done, failure) -> gone.complete(null));
        });
        try {
            gone.get(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("{}: not all workers could be killed: {}", cluster, alive);
        }
        classData.close();
        thread.close();
        reaper.close();
        processTable.close();
        sinks.close();
    }

    private WorkerProcess start(SpawnRequest request) throws IOException {
        PreparedProcess prepared = PreparedProcess.of(request, mark, classData);
        try {
            return start(request, prepared);
        } catch (IOException | RuntimeException | Error e) {
            prepared.discard();
            throw e;
        }
    }

    private WorkerProcess start(SpawnRequest request, PreparedProcess prepared) throws IOException {
        if (prepared.needsReaper()) {
            reaper.begin();
        }
        Process process = prepared.start();
        long id = Platform.SETSID.isPresent() ? -process.pid() : process.pid();
        ProcessTree tree = prepared.tree(process);
        try {
            Optional<ArgumentFile> arguments = prepared.arguments();
            OomScore.raise(process.pid());
            OutputTail tail = new OutputTail();
            OutputPump out = new OutputPump(output(request, process, 1), tail,
                    sinks.sink(request, process.pid(), false));
            OutputPump err = new OutputPump(output(request, process, 2), tail,
                    sinks.sink(request, process.pid(), true));
            WorkerProcess worker = new WorkerProcess(request, process, tree, processTable, reaper, tail,
                    CompletableFuture.allOf(out.done(), err.done()));
            if (prepared.needsReaper()) {
                reaper.watch(id);
            }
            out.start(cluster + "-out-" + request.workerId());
            err.start(cluster + "-err-" + request.workerId());
            alive.add(worker);
            worker.watch(waiters, cluster + "-wait-" + request.workerId(),
                    () -> arguments.ifPresent(file -> file.feed(process)),
                    end -> {
                        classData.exited(request.workerId(), end,
                                worker.isEndRequested() || !request.plan().saysHello());
                        reaper.forget(id);
                        alive.remove(worker);
                        arguments.ifPresent(ArgumentFile::delete);
                    });
            return worker;
        } catch (RuntimeException | Error e) { // out of memory, or no thread could be started
            alive.removeIf(worker -> worker.pid() == process.pid());
            reaper.forget(id);
            destroy(process, tree);
            throw e;
        }
    }

    /** Kills a process that could not be made a worker, and what it has started; needs no further thread. */
    private static void destroy(Process process, ProcessTree tree) {
        List<ProcessHandle> members = tree.members();
        process.destroyForcibly();
        try {
            process.waitFor(DESTROY_SECONDS, TimeUnit.SECONDS); // until its exit it may still fork
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        int rounds = 0;
        do {
            members.forEach(ProcessHandle::destroyForcibly);
            members = tree.members(); // they may have started others meanwhile
        } while (!members.isEmpty() && ++rounds < DESTROY_ROUNDS);
    }

    private static InputStream output(SpawnRequest request, Process process, int descriptor) {
        InputStream jdk = descriptor == 1 ? process.getInputStream() : process.getErrorStream();
        return request.plan().kind() == LaunchPlan.Kind.COMMAND ? PipeReopener.reopened(process, descriptor, jdk) : jdk;
    }
}
