package io.musher.balancer;

import io.musher.balancer.loop.Log;
import io.musher.balancer.loop.Nullable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.function.LongSupplier;

/**
 * Pool of one event loop's direct buffers: a scratch buffer that every read uses, and a budget of buffers that keep
 * bytes for slow peers.
 *
 * <p>A quarter of the budget, at most 16 buffers, are as large as the scratch: to keep a large remainder without a
 * copy, the scratch itself stays with the connection and a large buffer becomes the new scratch. The rest are blocks of
 * 16 KiB, into which small remainders are copied. While all large buffers are taken, reads are no larger than a block,
 * so that the remainder of a read always fits into a block.
 *
 * <p>Memory is allocated when it is first needed and reused until the loop ends, independent of the garbage collector.
 */
final class BufferPool {

    private static final Log LOG = Log.of(Balancer.class);
    private static final int BLOCK = 16 * 1024;
    // enough for bulk transfers that stall briefly; hundreds of stalled ones must take little each
    private static final int MAX_LARGE = 16;
    private static final long RETRY_AFTER = 60_000_000_000L;

    private final int size;
    private final int blockSize;
    private final LongSupplier clock;
    private final ArrayDeque<ByteBuffer> large = new ArrayDeque<>();
    private final ArrayDeque<ByteBuffer> blocks = new ArrayDeque<>();
    private ByteBuffer scratch;
    private int largeLeft; // not allocated yet
    private int blocksLeft;
    private boolean allocationFailed;
    private long allocationFailedAt;
    private final Counters.Counter kept = new Counters.Counter();

    /**
     * Allocates the scratch.
     *
     * @param size bytes of the scratch
     * @param budget the most bytes of other buffers, at least one block
     * @param clock the current time in nanoseconds
     */
    BufferPool(int size, long budget, LongSupplier clock) {
        this.size = size;
        this.blockSize = Math.min(size, BLOCK);
        this.clock = clock;
        this.largeLeft = size == blockSize ? 0 : (int) Math.min(MAX_LARGE, budget / 4 / size);
        this.blocksLeft = (int) Math.min(Integer.MAX_VALUE, (budget - (long) largeLeft * size) / blockSize);
        this.scratch = direct(size);
        addLarge();
    }

    /**
     * {@return the scratch buffer, empty, limited to what may be read at once; the next user overwrites its content}
     */
    ByteBuffer scratch() {
        scratch.clear();
        if (large.isEmpty()) {
            scratch.limit(blockSize);
        }
        return scratch;
    }

    /** {@return the scratch buffer, limited to a block: for reads whose bytes will be kept in any case} */
    ByteBuffer smallScratch() {
        return scratch.clear().limit(blockSize);
    }

    boolean isScratch(ByteBuffer buffer) {
        return buffer == scratch;
    }

    /**
     * {@return the scratch's remaining bytes in a buffer that the caller must release; null when the budget is spent}
     */
    @Nullable
    ByteBuffer keep() {
        if (scratch.remaining() <= blockSize) {
            ByteBuffer block = block();
            if (block != null) {
                return block.put(scratch).flip();
            }
        }
        if (large.isEmpty()) {
            return null; // reads are limited to a block while no large buffer is left, so the blocks are spent, too
        }
        ByteBuffer mine = scratch;
        scratch = large.pollLast();
        kept.add(size);
        if (large.isEmpty()) {
            addLarge();
        }
        return mine;
    }

    /** {@return an empty block that the caller must release; null when the budget is spent} */
    @Nullable
    ByteBuffer block() {
        if (blocks.isEmpty() && !allocateBlocks()) {
            return null;
        }
        kept.add(blockSize);
        return blocks.pollLast().clear();
    }

    /** Returns a kept buffer to the pool; ignores null and heap buffers. */
    void release(@Nullable ByteBuffer buffer) {
        if (buffer == null || !buffer.isDirect()) {
            return;
        }
        kept.add(-buffer.capacity());
        (buffer.capacity() == blockSize ? blocks : large).addLast(buffer);
    }

    /** {@return the bytes of the budget that are in use; callable from any thread} */
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

    private boolean allocateBlocks() {
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

    /**
     * Allocates direct memory. Other code of this JVM may have taken what the budget allows; a failed attempt takes
     * half a second then, so the next one follows after a minute.
     */
    private @Nullable ByteBuffer allocate(int bytes) {
        if (allocationFailed && clock.getAsLong() - allocationFailedAt < RETRY_AFTER) {
            return null;
        }
        try {
            ByteBuffer buffer = direct(bytes);
            allocationFailed = false;
            return buffer;
        } catch (OutOfMemoryError e) {
            allocationFailed = true;
            allocationFailedAt = clock.getAsLong();
            LOG.warn(
                    "cannot allocate direct memory for buffers, though maxBufferedBytes allows it ({}); {} bytes are in"
                            + " use, the next attempt follows in 60 s: raise -XX:MaxDirectMemorySize or lower"
                            + " maxBufferedBytes",
                    String.valueOf(e.getMessage()), kept());
            return null;
        }
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }
}
