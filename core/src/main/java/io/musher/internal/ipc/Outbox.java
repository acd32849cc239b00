package io.musher.internal.ipc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Queue;

/**
 * Frames on their way out; one thread. Control frames overtake messages, between two frames; each kind keeps its order.
 *
 * <p>Many small frames go out in one write: they are gathered in a buffer that all connections of a loop share, and leave their queue
 * when the kernel has taken them. (The JDK would copy a large heap buffer into a direct one of the same size, and keep that.)
 */
final class Outbox {

    private final Queue<ByteBuffer> urgent = new ArrayDeque<>();
    private final Queue<ByteBuffer> messages = new ArrayDeque<>();
    private final ByteBuffer batch;
    private final ArrayPool arrays;
    private ByteBuffer begun; // partly written, so nothing may come before its rest
    private long urgentBytes;

    Outbox(SharedBuffers scratch) {
        this.batch = scratch.out();
        this.arrays = scratch.spares();
    }

    void addUrgent(ByteBuffer frame) {
        urgent.add(frame);
        urgentBytes += frame.remaining();
    }

    void add(ByteBuffer frame) {
        messages.add(frame);
    }

    /** {@return whether nothing waits any more} */
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

    /** {@return bytes of control frames that wait} */
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
