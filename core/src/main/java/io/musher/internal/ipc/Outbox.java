package io.musher.internal.ipc;

import io.musher.balancer.loop.Nullable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Queue;

/**
 * Queues outgoing frames of one connection and writes them to the socket. Control frames overtake queued messages, but
 * never interrupt a frame; each kind keeps its order. Not thread-safe.
 *
 * <p>Gathers many small frames into one write, in a direct buffer that all connections of a loop share. Frames leave
 * their queue when the kernel has accepted them. Writing a large heap buffer itself would make the JDK copy it into a
 * direct buffer of the same size, and keep that.
 */
final class Outbox {

    private final Queue<ByteBuffer> urgent = new ArrayDeque<>();
    private final Queue<ByteBuffer> messages = new ArrayDeque<>();
    private final ByteBuffer batch;
    private final ArrayPool arrays;
    private @Nullable ByteBuffer begun; // partly written: its rest must be written next
    private long urgentBytes;

    Outbox(SharedBuffers buffers) {
        this.batch = buffers.out();
        this.arrays = buffers.arrays();
    }

    void addUrgent(ByteBuffer frame) {
        urgent.add(frame);
        urgentBytes += frame.remaining();
    }

    void add(ByteBuffer frame) {
        messages.add(frame);
    }

    /** Writes queued frames until the socket would block. {@return whether all were written} */
    boolean writeTo(SocketChannel channel) throws IOException {
        while (!isEmpty()) {
            gather();
            consume(channel.write(batch.flip()));
            if (batch.hasRemaining()) {
                return false;
            }
        }
        return true;
    }

    private void gather() {
        batch.clear();
        if (begun != null) {
            copy(begun);
        }
        gather(urgent);
        gather(messages);
    }

    private void gather(Queue<ByteBuffer> frames) {
        for (Iterator<ByteBuffer> i = frames.iterator(); batch.hasRemaining() && i.hasNext();) {
            copy(i.next());
        }
    }

    private void copy(ByteBuffer frame) {
        int n = Math.min(frame.remaining(), batch.remaining());
        batch.put(batch.position(), frame, frame.position(), n).position(batch.position() + n);
    }

    private void consume(int written) {
        for (int left = written; left > 0;) {
            if (begun == null) {
                begun = next();
            }
            int n = Math.min(left, begun.remaining());
            begun.position(begun.position() + n);
            left -= n;
            if (!begun.hasRemaining()) {
                arrays.release(begun);
                begun = null;
            }
        }
    }

    private ByteBuffer next() {
        ByteBuffer frame = urgent.poll();
        if (frame == null) {
            return messages.remove();
        }
        urgentBytes -= frame.remaining();
        return frame;
    }

    boolean isEmpty() {
        return begun == null && urgent.isEmpty() && messages.isEmpty();
    }

    /** {@return the bytes of queued control frames} */
    long urgentBytes() {
        return urgentBytes;
    }

    void clear() {
        urgent.clear();
        messages.clear();
        begun = null;
        urgentBytes = 0;
    }
}
