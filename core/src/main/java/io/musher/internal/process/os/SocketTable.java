package io.musher.internal.process.os;

import io.musher.balancer.loop.Nullable;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The lines of one of the kernel's tables of sockets, read a few at a time. The kernel fills whatever is asked for: the
 * 8 KiB of a usual reader make it walk through its whole hash table in search of more sockets, which takes milliseconds
 * on a machine with much memory, although the few that listen come first.
 */
final class SocketTable implements AutoCloseable {

    /** Three lines. */
    private static final int READ_BYTES = 512;

    private final InputStream in;
    private final byte[] bytes = new byte[READ_BYTES];
    private final StringBuilder text = new StringBuilder();

    private SocketTable(InputStream in) {
        this.in = in;
    }

    static Path file(String table) {
        return Path.of("/proc/self/net", table);
    }

    /**
     * {@return the table, to be read from its first socket}
     *
     * @param table such as {@code tcp6}
     */
    static SocketTable open(String table) throws IOException {
        SocketTable lines = new SocketTable(new FileInputStream(file(table).toFile()));
        lines.next(); // the names of the columns
        return lines;
    }

    /** {@return the next line; null at the end} */
    @Nullable
    String next() throws IOException {
        int end = text.indexOf("\n");
        while (end < 0) {
            int length = in.read(bytes);
            if (length < 0) {
                return null;
            }
            text.append(new String(bytes, 0, length, StandardCharsets.US_ASCII));
            end = text.indexOf("\n");
        }
        String line = text.substring(0, end);
        text.delete(0, end + 1);
        return line;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
