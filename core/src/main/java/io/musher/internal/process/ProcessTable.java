package io.musher.internal.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Linux' table of processes. */
final class ProcessTable {

    /** @param state {@code Z} for one that is dead and not reaped yet */
    record Entry(long pid, char state, long group, long session) { }

    /** Reads what Linux says of a process. */
    interface Look<T> {
        T at(Path folder) throws IOException;
    }

    private static final Path PROC = Path.of("/proc");

    /** So long after it has begun, a look hangs. */
    private static final long HANGS_NANOS = 3_000_000_000L;
    /** The looks that are not over. */
    private static final Map<Thread, Begun> LOOKS = new ConcurrentHashMap<>();

    private record Begun(long pid, long at) {
        boolean hangs() {
            return System.nanoTime() - at > HANGS_NANOS;
        }
    }

    private ProcessTable() { }

    /**
     * Looks at a process. Parts of its folder cannot be read while it hangs in the kernel with its memory locked, as one that waits for a
     * server of files may for ever.
     *
     * @throws IOException if it is gone, or somebody else's, or another look at it hangs
     */
    static <T> T look(long pid, Look<T> look) throws IOException {
        for (Begun other : LOOKS.values()) {
            if (other.pid() == pid && other.hangs()) {
                throw new IOException("process " + pid + " cannot be looked at");
            }
        }
        Thread thread = Thread.currentThread();
        LOOKS.put(thread, new Begun(pid, System.nanoTime()));
        try {
            return look.at(PROC.resolve(Long.toString(pid)));
        } finally {
            LOOKS.remove(thread);
        }
    }

    /** {@return whether the look of a thread hangs; one that only takes long goes from process to process} */
    static boolean hangs(Thread thread) {
        Begun look = thread == null ? null : LOOKS.get(thread);
        return look != null && look.hangs();
    }

    static List<Long> pids() {
        List<Long> pids = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(PROC, "[1-9]*")) {
            for (Path folder : folders) {
                pids.add(Long.valueOf(folder.getFileName().toString()));
            }
        } catch (IOException | DirectoryIteratorException e) {
            // what was seen so far
        }
        return pids;
    }

    /** {@return the process, unless it is gone} */
    static Optional<Entry> entry(long pid) {
        try {
            return Optional.of(parse(pid, look(pid, folder -> Files.readString(folder.resolve("stat"), StandardCharsets.ISO_8859_1))));
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** {@return bytes of resident memory; 0 for a process that is gone, or has none} */
    static long memory(long pid) {
        return status(pid, "VmRSS").map(kib -> Long.parseLong(kib.replaceAll("\\D", "")) << 10).orElse(0L);
    }

    /** {@return whether the process has a handler of its own for a signal} */
    static boolean catches(long pid, int signal) {
        return status(pid, "SigCgt").map(mask -> (Long.parseUnsignedLong(mask, 16) >> signal - 1 & 1) == 1).orElse(false);
    }

    /** {@return whether this process ignores some signal, which what it starts would inherit} */
    static boolean ignoresSignals() {
        return status(ProcessHandle.current().pid(), "SigIgn").map(mask -> Long.parseUnsignedLong(mask, 16) != 0).orElse(false);
    }

    private static Optional<String> status(long pid, String line) {
        try {
            return look(pid, folder -> Files.readString(folder.resolve("status"), StandardCharsets.ISO_8859_1)).lines()
                    .filter(each -> each.startsWith(line + ":")).map(each -> each.substring(line.length() + 1).strip()).findFirst();
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** The program's name stands in parentheses, and may have some itself. */
    static Entry parse(long pid, String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return new Entry(pid, fields[0].charAt(0), Long.parseLong(fields[2]), Long.parseLong(fields[3]));
    }

    /** {@return whether the process was started with that variable} */
    static boolean hasVariable(long pid, String variable) {
        try {
            byte[] environment = look(pid, folder -> Files.readAllBytes(folder.resolve("environ")));
            return ("\0" + new String(environment, StandardCharsets.ISO_8859_1)).contains("\0" + variable + "\0");
        } catch (IOException | RuntimeException e) {
            return false; // gone, or somebody else's
        }
    }
}
