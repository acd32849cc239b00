package io.musher.ops.internal.run;

import io.musher.balancer.loop.Nullable;
import io.musher.balancer.loop.Signals;
import io.musher.ops.internal.control.ControlException;
import io.musher.ops.internal.control.EventLog;
import io.musher.ops.internal.control.Home;
import io.musher.ops.internal.control.LogMemory;
import io.musher.ops.internal.control.UnixDoor;
import io.musher.ops.internal.file.FileProblems;
import io.musher.ops.internal.file.FileSpec;
import io.musher.ops.internal.log.LogFiles;
import io.musher.ops.internal.log.ProcessLog;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the {@link FileProcesses} of a file, until nothing is left to run or the process is asked to end; clients
 * control it meanwhile. Owns the end: signals, the control endpoint, the order of closing. Thread-safe.
 */
public final class Primary implements Controlled {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.ops");

    /** How often it is looked whether anything is left to run, beside after each event. */
    private static final long LOOK_MILLIS = 10_000;
    /** How soon it is looked again after an event. */
    private static final long SETTLE_MILLIS = 100;
    /** What stopping may take beyond the times of the file. */
    private static final long MARGIN_SECONDS = 15;

    /** Reads the config again. */
    public interface Source {

        /** {@return the file as it is now} */
        FileSpec read() throws FileProblems;
    }

    /**
     * How a primary runs.
     *
     * @param detached whether it has no terminal: output goes to files, and it stays for some time while something
     *     has failed, so that clients can ask why
     * @param linger how long a detached primary stays in which nothing was ever ready and all has been given up
     * @param once whether programs run once: the exit code is then theirs
     * @param source reads the file again for reloads
     * @param version the version of Musher, for clients
     */
    public record Options(boolean detached, Duration linger, boolean once, Source source, String version) {}

    private final Options options;
    private final PrintStream out;
    private final PrintStream err;
    private final Home home;
    private final String boot = UUID.randomUUID().toString();
    private final Instant startedAt = Instant.now();
    private final LogFiles logs = new LogFiles();
    private final EventLog events = new EventLog();
    private final LogMemory memory = new LogMemory();
    private final CronTimer timer = new CronTimer(Clock.systemDefaultZone());
    private final Commands commands;
    private final FileProcesses processes;
    private final PrimaryLog log;
    final PrimaryEnd ownEnd;
    private final Semaphore changes = new Semaphore(0);
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private volatile CompletableFuture<?> firstStart = CompletableFuture.completedFuture(null);
    private volatile boolean stopRequested;
    private volatile boolean stopsForOutput;
    private boolean ended;
    private @Nullable UnixDoor door;

    /** Creates a primary; nothing runs yet. */
    public Primary(FileSpec file, Options options, Home home, PrintStream out, PrintStream err) {
        this.options = options;
        this.home = home;
        this.out = out;
        this.err = err;
        commands = new Commands(this, events, memory);
        ConsoleFailures console = new ConsoleFailures(options.detached(), this::stopForOutput);
        Context context = new Context(events, memory, timer,
                spec -> new ProcessLog(
                        options.detached() ? spec.logger().detached(home.folder(file.name()).resolve("logs"))
                                : spec.logger(),
                        logs, out, err, Clock.systemDefaultZone(), console::notWritten),
                file.watcher(), this::countsAsChange,
                options.detached() ? PrimaryJvm.flags(System.getenv()) : List.of(),
                changes::release);
        processes = new FileProcesses(file, options.source(), context);
        ownEnd = new PrimaryEnd(options, processes, err);
        log = new PrimaryLog(home.folder(file.name()).resolve("primary.log"), () -> processes.file().logger());
    }

    /**
     * Runs everything and waits for its end. SIGTERM and SIGINT stop all processes at the same time and then end the
     * JVM; SIGHUP does too if there is a terminal, and otherwise reloads. So does, if there is a terminal, the end of
     * what reads the output, as in {@code run | head}; without one, what reads it is not the user.
     *
     * @return 0 when nothing is left to run or a client has stopped it, 1 when the output is not read any more, or when
     *     something could not be started, was given up, or failed and is not restarted, or when another primary of this
     *     name runs; the exit code of a program that failed and is not restarted if it is the only process; if programs
     *     run once, the exit code of the first process in the file that has failed
     * @throws InterruptedException if the thread is interrupted; all is stopped then
     */
    public int run() throws InterruptedException {
        FileSpec file = processes.file();
        UnixDoor opened;
        try {
            opened = UnixDoor.open(home, file.name(), file.config(), file.control().socket(), file.control().group(),
                    commands);
        } catch (IOException e) {
            err.println("musher: " + e.getMessage());
            return 1;
        }
        door = opened;
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "musher-stop"));
        if (!ConsoleFailures.hasTerminal()) {
            Signals.handle("HUP", this::reloadAfterHangup);
        }
        if (options.detached()) {
            log.start();
        }
        try {
            firstStart = startAll();
            opened.start();
            LOG.info("\"{}\" is controlled at {}", file.name(), opened.path());
            boolean changed = true;
            while (!stopRequested && !ownEnd.isOver(System.nanoTime())) {
                // the statistics may show a change a moment after its event
                changed = changes.tryAcquire(changed ? SETTLE_MILLIS : LOOK_MILLIS, TimeUnit.MILLISECONDS);
                changes.drainPermits();
            }
            return stopsForOutput ? 1 : stopRequested ? 0 : ownEnd.exitCode();
        } finally {
            end();
        }
    }

    @Override
    public Collection<ManagedProcess> processes() {
        return processes.all();
    }

    @Override
    public boolean isStopping() {
        return stopRequested;
    }

    @Override
    public Map<String, Object> description() {
        return StatusReport.ofPrimary(options.version(), boot, processes.file().name(), startedAt,
                processes.file().config());
    }

    @Override
    public CompletableFuture<?> startAll() {
        return processes.startAll();
    }

    @Override
    public CompletableFuture<?> firstStart() {
        return firstStart;
    }

    @Override
    public CompletableFuture<?> stopAll() {
        stopRequested = true;
        changes.release();
        return stopped;
    }

    @Override
    public CompletableFuture<?> restart(List<String> ids) throws ControlException {
        return processes.restart(ids);
    }

    @Override
    public CompletableFuture<?> reload(List<String> ids) throws ControlException {
        return processes.reload(ids);
    }

    private void reloadAfterHangup() {
        Thread thread = new Thread(() -> {
            LOG.info("SIGHUP: reload");
            try {
                reload(List.of()).join();
            } catch (ControlException | RuntimeException e) {
                LOG.error("reload failed: {}", Commands.failure(e).getMessage());
            }
        }, "musher-reload");
        thread.setDaemon(true);
        thread.start();
    }

    private void stopForOutput() {
        stopsForOutput = true;
        stopAll();
    }

    /** Own logs and pid files are no changes of the program. */
    private boolean countsAsChange(Path path) {
        Set<Path> own = logs.paths();
        boolean isLog = own.stream().anyMatch(log -> path.toString().startsWith(log.toString()));
        FileSpec file = processes.file();
        boolean isPidFile = file.processes().stream().anyMatch(spec -> spec.pidFile().isPresent()
                && spec.pidFile().get().resolveSibling(path.getFileName()).equals(path)
                && path.toString().endsWith(".pid"));
        return !isLog && !isPidFile && file.watcher().counts(path.toString().replace('\\', '/'));
    }

    private synchronized void end() {
        if (ended) {
            return;
        }
        ended = true;
        stopRequested = true;
        changes.release();
        CompletableFuture<?>[] ends = processes().stream().map(ManagedProcess::stop).toArray(CompletableFuture[]::new);
        long seconds = processes().stream().mapToLong(process -> process.stopLimit().toSeconds()).max().orElse(0)
                + MARGIN_SECONDS;
        try {
            CompletableFuture.allOf(ends).get(seconds, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            LOG.error("not everything has stopped within {} s", seconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            LOG.debug("a process ended by a failure", e);
        }
        stopped.complete(null);
        UnixDoor open = door;
        if (open != null) {
            open.close();
        }
        commands.close();
        timer.close();
        logs.close();
        log.close();
    }
}
