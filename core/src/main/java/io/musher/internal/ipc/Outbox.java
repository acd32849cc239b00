package io.musher.internal.ipc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Queue;

/** Frames on their way out, in order; one thread. The kernel takes what it can, the rest waits here. */
final class Outbox {

    private final Queue<ByteBuffer> frames = new ArrayDeque<>();
    private long bytes;

    void add(ByteBuffer frame) {
        frames.add(frame);
        bytes += frame.remaining();
    }

    /** {@return whether nothing waits any more} */
    boolean writeTo(SocketChannel channel) throws IOException {
        for (ByteBuffer frame; (frame = frames.peek()) != null;) {
            bytes -= channel.write(frame);
            if (frame.hasRemaining()) {
                return false;
            }
            frames.remove();
        }
        return true;
    }

    boolean isEmpty() {
        return frames.isEmpty();
    }

    long bytes() {
        return bytes;
    }

    void clear() {
        frames.clear();
        bytes = 0;
    }
}
