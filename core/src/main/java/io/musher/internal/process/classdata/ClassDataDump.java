package io.musher.internal.process.classdata;

import io.musher.balancer.loop.Nullable;
import io.musher.internal.process.launch.JavaCommand;
import io.musher.internal.process.os.Platform;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the JVMs that make an archive from a list of classes and try it out, at low priority and without the program.
 * Blocks; {@link #cancel} may be called on any thread.
 */
final class ClassDataDump {

    private static final Logger LOG = LoggerFactory.getLogger(ClassDataDump.class);

    private static final int DUMP_SECONDS = 60;
    private static final int TRIAL_SECONDS = 20;
    /** The release whose archives may hold linked classes, which start faster. */
    private static final int LINKED_CLASSES = 24;

    /** The variables of its JVMs; the language decides how paths are encoded. */
    private static final Set<String> KEPT = Set.of("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE");

    private final JavaCommand command;
    private @Nullable Process running;
    private boolean cancelled;

    ClassDataDump(JavaCommand command) {
        this.command = command;
    }

    /**
     * Makes an archive.
     *
     * @param list the names of the classes, in the JVM's format; is extended
     * @param archive is created
     * @throws IOException if that fails
     */
    void make(Path list, Path archive) throws IOException, InterruptedException {
        boolean linked = Runtime.version().feature() >= LINKED_CLASSES;
        if (linked) {
            byte[] classes = Files.readAllBytes(list);
            try {
                addCallSites(list);
                dump(list, archive, List.of("-XX:+AOTClassLinking"));
                return;
            } catch (IOException | RuntimeException e) {
                LOG.debug("no archive with the call sites of its classes", e);
                Files.write(list, classes);
            }
        }
        dump(list, archive, linked ? List.of("-XX:+AOTClassLinking") : List.of());
    }

    private void addCallSites(Path list) throws IOException, InterruptedException {
        Optional<String> own = CallSites.location();
        if (own.isEmpty()) {
            throw new IOException("the jar with " + CallSites.class + " is unknown");
        }
        run("listing call sites", DUMP_SECONDS, List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m",
                "-Xlog:disable", "-Xlog:all=off", "-cp", command.classPathText() + File.pathSeparator + own.get(),
                CallSites.class.getName(), list.toString()));
    }

    private void dump(Path list, Path archive, List<String> flags) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("-XX:+UseG1GC", "-XX:TieredStopAtLevel=1", "-Xmx256m",
                "-XX:ActiveProcessorCount=1", "-Xshare:dump", "-XX:SharedClassListFile=" + list,
                "-XX:SharedArchiveFile=" + archive, "-Xlog:disable", "-Xlog:all=off"));
        words.addAll(flags);
        moduleFlags(words);
        words.addAll(List.of("-cp", command.classPathText()));
        run("dumping", DUMP_SECONDS, words);
        if (!Files.isRegularFile(archive) || Files.size(archive) == 0) {
            throw new IOException("the JVM has written no archive");
        }
    }

    /** Starts a JVM with the archive, the flags of the workers and no program; it must not refuse the archive. */
    void tryOut(Path archive) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>();
        for (String flag : command.flags()) {
            if (flag.matches("-X(mx|ms|mn|ss).*|-XX:[+-]?Use.*|-XX:ActiveProcessorCount=.*|-XX:Max.*")) {
                words.add(flag);
            }
        }
        words.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xshare:on", "-XX:SharedArchiveFile=" + archive,
                "-Xlog:disable", "-Xlog:all=off"));
        moduleFlags(words);
        words.addAll(List.of("-cp", command.classPathText(), "-version"));
        run("a start with the new archive", TRIAL_SECONDS, words);
    }

    private void moduleFlags(List<String> to) {
        command.flags().stream().filter(flag -> flag.startsWith("--")).forEach(to::add);
    }

    private void run(String what, int seconds, List<String> words) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(words);
        all.addAll(0, List.of(command.java(), "-XX:ErrorFile=/dev/null", "-XX:-CreateCoredumpOnCrash"));
        if (Platform.NICE.isPresent()) {
            all.addAll(0, List.of(Platform.NICE.get(), "-n", "19"));
        }
        ProcessBuilder builder = new ProcessBuilder(all).redirectInput(Platform.NULL).redirectOutput(Platform.NULL)
                .redirectError(Platform.NULL);
        builder.environment().keySet().removeIf(name -> !KEPT.contains(name));
        Process process;
        synchronized (this) {
            if (cancelled) {
                throw new InterruptedException();
            }
            process = builder.start();
            running = process;
        }
        try {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                throw new IOException(what + " took longer than " + seconds + " s");
            }
            if (process.exitValue() != 0) {
                throw new IOException(what + " ended with status " + process.exitValue());
            }
        } finally {
            process.destroyForcibly();
        }
    }

    /** Ends a JVM that is running, and prevents further ones. */
    synchronized void cancel() {
        cancelled = true;
        if (running != null) {
            running.destroyForcibly();
        }
    }
}
