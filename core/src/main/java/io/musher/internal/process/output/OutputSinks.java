package io.musher.internal.process.output;

import io.musher.Output;
import io.musher.balancer.loop.Nullable;
import io.musher.internal.process.launch.Placeholders;
import io.musher.internal.process.launch.SpawnRequest;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Creates the output sinks of all workers of a cluster, and owns the queues and files that they share. Thread safe. */
public final class OutputSinks {

    private static final String NATIVE = System.getProperty("native.encoding", "UTF-8");
    /** In an ASCII locale, non-ASCII output comes from programs that write UTF-8 regardless of the locale. */
    private static final Charset TEXT = Set.of("ISO-8859-1", "Cp1252", "windows-1252").contains(NATIVE)
            ? Charset.forName(NATIVE) : StandardCharsets.UTF_8;

    private static final long CLOSE_MILLIS = 500;

    private final String cluster;
    private final Output output;
    private final @Nullable BoundedHandoff<byte[]> out;
    private final @Nullable BoundedHandoff<byte[]> err;
    private final @Nullable BoundedHandoff<Output.Line> lines;
    private final Map<Path, RollingFile> files = new HashMap<>();
    private final List<OutputSinks> branches;

    public OutputSinks(String cluster, Output output) {
        this.cluster = cluster;
        this.output = output;
        boolean inherit = output instanceof Output.Inherit;
        this.out = inherit ? standard("stdout", () -> System.out) : null;
        this.err = inherit ? standard("stderr", () -> System.err) : null;
        this.lines = output instanceof Output.Lines to
                ? new BoundedHandoff<>(cluster + "-output", to.consumer()::accept) : null;
        this.branches = output instanceof Output.Tee tee
                ? tee.outputs().stream().map(branch -> new OutputSinks(cluster, branch)).toList()
                : List.of();
    }

    public OutputSink sink(SpawnRequest worker, long pid, boolean error) {
        BoundedHandoff<byte[]> to = error ? err : out;
        if (output instanceof Output.Inherit inherit && to != null) {
            return inherit.prefix().map(prefix -> prefixed(Placeholders.fill(prefix, worker, pid), to))
                    .orElseGet(() -> plain(to));
        }
        if (lines != null) {
            return lines(worker, error, lines);
        }
        if (output instanceof Output.Files in) {
            return file(Path.of(Placeholders.fillPath((error ? in.stderr() : in.stdout()).toString(), worker, pid)),
                    in);
        }
        if (!branches.isEmpty()) {
            return tee(branches.stream().map(branch -> branch.sink(worker, pid, error)).toList());
        }
        return (bytes, offset, length) -> {};
    }

    /** {@return the number of bytes dropped because a consumer was stuck or a file could not be written} */
    public long dropped() {
        long bytes = 0;
        for (BoundedHandoff<?> each : Arrays.asList(out, err, lines)) {
            bytes += each == null ? 0 : each.dropped();
        }
        for (RollingFile each : files()) {
            bytes += each.dropped();
        }
        return bytes + branches.stream().mapToLong(OutputSinks::dropped).sum();
    }

    /** Delivers what has been read of the workers' output, for half a second at most for each destination. */
    public void close() {
        branches.forEach(OutputSinks::close);
        for (BoundedHandoff<?> each : Arrays.asList(out, err, lines)) {
            if (each != null) {
                each.close(CLOSE_MILLIS);
            }
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MILLIS);
        for (RollingFile each : files()) { // pipes are written at the same time
            each.close(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
        }
    }

    private synchronized List<RollingFile> files() {
        return List.copyOf(files.values());
    }

    private BoundedHandoff<byte[]> standard(String name, Supplier<PrintStream> stream) {
        return new BoundedHandoff<>(cluster + "-" + name, bytes -> {
            PrintStream target = stream.get(); // evaluated on each call: programs and test runners replace the stream
            target.write(bytes, 0, bytes.length);
            target.flush();
        });
    }

    private static OutputSink tee(List<OutputSink> sinks) {
        return new OutputSink() {
            @Override
            public void accept(byte[] bytes, int offset, int length) {
                sinks.forEach(sink -> sink.accept(bytes, offset, length));
            }

            @Override
            public void end() {
                sinks.forEach(OutputSink::end);
            }
        };
    }

    private static OutputSink plain(BoundedHandoff<byte[]> to) {
        return (bytes, offset, length) -> to.offer(Arrays.copyOfRange(bytes, offset, offset + length), length);
    }

    private static OutputSink prefixed(String prefix, BoundedHandoff<byte[]> to) {
        byte[] before = prefix.getBytes(Charset.defaultCharset());
        ByteArrayOutputStream batch = new ByteArrayOutputStream();
        LineSplitter splitter = new LineSplitter((bytes, offset, length) -> {
            batch.write(before, 0, before.length);
            batch.write(bytes, offset, length);
            batch.write('\n');
        });
        return splitting(splitter, () -> {
            if (batch.size() > 0) {
                to.offer(batch.toByteArray(), batch.size());
                batch.reset();
            }
        });
    }

    private OutputSink lines(SpawnRequest worker, boolean error, BoundedHandoff<Output.Line> to) {
        LineSplitter splitter = new LineSplitter((bytes, offset,
                length) -> to.offer(new Output.Line(worker.workerId(),
                        worker.instance(), worker.name(), error, new String(bytes, offset, length, TEXT)),
                        length + 64));
        return splitting(splitter, () -> {});
    }

    private static OutputSink splitting(LineSplitter splitter, Runnable afterwards) {
        return new OutputSink() {
            @Override
            public void accept(byte[] bytes, int offset, int length) {
                splitter.add(bytes, offset, length);
                afterwards.run();
            }

            @Override
            public void end() {
                splitter.end();
                afterwards.run();
            }
        };
    }

    /** Returns a sink of a file, which an old worker and its replacement may share for a while. */
    private synchronized OutputSink file(Path path, Output.Files options) {
        RollingFile file = files.computeIfAbsent(path, key -> new RollingFile(key, options.maxBytes(), options.keep()));
        file.addWriter();
        return new OutputSink() {
            @Override
            public void accept(byte[] bytes, int offset, int length) {
                file.write(bytes, offset, length);
            }

            @Override
            public void end() {
                file.removeWriter();
            }
        };
    }
}
