package io.musher.ops.internal.run;

import io.musher.ops.internal.file.FileSpec;
import io.musher.ops.internal.file.ProcessSpec;
import io.musher.ops.internal.log.LogFiles;
import io.musher.ops.internal.log.ProcessLog;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs what a file describes, until nothing is left to run or the process is asked to end. */
public final class Primary {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.ops");

    /** How often it is seen whether anything is left to run. */
    private static final long LOOK_MILLIS = 200;
    /** What stopping may take beyond the times of the file. */
    private static final long MARGIN_SECONDS = 15;

    private final FileSpec file;
    private final PrintStream out;
    private final PrintStream err;
    private final LogFiles logs = new LogFiles();
    private final CronTimer timer = new CronTimer(Clock.systemDefaultZone());
    private final List<ManagedProcess> processes = new CopyOnWriteArrayList<>();
    private boolean startFailed;
    private volatile boolean stopping;

    /** Creates a primary; nothing runs yet. */
    public Primary(FileSpec file, PrintStream out, PrintStream err) {
        this.file = file;
        this.out = out;
        this.err = err;
    }

    /**
     * Runs everything and waits for its end. SIGTERM and SIGINT stop all processes at the same time and then end the
     * JVM.
     *
     * @return 0 when nothing is left to run, 1 when something could not be started or was given up
     * @throws InterruptedException if the thread is interrupted; all is stopped then
     */
    public int run() throws InterruptedException {
        Thread hook = new Thread(this::stopAll, "musher-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            file.processes().forEach(this::start);
            while (!stopping && processes.stream().anyMatch(process -> !process.isOver())) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            }
            return startFailed || processes.stream().anyMatch(ManagedProcess::hasGivenUp) ? 1 : 0;
        } finally {
            stopAll();
        }
    }

    private void start(ProcessSpec spec) {
        if (!spec.autostart() && !spec.isJob()) {
            LOG.info("{}: not started: autostart is false", spec.id());
            return;
        }
        try {
            ProcessLog log = new ProcessLog(spec.logger(), logs, out, err, Clock.systemDefaultZone());
            ManagedProcess process;
            if (spec.isJob()) {
                process = new Job(spec, log);
            } else {
                Service service = new Service(spec, log);
                service.watch(this::countsAsChange, file.watcher().interval(), service::changed);
                process = service;
            }
            processes.add(process);
            process.begin(timer);
        } catch (IOException | RuntimeException e) {
            startFailed = true;
            LOG.error("{}: start failed: {}", spec.id(), e.getMessage());
        }
    }

    /** Own logs and pid files are no changes of the program. */
    private boolean countsAsChange(Path path) {
        Set<Path> own = logs.paths();
        boolean isLog = own.stream().anyMatch(log -> path.toString().startsWith(log.toString()));
        boolean isPidFile = file.processes().stream().anyMatch(spec -> spec.pidFile().isPresent()
                && path.getParent().equals(spec.pidFile().get().getParent()) && path.toString().endsWith(".pid"));
        return !isLog && !isPidFile && file.watcher().counts(path.toString().replace('\\', '/'));
    }

    private synchronized void stopAll() {
        if (stopping) {
            return;
        }
        stopping = true;
        CompletableFuture<?>[] ends = processes.stream().map(ManagedProcess::stop).toArray(CompletableFuture[]::new);
        long seconds = file.processes().stream().mapToLong(spec -> spec.stop().before().plus(spec.stop().drain())
                .plus(spec.stop().kill()).toSeconds()).max().orElse(0) + MARGIN_SECONDS;
        try {
            CompletableFuture.allOf(ends).get(seconds, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            LOG.error("not everything has stopped within {} s", seconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException e) {
            LOG.debug("a process ended by a failure", e);
        }
        timer.close();
        logs.close();
    }
}
