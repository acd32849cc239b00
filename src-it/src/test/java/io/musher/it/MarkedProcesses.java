package io.musher.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The processes with a variable in their environment, as /proc shows them; those that nobody has reaped have ended. */
final class MarkedProcesses {

    /**
     * A process that runs.
     *
     * @param worker the name of the worker that it is or comes from; empty for others
     * @param command its command line
     */
    record Entry(long pid, long parent, String worker, String command) {}

    private MarkedProcesses() {}

    /** Reads the process table. */
    static List<Entry> read(String mark) {
        List<Entry> found = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                try {
                    String environment = text(process.resolve("environ"));
                    String stat = text(process.resolve("stat"));
                    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                    if (environment.contains(mark) && !fields[0].equals("Z") && !fields[0].equals("X")) {
                        found.add(new Entry(Long.parseLong(process.getFileName().toString()),
                                Long.parseLong(fields[1]), variable(environment, "MUSHER_NAME"),
                                text(process.resolve("cmdline")).replace('\0', ' ')));
                    }
                } catch (IOException e) {
                    // just ended
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    }

    private static String variable(String environment, String name) {
        for (String entry : environment.split("\0")) {
            if (entry.startsWith(name + "=")) {
                return entry.substring(name.length() + 1);
            }
        }
        return "";
    }
}
