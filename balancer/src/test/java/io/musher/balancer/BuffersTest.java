package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BuffersTest {

    private static final int SIZE = 64 * 1024;
    private static final int BLOCK = 16 * 1024;

    /** Room for two large buffers and 24 blocks. */
    private final BufferPool buffers = new BufferPool(SIZE, 8 * SIZE, System::nanoTime);

    @Test
    void shouldGiveOneScratchAgainAndAgain() {
        ByteBuffer scratch = buffers.scratch();
        scratch.putInt(1).flip();

        assertSame(scratch, buffers.scratch());
        assertEquals(0, scratch.position(), "empty again");
        assertEquals(SIZE, scratch.limit());
        assertTrue(buffers.isScratch(scratch));
    }

    @Test
    void shouldBeDirectAndOfNativeOrder() {
        for (ByteBuffer buffer : List.of(buffers.scratch(), buffers.block(), keep(SIZE), buffers.scratch())) {
            assertTrue(buffer.isDirect());
            assertEquals(ByteOrder.nativeOrder(), buffer.order());
        }
    }

    @Test
    void shouldKeepALargeRemainderWithoutACopy() {
        ByteBuffer scratch = buffers.scratch();

        ByteBuffer kept = keep(BLOCK + 1);

        assertSame(scratch, kept);
        assertFalse(buffers.isScratch(kept));
        assertContent(kept, BLOCK + 1);
        assertEquals(SIZE, buffers.kept());
    }

    @Test
    void shouldKeepASmallRemainderInABlock() {
        ByteBuffer scratch = buffers.scratch();

        ByteBuffer kept = keep(BLOCK);

        assertSame(scratch, buffers.scratch(), "the scratch stays");
        assertContent(kept, BLOCK);
        assertEquals(BLOCK, buffers.kept());
    }

    @Test
    void shouldReadNoMoreThanABlockWhenALargeRemainderCouldNotBeKept() {
        List<ByteBuffer> kept = List.of(keep(SIZE), keep(SIZE));
        assertEquals(BLOCK, buffers.scratch().limit());
        assertSame(buffers.scratch(), buffers.smallScratch());

        buffers.release(kept.get(1));

        assertEquals(SIZE, buffers.scratch().limit());
    }

    @Test
    void shouldKeepNoMoreThanItsBudget() {
        List<ByteBuffer> kept = keepAll();
        assertEquals(26, kept.size());
        assertEquals(8 * SIZE, buffers.kept());
        assertNull(buffers.block());
        assertNotNull(buffers.scratch(), "there is always one to read into");

        kept.forEach(buffers::release);

        assertEquals(0, buffers.kept());
        assertEquals(26, keepAll().size(), "the same again");
    }

    @Test
    void shouldUseMemoryAgain() {
        Set<ByteBuffer> known = Collections.newSetFromMap(new IdentityHashMap<>());
        known.add(buffers.scratch());
        List<ByteBuffer> kept = keepAll();
        known.addAll(kept);
        known.add(buffers.scratch());
        for (int round = 0; round < 5; round++) {
            kept.forEach(buffers::release);
            kept = keepAll();
            assertTrue(known.containsAll(kept));
        }
    }

    @Test
    void shouldNeverGiveOneBufferToTwo() {
        List<ByteBuffer> kept = keepAll();
        for (int i = 0; i < kept.size(); i++) {
            ByteBuffer buffer = kept.get(i).clear();
            while (buffer.hasRemaining()) {
                buffer.put((byte) i);
            }
        }
        for (int i = 0; i < kept.size(); i++) {
            ByteBuffer buffer = kept.get(i).flip();
            while (buffer.hasRemaining()) {
                assertEquals((byte) i, buffer.get());
            }
        }
    }

    @Test
    void shouldKeepSmallBuffersInBlocksOfTheirSize() {
        BufferPool small = new BufferPool(4096, 3 * 4096, System::nanoTime);
        for (int i = 0; i < 3; i++) {
            assertEquals(4096, small.scratch().remaining());
            assertEquals(4096, small.keep().capacity());
        }
        small.scratch();
        assertNull(small.keep());
    }

    @Test
    void shouldIgnoreNothing() {
        buffers.release(null);

        assertEquals(0, buffers.kept());
    }

    /** Keeps all that can be kept: reads as large as they may be, and no longer than the limit. */
    private List<ByteBuffer> keepAll() {
        List<ByteBuffer> kept = new ArrayList<>();
        for (ByteBuffer buffer; (buffer = keep(buffers.scratch().limit())) != null;) {
            kept.add(buffer);
        }
        return kept;
    }

    /** Reads so many bytes, numbered, and keeps them. */
    private ByteBuffer keep(int bytes) {
        ByteBuffer scratch = buffers.scratch();
        for (int i = 0; i < bytes; i++) {
            scratch.put((byte) i);
        }
        scratch.flip();
        return buffers.keep();
    }

    private static void assertContent(ByteBuffer buffer, int bytes) {
        byte[] expected = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            expected[i] = (byte) i;
        }
        byte[] content = new byte[buffer.remaining()];
        buffer.get(content);
        assertArrayEquals(expected, content);
    }
}
