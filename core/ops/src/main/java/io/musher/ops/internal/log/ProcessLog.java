package io.musher.ops.internal.log;

import io.musher.Output;
import io.musher.internal.process.output.RollingFile;
import io.musher.ops.internal.file.LoggerSpec;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Writes the lines of one process' workers where its logger says. */
public final class ProcessLog implements WorkerLog {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX");

    private final LoggerSpec spec;
    private final LogFiles files;
    private final PrintStream out;
    private final PrintStream err;
    private final Clock clock;
    private final Consumer<Output.Line> whenNotWritten;
    private final Set<RollingFile> used = ConcurrentHashMap.newKeySet();

    /**
     * Creates a log.
     *
     * @param files are shared, because several processes may write to one file
     * @param whenNotWritten called with each line that could not be written to the console
     */
    public ProcessLog(LoggerSpec spec, LogFiles files, PrintStream out, PrintStream err, Clock clock,
            Consumer<Output.Line> whenNotWritten) {
        this.spec = spec;
        this.files = files;
        this.out = out;
        this.err = err;
        this.clock = clock;
        this.whenNotWritten = whenNotWritten;
    }

    @Override
    public void accept(Output.Line line) {
        if (spec.console()) {
            PrintStream console = line.error() ? err : out;
            console.println(spec.decorate() ? line.name() + " | " + line.text() : line.text());
            if (console.checkError()) {
                whenNotWritten.accept(line);
            }
        }
        (line.error() ? spec.stderr().or(spec::stdout) : spec.stdout()).ifPresent(path -> {
            byte[] bytes = (inFile(line) + "\n").getBytes(StandardCharsets.UTF_8);
            RollingFile file = files.get(resolve(path, line), spec.maxSize(), spec.keep());
            used.add(file);
            file.write(bytes, 0, bytes.length);
        });
    }

    @Override
    public long dropped() {
        return used.stream().mapToLong(RollingFile::dropped).sum();
    }

    private static Path resolve(Path path, Output.Line line) {
        String text = path.toString();
        return text.indexOf('%') < 0 ? path
                : Path.of(text.replace("%i", Integer.toString(line.instance())).replace("%n", line.name()));
    }

    private String inFile(Output.Line line) {
        String stream = line.error() ? "stderr" : "stdout";
        String at = TIME.format(ZonedDateTime.now(clock));
        if (spec.json()) {
            return "{\"at\":\"" + at + "\",\"worker\":\"" + line.name() + "\",\"stream\":\"" + stream + "\",\"text\":"
                    + quote(line.text()) + "}";
        }
        return spec.decorateFiles() ? at + " " + line.name() + " " + stream + " " + line.text() : line.text();
    }

    private static String quote(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 16).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ' || c == '\u2028' || c == '\u2029' || c == '\u007f') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
