package io.musher.internal.process.launch;

import io.musher.Launch;
import io.musher.internal.process.os.Platform;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A launch of any program that is not a JVM of Musher's, with the words given by the user. */
final class CommandPlan extends LaunchPlan {

    private static final Logger LOG = LoggerFactory.getLogger(CommandPlan.class);

    private final Launch.Command command;

    CommandPlan(Launch.Command command) {
        super(command);
        this.command = command;
    }

    @Override
    public Kind kind() {
        return Kind.COMMAND;
    }

    @Override
    public boolean saysHello() {
        return false;
    }

    @Override
    public CommandLine words(SpawnRequest worker, Map<String, String> environment) throws IOException {
        List<String> words = new ArrayList<>(command.words());
        words.addAll(options().args().orElse(List.of()));
        words = Placeholders.fill(words, worker);
        if (!Platform.WINDOWS) {
            words.set(0, find(words.get(0), environment.getOrDefault("PATH", "/usr/bin:/bin")));
        }
        Optional<Path> missing = MissingJar.of(words, directory());
        if (missing.isPresent()) {
            throw new IOException("cannot run java -jar: there is no file " + missing.get());
        }
        return CommandLine.of(words);
    }

    /**
     * Returns the path of the executable. It is searched for here, so that a missing program is reported before any
     * process is started and not by {@code setsid} or {@code env}, which would start it.
     */
    private String find(String program, String path) throws IOException {
        Path directory = directory();
        if (program.indexOf('/') >= 0) {
            return executable(directory.resolve(program))
                    .orElseThrow(
                            () -> new IOException("cannot run " + program + ": " + why(directory.resolve(program))));
        }
        for (String folder : path.split(File.pathSeparator)) {
            Optional<String> found = executable(directory.resolve(folder).resolve(program));
            if (found.isPresent()) {
                return found.get();
            }
        }
        LOG.debug("{} is not on the PATH {}", program, path);
        throw new IOException("cannot run " + program
                + ": there is no such program on the worker's PATH; name it by its full path, or set"
                + " PATH by env");
    }

    private Path directory() {
        return options().directory().orElse(Path.of("")).toAbsolutePath();
    }

    private static Optional<String> executable(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file) ? Optional.of(file.toString()) : Optional.empty();
    }

    private static String why(Path file) {
        return !Files.exists(file) ? file + " does not exist" : file + " is not executable";
    }
}
