package io.musher.it;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What Linux tells of a process. */
record LinuxProcess(long pid) {

    /** How many descriptors a process of this user may have at most. */
    static long mostDescriptors() throws IOException {
        String line = Files.readAllLines(Path.of("/proc/self/limits")).stream()
                .filter(text -> text.startsWith("Max open files")).findFirst().orElseThrow();
        String hard = line.substring("Max open files".length()).trim().split(" +")[1];
        return hard.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(hard);
    }

    /** Children of a process that have ended and that it has not reaped. */
    static List<Long> zombies(long parent) throws IOException {
        List<Long> zombies = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                try {
                    String stat = Files.readString(process.resolve("stat"));
                    if (stat.substring(stat.lastIndexOf(')')).startsWith(") Z " + parent + " ")) {
                        zombies.add(Long.parseLong(process.getFileName().toString()));
                    }
                } catch (IOException e) {
                    // Just gone.
                }
            }
        }
        return zombies;
    }

    /** Its command line, with a blank between the words. */
    String commandLine() throws IOException {
        return Files.readString(Path.of("/proc", Long.toString(pid), "cmdline")).replace('\0', ' ');
    }

    /** The value of a variable it was started with. */
    Optional<String> variable(String name) throws IOException {
        return Stream.of(Files.readString(Path.of("/proc", Long.toString(pid), "environ")).split("\0"))
                .filter(entry -> entry.startsWith(name + "=")).findFirst()
                .map(entry -> entry.substring(name.length() + 1));
    }

    /** Its open descriptors. */
    long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return open.count();
        }
    }

    /** What its descriptors refer to, as far as they stay open meanwhile. */
    List<String> open() throws IOException {
        List<String> targets = new ArrayList<>();
        try (DirectoryStream<Path> links = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
            for (Path link : links) {
                try {
                    targets.add(Files.readSymbolicLink(link).toString());
                } catch (IOException e) {
                    // closed meanwhile
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return targets;
    }

    /** The most memory it has had at once, in MiB. */
    long peakMegabytes() throws IOException {
        return megabytes("VmHWM:");
    }

    /** The memory it has now, in MiB. */
    long residentMegabytes() throws IOException {
        return megabytes("VmRSS:");
    }

    private long megabytes(String what) throws IOException {
        String line = Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                .filter(text -> text.startsWith(what)).findFirst().orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
    }

    /** Processor time so far. */
    Duration processorTime() {
        return ProcessHandle.of(pid).orElseThrow().info().totalCpuDuration().orElseThrow();
    }
}
