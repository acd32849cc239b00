package io.musher.ops.internal.file;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the output of a process goes.
 *
 * @param console whether it is also written to the primary's own output when that runs in the foreground
 * @param stdout a file, may contain {@code %n} and {@code %i}; empty: the default file of a detached primary
 * @param stderr the file for standard error; empty: the same as stdout
 * @param decorate whether console lines begin with the worker's name
 * @param decorateFiles whether lines in files begin with time, worker and stream
 * @param json whether lines in files are JSON objects
 * @param maxSize the size at which a file is renamed
 * @param keep how many renamed files are kept
 */
public record LoggerSpec(boolean console, Optional<Path> stdout, Optional<Path> stderr, boolean decorate,
        boolean decorateFiles, boolean json, long maxSize, int keep) {

    static final LoggerSpec DEFAULT = new LoggerSpec(true, Optional.empty(), Optional.empty(), true, false, false,
            16 << 20, 3);

    /** {@return this without a console, and with a file for each worker in a folder unless there are files} */
    public LoggerSpec detached(Path folder) {
        return new LoggerSpec(false, stdout.or(() -> Optional.of(folder.resolve("%n.log"))), stderr, decorate,
                decorateFiles, json, maxSize, keep);
    }

    /** Reads a logger; what is absent is as in {@code defaults}. */
    static LoggerSpec read(ObjectReader from, LoggerSpec defaults, Path directory) {
        boolean console = from.flag("console").orElse(defaults.console);
        Optional<Path> stdout = from.text("stdout", text -> Paths.resolve(directory, text));
        Optional<Path> stderr = from.text("stderr", text -> Paths.resolve(directory, text));
        boolean decorate = from.flag("decorate").orElse(defaults.decorate);
        boolean decorateFiles = from.flag("decorateFiles").orElse(defaults.decorateFiles);
        Optional<String> format = from.word("format", "text", "json");
        long maxSize = Sizes.read(from, "maxSize", 1_024).orElse(defaults.maxSize);
        int keep = from.integer("keep", 0, 1_000).orElse(defaults.keep);
        from.ignore("colors", "output keeps the colours it has");
        from.ignore("internalLogHours", "the last 256 KiB of output of each instance are kept in memory");
        from.end();
        return new LoggerSpec(console, stdout.or(defaults::stdout),
                // a process with a file of its own for output does not write its errors into the common file
                stdout.isPresent() ? stderr : stderr.or(defaults::stderr),
                decorate, decorateFiles, format.map("json"::equals).orElse(defaults.json), maxSize, keep);
    }
}
