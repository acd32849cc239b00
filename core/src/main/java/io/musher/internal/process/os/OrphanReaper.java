package io.musher.internal.process.os;

import io.musher.balancer.loop.Nullable;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Terminates orphaned workers when the primary has died: an {@code sh} process that outlives this JVM. The shell reads
 * a pipe whose only writer is this JVM. When the pipe is closed, for whatever reason this JVM exited, the shell sends
 * SIGTERM to all watched process groups and to all processes that carry the mark of this cluster, and SIGKILL to those
 * left after the grace period. The shell is started before the first watched process, in a session of its own, so that
 * Ctrl-C does not reach it. While it waits it uses no CPU time. It also delivers signals that the JDK cannot send. If
 * the shell dies, it is restarted, ten times at most. Thread safe; only {@link #close} blocks: what is written to the
 * pipe is written in order by other threads, because a shell that is stopped (SIGSTOP) reads nothing.
 */
public final class OrphanReaper {

    private static final Logger LOG = LoggerFactory.getLogger(OrphanReaper.class);

    /**
     * Reads lines "+ id" (watch), "- id" (forget), ". 0" (the primary does not die, it closes this) and "signal id"
     * (send); a negative id is a process group. A process that the primary was about to start when it died has its mark
     * a little later: hence the search is repeated. Uses POSIX features only, so that BusyBox can run it. Groups are
     * terminated in parallel with the search for marks, because reading the environment of a process that hangs in the
     * kernel may never return.
     */
    static final String SCRIPT = """
            trap '' HUP INT QUIT TERM PIPE TSTP
            mark=$1 grace=$2 ids= pauses='1 3'
            while read -r verb id; do
              case $verb in
                +) ids="$ids $id" ;;
                -) rest=
                   for i in $ids; do [ "$i" = "$id" ] || rest="$rest $i"; done
                   ids=$rest ;;
                .) pauses= ;;
                *) kill "-$verb" "$id" ;;
              esac
            done
            watched() { echo $ids; }
            marked() {
              # one process that reads all environments, if this grep reads on after a zero byte
              if printf 'x\\0y' | grep -qF y; then
                for file in $(grep -lsF "MUSHER_TREE=$mark." /proc/[0-9]*/environ); do
                  file=${file#/proc/}; echo "${file%/environ}"
                done
                return
              fi
              for file in /proc/[0-9]*/environ; do
                [ -r "$file" ] || continue
                case $(tr '\\0' '\\n' <"$file") in
                  *"MUSHER_TREE=$mark."*) file=${file#/proc/}; echo "${file%/environ}" ;;
                esac
              done
            }
            each() {
              found=1
              for i in $($2); do kill "-$1" "$i" && found=0; done
              return $found
            }
            end() {
              each TERM "$1" || return 0
              n=0
              while [ $n -lt "$grace" ] && each 0 "$1"; do n=$((n + 1)); sleep 0.1 || sleep 1; done
              n=0
              while [ $n -lt 50 ] && each KILL "$1"; do n=$((n + 1)); sleep 0.1 || sleep 1; done
            }
            end watched &
            end marked
            for pause in $pauses; do sleep $pause; end marked; done
            wait
            """;

    /** The name of the shell in process lists. */
    static final String NAME = "musher-orphan-reaper";

    private static final int RESTARTS = 10;

    private final String cluster;
    private final String mark;
    private final int grace;
    private final Executor threads;
    private final Set<String> watched = new LinkedHashSet<>();
    private @Nullable Process process;
    /** Completes when everything queued for the shell so far has been written. */
    private CompletableFuture<Void> written = CompletableFuture.completedFuture(null);
    private int starts;
    private boolean warned;
    private boolean closed;

    /**
     * Creates a reaper; the shell is started by {@link #begin}.
     *
     * @param mark the common prefix of the marks of this cluster's workers
     * @param grace the time from SIGTERM to SIGKILL, in tenths of a second
     * @param threads writes to the shell, which may block, and handles its exit
     */
    public OrphanReaper(String cluster, String mark, int grace, Executor threads) {
        this.cluster = cluster;
        this.mark = mark;
        this.grace = grace;
        this.threads = threads;
    }

    /** Starts the shell unless it runs; to be called before a process is started that may have to be watched. */
    public synchronized void begin() {
        if (process == null) {
            start();
        }
    }

    /**
     * Adds a process or process group to terminate if this JVM dies.
     *
     * @param id a process id or, negative, a process group
     */
    public synchronized void watch(long id) {
        watched.add(Long.toString(id));
        if (process == null) {
            start();
        } else {
            write("+ " + id);
        }
    }

    /** Removes a process or process group that has exited. */
    public synchronized void forget(long id) {
        if (watched.remove(Long.toString(id)) && process != null) {
            write("- " + id);
        }
    }

    /** Sends a signal that the JDK cannot send, by the shell or, if it does not run, by a new one. */
    public synchronized void signal(String name, long id) {
        Process shell = process;
        inOrder(() -> {
            if (shell == null || !write(shell, name + " " + id)) {
                signalByNewShell(name, id);
            }
        });
    }

    private void signalByNewShell(String name, long id) {
        try {
            int status = new ProcessBuilder(Platform.SH.orElseThrow(), "-c", "kill \"-$1\" \"$2\"", "kill", name,
                    Long.toString(id)).redirectInput(Platform.NULL).redirectOutput(Platform.NULL)
                    .redirectError(Platform.NULL).start().waitFor();
            if (status != 0 && ProcessHandle.of(Math.abs(id)).isPresent()) {
                LOG.warn("{}: signal {} could not be sent to {}: kill ended with status {}", cluster, name, id, status);
            }
        } catch (IOException e) {
            LOG.warn("{}: signal {} could not be sent to {}", cluster, name, id, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Closes the pipe, which ends the shell, and waits up to 2 s for its exit; called when no worker is left.
     */
    public void close() {
        Process shell;
        synchronized (this) {
            closed = true;
            shell = process;
        }
        if (shell == null) {
            return;
        }
        inOrder(() -> {
            write(shell, ". 0");
            try {
                shell.getOutputStream().close();
            } catch (IOException e) {
                LOG.debug("{}: closing the pipe to the orphan reaper failed", cluster, e);
            }
        });
        try {
            shell.waitFor(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void start() {
        if (Platform.SH.isEmpty() || starts++ > RESTARTS) {
            warn(null);
            return;
        }
        List<String> words = new ArrayList<>();
        Platform.SETSID.ifPresent(words::add);
        words.addAll(List.of(Platform.SH.get(), "-c", SCRIPT, NAME, mark, Integer.toString(grace)));
        ProcessBuilder builder = new ProcessBuilder(words).redirectOutput(Platform.NULL).redirectError(Platform.NULL);
        String path = builder.environment().get("PATH");
        builder.environment().clear();
        builder.environment().put("PATH", path == null ? "/usr/bin:/bin" : path + ":/usr/bin:/bin");
        builder.directory(new File("/"));
        try {
            Process started = builder.start();
            process = started;
            watched.forEach(id -> write("+ " + id));
            started.onExit().thenRunAsync(() -> ended(started), threads);
        } catch (IOException e) {
            warn(e);
        }
    }

    private synchronized void ended(Process shell) {
        if (!closed && process == shell) {
            process = null;
            if (!watched.isEmpty()) {
                start();
            }
        }
    }

    private void warn(@Nullable IOException cause) {
        if (!warned) {
            warned = true;
            LOG.warn("{}: no orphan reaper runs: if this process is killed, its command workers keep running", cluster,
                    cause);
        }
    }

    private void write(String line) {
        Process shell = process;
        if (shell != null) {
            inOrder(() -> write(shell, line));
        }
    }

    private synchronized void inOrder(Runnable task) {
        written = written.thenRunAsync(task, threads).exceptionally(failure -> {
            LOG.error("{}: a task of the orphan reaper failed", cluster, failure);
            return null;
        });
    }

    /** Writes a line; returns false if the shell has exited, whose successor receives all ids again. */
    private static boolean write(Process shell, String line) {
        try {
            OutputStream to = shell.getOutputStream();
            to.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
            to.flush();
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
