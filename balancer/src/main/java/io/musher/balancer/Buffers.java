package io.musher.balancer;

import io.musher.balancer.loop.Log;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;

/**
 * A lane's direct memory: one scratch buffer that every read uses, and a budget for what has to be kept when a peer is slow.
 *
 * <p>A quarter of the budget, at most 16 buffers, are as large as the scratch: one of them becomes the scratch, and the scratch itself stays
 * with the connection, without a copy. The rest are blocks of 16 KiB, into which small remainders are copied; when the large ones are taken,
 * reads are no larger than a block, so that what is left of a read can be kept for as long as there is a block.
 *
 * <p>Memory is allocated when it is first needed and used again until the lane ends: nothing depends on the collector. The scratch
 * is there from the start, and is only filled beyond a block while another is there to take its place.
 */
final class Buffers {

    private static final Log LOG = Log.of(Balancer.class);
    private static final int BLOCK = 16 * 1024;
    private static final int MOST_LARGE = 16; // bulk transfers that stall now and then; of hundreds that stall, each is to take little
    private static final long RETRY_AFTER = 60_000_000_000L;

    private final int size;
    private final int blockSize;
    private final LongSupplier clock;
    private final ArrayDeque<ByteBuffer> large = new ArrayDeque<>();
    private final ArrayDeque<ByteBuffer> blocks = new ArrayDeque<>();
    private ByteBuffer scratch;
    private int largeLeft; // to be allocated
    private int blocksLeft;
    private boolean refused;
    private long refusedAt;
    private final Counter kept = new Counter();

    /**
     * Allocates the scratch.
     *
     * @param size of the scratch
     * @param budget bytes kept at most besides, at least one block
     * @param clock nanoseconds
     */
    Buffers(int size, long budget, LongSupplier clock) {
        this.size = size;
        this.blockSize = Math.min(size, BLOCK);
        this.clock = clock;
        this.largeLeft = size == blockSize ? 0 : (int) Math.min(MOST_LARGE, budget / 4 / size);
        this.blocksLeft = (int) Math.min(Integer.MAX_VALUE, (budget - (long) largeLeft * size) / blockSize);
        this.scratch = direct(size);
        addLarge();
    }

    /** {@return the scratch buffer, empty, its limit what may be read at once; its content is overwritten by the next user} */
    ByteBuffer scratch() {
        scratch.clear();
        if (large.isEmpty()) {
            scratch.limit(blockSize);
        }
        return scratch;
    }

    /** {@return the same, with room for no more than a block: for bytes that are certain to be kept} */
    ByteBuffer smallScratch() {
        return scratch.clear().limit(blockSize);
    }

    boolean isScratch(ByteBuffer buffer) {
        return buffer == scratch;
    }

    /** {@return the scratch's remaining bytes in a buffer that is the caller's now; null when nothing more can be kept} */
    ByteBuffer keep() {
        if (scratch.remaining() <= blockSize) {
            ByteBuffer block = block();
            if (block != null) {
                return block.put(scratch).flip();
            }
        }
        if (large.isEmpty()) {
            return null; // and what remains is no more than a block
        }
        ByteBuffer mine = scratch;
        scratch = large.pollLast();
        kept.add(size);
        if (large.isEmpty()) {
            addLarge();
        }
        return mine;
    }

    /** {@return an empty block that is the caller's now; null when there is none} */
    ByteBuffer block() {
        if (blocks.isEmpty() && !cutBlocks()) {
            return null;
        }
        kept.add(blockSize);
        return blocks.pollLast().clear();
    }

    /** Takes a kept buffer back; null and copies on the heap are ignored. */
    void release(ByteBuffer buffer) {
        if (buffer == null || !buffer.isDirect()) {
            return;
        }
        kept.add(-buffer.capacity());
        (buffer.capacity() == blockSize ? blocks : large).addLast(buffer);
    }

    /** {@return the bytes of the budget that are in use; from any thread} */
    long kept() {
        return kept.get();
    }

    private void addLarge() {
        ByteBuffer more = largeLeft == 0 ? null : allocate(size);
        if (more != null) {
            largeLeft--;
            large.addLast(more);
        }
    }

    private boolean cutBlocks() {
        int count = Math.min(blocksLeft, Math.max(1, size / blockSize));
        ByteBuffer slab = count == 0 ? null : allocate(count * blockSize);
        if (slab == null) {
            return false;
        }
        blocksLeft -= count;
        for (int i = 0; i < count; i++) {
            blocks.addLast(slab.slice(i * blockSize, blockSize).order(ByteOrder.nativeOrder()));
        }
        return true;
    }

    /** The budget may promise what others in this JVM have taken: each attempt costs half a second then, so there are few. */
    private ByteBuffer allocate(int bytes) {
        if (refused && clock.getAsLong() - refusedAt < RETRY_AFTER) {
            return null;
        }
        try {
            ByteBuffer buffer = direct(bytes);
            refused = false;
            return buffer;
        } catch (OutOfMemoryError e) {
            refused = true;
            refusedAt = clock.getAsLong();
            LOG.warn("no direct memory for the balancer's buffers, though maxBufferedBytes allows for it ({}); {} bytes are kept now, "
                    + "no more is asked for within a minute: raise -XX:MaxDirectMemorySize or lower maxBufferedBytes", e.getMessage(), kept());
            return null;
        }
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }
}
