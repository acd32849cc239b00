package io.musher.internal.process.os;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Terminates orphaned workers when the primary has died: an {@code sh} process that outlives this JVM. The shell reads
 * a pipe whose only writer is this JVM. When the pipe is closed, for whatever reason this JVM exited, the shell sends
 * SIGTERM to all watched process groups and to all processes that carry the mark of this cluster, and SIGKILL to those
 * left after the grace period. The shell is started with the first watched process, in a session of its own, so that
 * Ctrl-C does not reach it. While it waits it uses no CPU time. It also delivers signals that the JDK cannot send. If
 * the shell dies, it is restarted, ten times at most. Thread safe.
 */
public final class OrphanReaper {

    private static final Logger LOG = LoggerFactory.getLogger(OrphanReaper.class);

    /**
     * Reads lines "+ id" (watch), "- id" (forget) and "signal id" (send); a negative id is a process group. Uses POSIX
     * features only, so that BusyBox can run it. Groups are terminated in parallel with the search for marks, because
     * reading the environment of a process that hangs in the kernel may never return.
     */
    static final String SCRIPT = """
            trap '' HUP INT QUIT TERM PIPE TSTP
            mark=$1 grace=$2 ids=
            while read -r verb id; do
              case $verb in
                +) ids="$ids $id" ;;
                -) rest=
                   for i in $ids; do [ "$i" = "$id" ] || rest="$rest $i"; done
                   ids=$rest ;;
                *) kill "-$verb" "$id" ;;
              esac
            done
            watched() { echo $ids; }
            marked() {
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
            wait
            """;

    private static final int RESTARTS = 10;

    private final String cluster;
    private final String mark;
    private final int grace;
    private final Executor threads;
    private final Set<String> watched = new LinkedHashSet<>();
    private Process process;
    private int starts;
    private boolean closed;

    /**
     * Creates a reaper; the shell is started by {@link #watch}.
     *
     * @param mark the common prefix of the marks of this cluster's workers
     * @param grace the time from SIGTERM to SIGKILL, in tenths of a second
     * @param threads handles the exit of the shell
     */
    public OrphanReaper(String cluster, String mark, int grace, Executor threads) {
        this.cluster = cluster;
        this.mark = mark;
        this.grace = grace;
        this.threads = threads;
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
        if (watched.remove(Long.toString(id))) {
            write("- " + id);
        }
    }

    /** Sends a signal that the JDK cannot send, by the shell or, if it does not run, by a new one. */
    public synchronized void signal(String name, long id) {
        if (process != null && write(name + " " + id)) {
            return;
        }
        try {
            new ProcessBuilder(Platform.SH.orElseThrow(), "-c", "kill \"-$1\" \"$2\"", "kill", name, Long.toString(id))
                    .redirectInput(Platform.NULL).redirectOutput(Platform.NULL).redirectError(Platform.NULL).start();
        } catch (IOException e) {
            LOG.warn("{}: signal {} could not be sent to {}", cluster, name, id, e);
        }
    }

    /** Closes the pipe, which ends the shell, and waits up to 2 s for its exit; called when no worker is left. */
    public synchronized void close() {
        closed = true;
        if (process != null) {
            try {
                process.getOutputStream().close();
                process.waitFor(2, TimeUnit.SECONDS);
            } catch (IOException e) {
                LOG.debug("{}: closing the guard", cluster, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void start() {
        if (Platform.SH.isEmpty() || starts++ > RESTARTS) {
            LOG.warn("{}: no guard: if this process is killed, its command workers live on", cluster);
            return;
        }
        List<String> words = new ArrayList<>();
        Platform.SETSID.ifPresent(words::add);
        words.addAll(List.of(Platform.SH.get(), "-c", SCRIPT, "musher-guard", mark, Integer.toString(grace)));
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
            LOG.warn("{}: no guard: if this process is killed, its command workers live on", cluster, e);
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

    private boolean write(String line) {
        if (process == null) {
            return false;
        }
        try {
            OutputStream to = process.getOutputStream();
            to.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
            to.flush();
            return true;
        } catch (IOException e) {
            return false; // the shell has exited; its successor receives all ids again
        }
    }

    /** {@return the process of the shell, or null} */
    synchronized Process process() {
        return process;
    }
}
