package io.musher.ops.internal.run;

import io.musher.ops.internal.file.LoggerSpec;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rotates the file that standard output and standard error of a detached primary are appended to. The process holds its
 * descriptors for ever, and the JVM itself writes to them, too, such as thread dumps; so the file is not renamed: its
 * content is copied to {@code .1}, then it is truncated, and what is written next is at its begin.
 */
final class PrimaryLog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.ops");
    private static final long CHECK_SECONDS = 2;

    private final Path file;
    private final Supplier<LoggerSpec> limits;
    private final Thread thread = new Thread(this::run, "musher-primary-log");

    /**
     * Creates a rotation that does not run yet.
     *
     * @param limits says how large the file may become and how many copies are kept
     */
    PrimaryLog(Path file, Supplier<LoggerSpec> limits) {
        this.file = file;
        this.limits = limits;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (true) {
                TimeUnit.SECONDS.sleep(CHECK_SECONDS);
                try {
                    rotateIfFull();
                } catch (IOException e) {
                    LOG.warn("{} cannot be rotated and grows: {}", file, e.toString());
                    TimeUnit.MINUTES.sleep(1);
                }
            }
        } catch (InterruptedException e) {
            LOG.trace("{} is not rotated any more", file);
        }
    }

    void rotateIfFull() throws IOException {
        if (!Files.exists(file) || Files.size(file) < limits.get().maxSize()) {
            return;
        }
        int keep = limits.get().keep();
        for (int i = keep - 1; i >= 1; i--) {
            if (Files.exists(copy(i))) {
                Files.move(copy(i), copy(i + 1), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        try (FileChannel from = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (keep > 0) {
                try (FileChannel to = FileChannel.open(copy(1), StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
                    for (long done = 0; done < from.size();) { // what is written meanwhile included
                        done += from.transferTo(done, from.size() - done, to);
                    }
                }
            }
            from.truncate(0);
        }
    }

    private Path copy(int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
