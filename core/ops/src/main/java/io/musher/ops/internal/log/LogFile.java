package io.musher.ops.internal.log;

import io.musher.balancer.loop.Nullable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that lines are appended to, renamed to {@code .1} when it is full; older ones move on to {@code .2} and so on.
 * A line that cannot be written is dropped; the first of them is logged, and the file is opened again for the next.
 * Thread-safe.
 */
final class LogFile implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LogFile.class);

    private final Path path;
    private final long maxSize;
    private final int keep;
    private @Nullable OutputStream out;
    private long size;
    private boolean failed;

    LogFile(Path path, long maxSize, int keep) {
        this.path = path;
        this.maxSize = maxSize;
        this.keep = keep;
    }

    synchronized void write(String line) {
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            if (out != null && size > 0 && size + bytes.length > maxSize) {
                rotate();
            }
            if (out == null) {
                open();
            }
            Objects.requireNonNull(out).write(bytes);
            size += bytes.length;
            failed = false;
        } catch (IOException e) {
            if (!failed) {
                failed = true;
                LOG.warn("{} cannot be written, output is dropped: {}", path, e.toString());
            }
            close();
        }
    }

    private void open() throws IOException {
        if (path.getParent() != null) {
            Files.createDirectories(path.getParent());
        }
        out = Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        size = Files.size(path);
        if (size >= maxSize) {
            rotate();
            open();
        }
    }

    private void rotate() throws IOException {
        close();
        if (keep == 0) {
            Files.deleteIfExists(path);
            return;
        }
        for (int i = keep; i >= 1; i--) {
            Path from = i == 1 ? path : numbered(i - 1);
            if (Files.exists(from)) {
                Files.move(from, numbered(i), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private Path numbered(int number) {
        return path.resolveSibling(path.getFileName() + "." + number);
    }

    @Override
    public synchronized void close() {
        if (out != null) {
            try {
                out.close();
            } catch (IOException e) {
                LOG.debug("closing {} failed", path, e);
            }
            out = null;
            size = 0;
        }
    }
}
