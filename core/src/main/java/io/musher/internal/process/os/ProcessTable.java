package io.musher.internal.process.os;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Reads state, memory, signal handlers and environment of processes from {@code /proc} on Linux. */
public final class ProcessTable {

    /**
     * The state of one process.
     *
     * @param state {@code Z} for a zombie, which has exited and is not reaped yet
     */
    public record Entry(long pid, char state, long group, long session) {}

    /** Reads from the folder of a process in {@code /proc}; may block. */
    interface FolderReader<T> {
        T read(String folder) throws IOException;
    }

    private static final String PROC = "/proc";

    /** More than the kernel writes into {@code stat}: 52 numbers and a name. */
    private static final int STAT_BYTES = 4096;
    /** The longest name in it: 15 characters of a program, of which some are escaped, or 63 of a kernel thread. */
    private static final int NAME_CHARS = 64;

    /** A read that takes longer than this is considered to hang. */
    private static final long HANGS_NANOS = 3_000_000_000L;
    /** The reads in progress, by the thread that performs them. */
    private static final Map<Thread, RunningRead> READS = new ConcurrentHashMap<>();

    private record RunningRead(long pid, long startedAt) {
        boolean hangs() {
            return System.nanoTime() - startedAt > HANGS_NANOS;
        }
    }

    private static final long SESSIONS_NANOS = 200_000_000;

    private record SessionSnapshot(long readAt, Map<Long, List<Long>> sessions) {}

    private static volatile SessionSnapshot latestSessions = new SessionSnapshot(System.nanoTime() - SESSIONS_NANOS - 1,
            Map.of());

    private ProcessTable() {}

    /**
     * Reads from the folder of a process. Some of its files block the reader while the process hangs in the kernel with
     * its memory locked, which may last for ever if the process waits for a file server.
     *
     * @throws IOException if the process has exited, belongs to another user, or another read of it hangs
     */
    static <T> T read(long pid, FolderReader<T> reader) throws IOException {
        for (RunningRead other : READS.values()) {
            if (other.pid() == pid && other.hangs()) {
                throw new IOException("process " + pid + " is skipped: another read of it hangs");
            }
        }
        Thread thread = Thread.currentThread();
        READS.put(thread, new RunningRead(pid, System.nanoTime()));
        try {
            return reader.read(PROC + "/" + pid);
        } finally {
            READS.remove(thread);
        }
    }

    /**
     * {@return whether a thread hangs in reading about one process; reading about many processes may take longer
     * without hanging}
     */
    static boolean hangs(Thread thread) {
        RunningRead read = thread == null ? null : READS.get(thread);
        return read != null && read.hangs();
    }

    public static List<Long> pids() {
        List<Long> pids = new ArrayList<>();
        String[] names = new File(PROC).list();
        for (String name : names == null ? new String[0] : names) {
            if (name.charAt(0) >= '1' && name.charAt(0) <= '9') {
                pids.add(Long.valueOf(name));
            }
        }
        return pids;
    }

    /**
     * {@return the living processes by session, as they were at most 200 ms ago: programs with many clusters measure
     * one after the other; may block}
     */
    public static Map<Long, List<Long>> sessions() {
        SessionSnapshot snapshot = latestSessions;
        if (System.nanoTime() - snapshot.readAt() > SESSIONS_NANOS) {
            snapshot = new SessionSnapshot(System.nanoTime(), readSessions());
            latestSessions = snapshot;
        }
        return snapshot.sessions();
    }

    private static Map<Long, List<Long>> readSessions() {
        Map<Long, List<Long>> sessions = new HashMap<>();
        for (long pid : pids()) {
            entry(pid).filter(entry -> entry.state() != 'Z')
                    .ifPresent(entry -> sessions.computeIfAbsent(entry.session(), id -> new ArrayList<>()).add(pid));
        }
        return sessions;
    }

    /** {@return the state of a process; empty if it has exited or cannot be read} */
    public static Optional<Entry> entry(long pid) {
        try {
            return Optional.of(parse(pid, read(pid, ProcessTable::stat)));
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** {@return the resident memory in bytes; 0 for a process that has exited or has none} */
    public static long memory(long pid) {
        return status(pid, "VmRSS").map(kib -> Long.parseLong(kib.replaceAll("\\D", "")) << 10).orElse(0L);
    }

    /**
     * {@return the CPU time in nanoseconds of a process and of its children that it has waited for; 0 for a process
     * that has exited}
     */
    public static long cpuNanos(long pid) {
        try {
            return parseCpu(read(pid, ProcessTable::stat));
        } catch (IOException | RuntimeException e) {
            return 0;
        }
    }

    /** Adds up user and system time, which the kernel reports in hundredths of a second on every architecture. */
    static long parseCpu(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long ticks = 0;
        for (int i = 11; i <= 14; i++) {
            ticks += Long.parseLong(fields[i]);
        }
        return ticks * 10_000_000;
    }

    /** {@return whether the process has installed a handler for a signal} */
    public static boolean catches(long pid, int signal) {
        return status(pid, "SigCgt").map(mask -> (Long.parseUnsignedLong(mask, 16) >> signal - 1 & 1) == 1)
                .orElse(false);
    }

    /** {@return whether this process ignores any signal; child processes inherit that} */
    static boolean ignoresSignals() {
        return status(ProcessHandle.current().pid(), "SigIgn").map(mask -> Long.parseUnsignedLong(mask, 16) != 0)
                .orElse(false);
    }

    private static Optional<String> status(long pid, String line) {
        try {
            String text = read(pid, folder -> Files.readString(Path.of(folder, "status"), StandardCharsets.ISO_8859_1));
            int begin = text.indexOf("\n" + line + ":");
            int value = begin + line.length() + 2;
            return begin < 0 ? Optional.empty() : Optional.of(text.substring(value, text.indexOf('\n', value)).strip());
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** Reads the file that is read most: of every process of the machine, at the exit of every worker. */
    private static String stat(String folder) throws IOException {
        try (FileInputStream file = new FileInputStream(folder + "/stat")) {
            byte[] text = new byte[STAT_BYTES];
            int length = file.read(text);
            return new String(text, 0, Math.max(0, length), StandardCharsets.ISO_8859_1);
        }
    }

    /** Parses {@code /proc/<pid>/stat}. The program's name is in parentheses and may contain parentheses itself. */
    static Entry parse(long pid, String stat) {
        int state = stat.lastIndexOf(')', stat.indexOf('(') + NAME_CHARS + 1) + 2;
        int group = stat.indexOf(' ', state + 2) + 1;
        int session = stat.indexOf(' ', group) + 1;
        return new Entry(pid, stat.charAt(state), Long.parseLong(stat, group, session - 1, 10),
                Long.parseLong(stat, session, stat.indexOf(' ', session), 10));
    }

    /**
     * {@return whether the process was started with an environment variable}
     *
     * @param variable {@code NAME=value}
     */
    public static boolean hasVariable(long pid, String variable) {
        try {
            byte[] environment = read(pid, folder -> Files.readAllBytes(Path.of(folder, "environ")));
            return ("\0" + new String(environment, StandardCharsets.ISO_8859_1)).contains("\0" + variable + "\0");
        } catch (IOException | RuntimeException e) {
            return false; // exited, or another user's process
        }
    }
}
