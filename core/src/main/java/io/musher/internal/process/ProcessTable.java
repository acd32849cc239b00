package io.musher.internal.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Linux' table of processes. */
final class ProcessTable {

    /** @param state {@code Z} for one that is dead and not reaped yet */
    record Entry(long pid, char state, long group, long session) { }

    private static final Path PROC = Path.of("/proc");

    private ProcessTable() { }

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
            return Optional.of(parse(pid, Files.readString(PROC.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1)));
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
        try (Stream<String> lines = Files.lines(PROC.resolve(pid + "/status"), StandardCharsets.ISO_8859_1)) {
            return lines.filter(each -> each.startsWith(line + ":")).map(each -> each.substring(line.length() + 1).strip()).findFirst();
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
            byte[] environment = Files.readAllBytes(PROC.resolve(pid + "/environ"));
            return ("\0" + new String(environment, StandardCharsets.ISO_8859_1)).contains("\0" + variable + "\0");
        } catch (IOException | RuntimeException e) {
            return false; // gone, or somebody else's
        }
    }
}
