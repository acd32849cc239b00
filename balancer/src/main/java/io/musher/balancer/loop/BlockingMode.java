package io.musher.balancer.loop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Reads from Linux whether a descriptor of this process blocks. All processes that have the same socket share this
 * property, and any of them can change it without a channel of the JDK knowing. Not thread-safe.
 */
public final class BlockingMode implements AutoCloseable {

    private static final int O_NONBLOCK = 04000; // on x86 and ARM
    private static final String KEY = "flags:";

    private final Path file;
    private final ByteBuffer text = ByteBuffer.allocateDirect(128);
    private @Nullable FileChannel channel;

    /**
     * Creates a reader.
     *
     * @param descriptor the descriptor
     */
    public BlockingMode(int descriptor) {
        this.file = Path.of("/proc/self/fdinfo", Integer.toString(descriptor));
    }

    /** {@return whether the descriptor blocks; false if that is unknown, as on other systems} */
    public boolean isBlocking() {
        try {
            FileChannel open = channel;
            if (open == null || !open.isOpen()) { // an interrupt closes it
                open = FileChannel.open(file);
                channel = open;
            }
            text.clear();
            open.read(text, 0);
            String lines = StandardCharsets.US_ASCII.decode(text.flip()).toString();
            int begin = lines.indexOf(KEY);
            int end = lines.indexOf('\n', begin);
            return begin >= 0 && end > begin
                    && (Integer.parseInt(lines.substring(begin + KEY.length(), end).trim(), 8) & O_NONBLOCK) == 0;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            FileChannel open = channel;
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            return; // closed anyway
        }
    }
}
