package io.musher.balancer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;

/**
 * A lane's direct buffers: one scratch that every read uses, and some spare ones.
 *
 * <p>When a peer does not take all of what was read, the scratch itself stays with that connection ({@link #keep}) and a
 * spare one becomes the scratch: no copy. When very many connections are stalled at once, further ones get small buffers, so
 * that slow readers cost little more here than what the kernel holds for them anyway.
 */
final class Buffers {

    private static final int MAX_SPARE = 16;
    private static final int MANY_KEPT = 64;
    private static final int SMALL = 16 * 1024;

    private final int size;
    private final ArrayDeque<ByteBuffer> spare = new ArrayDeque<>();
    private ByteBuffer scratch;
    private int kept;

    Buffers(int size) {
        this.size = size;
    }

    /** {@return the scratch buffer, empty; its content is anybody's once the caller returns} */
    ByteBuffer scratch() {
        if (scratch == null) {
            ByteBuffer free = spare.pollLast();
            int wanted = kept < MANY_KEPT ? size : Math.min(size, SMALL);
            scratch = free != null ? free : ByteBuffer.allocateDirect(wanted).order(ByteOrder.nativeOrder());
        }
        return scratch.clear();
    }

    /** The scratch's remaining bytes must outlive this turn. {@return the scratch, now the caller's} */
    ByteBuffer keep() {
        ByteBuffer mine = scratch;
        scratch = null;
        kept++;
        return mine;
    }

    /** Takes a kept buffer back; null and copies on the heap are ignored. Small ones, and more than a few, are left to the collector. */
    void giveBack(ByteBuffer buffer) {
        if (buffer == null || !buffer.isDirect()) {
            return;
        }
        kept--;
        if (scratch != null && scratch.capacity() < buffer.capacity()) {
            scratch = buffer;
        } else if (spare.size() < MAX_SPARE && buffer.capacity() == size) {
            spare.addLast(buffer);
        }
    }
}
