package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
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

    private final Buffers buffers = new Buffers(1024);

    @Test
    void shouldGiveOneScratchAgainAndAgain() {
        ByteBuffer scratch = buffers.scratch();
        scratch.putInt(1).flip();

        assertSame(scratch, buffers.scratch());
        assertEquals(0, scratch.position(), "empty again");
        assertEquals(1024, scratch.limit());
    }

    @Test
    void shouldBeDirectAndOfNativeOrder() {
        assertTrue(buffers.scratch().isDirect());
        assertEquals(ByteOrder.nativeOrder(), buffers.scratch().order());
        buffers.keep();
        assertEquals(ByteOrder.nativeOrder(), buffers.scratch().order());
    }

    @Test
    void shouldGiveAnotherWhenOneIsKept() {
        ByteBuffer scratch = buffers.scratch();
        scratch.putInt(42);

        ByteBuffer kept = buffers.keep();

        assertSame(scratch, kept);
        assertNotSame(kept, buffers.scratch());
        assertEquals(4, kept.position(), "it is the keeper's now, as it was");
    }

    @Test
    void shouldUseAReturnedBufferAgain() {
        buffers.scratch();
        ByteBuffer kept = buffers.keep();
        kept.position(7).limit(9);
        buffers.giveBack(kept);

        ByteBuffer again = buffers.scratch();

        assertSame(kept, again);
        assertEquals(0, again.position());
        assertEquals(1024, again.limit());
    }

    @Test
    void shouldNeverGiveOneBufferToTwo() {
        Set<ByteBuffer> held = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < 40; i++) {
                buffers.scratch();
                assertTrue(held.add(buffers.keep()), "held by another");
            }
            List<ByteBuffer> returned = new ArrayList<>(held);
            held.clear();
            returned.forEach(buffers::giveBack);
        }
    }

    @Test
    void shouldKeepABoundedNumberOfSpareOnes() {
        List<ByteBuffer> kept = keep(buffers, 40);
        Set<ByteBuffer> known = Collections.newSetFromMap(new IdentityHashMap<>());
        known.addAll(kept);
        kept.forEach(buffers::giveBack);

        int reused = 0;
        for (int i = 0; i < 40; i++) {
            reused += known.contains(buffers.scratch()) ? 1 : 0;
            buffers.keep();
        }

        assertEquals(16, reused);
    }

    @Test
    void shouldGiveSmallOnesWhenVeryManyAreKept() {
        Buffers large = new Buffers(64 * 1024);
        List<ByteBuffer> kept = keep(large, 80);
        assertEquals(64 * 1024, kept.get(63).capacity());
        assertEquals(16 * 1024, kept.get(64).capacity());
        assertEquals(16 * 1024, large.scratch().capacity());

        Collections.reverse(kept); // the small ones first
        kept.forEach(large::giveBack);

        assertEquals(64 * 1024, large.scratch().capacity(), "the scratch is a large one again, at once");
        keep(large, 17).forEach(buffer -> assertEquals(64 * 1024, buffer.capacity()));
    }

    @Test
    void shouldNotTakeTheScratchAwayFromItsUser() {
        Buffers large = new Buffers(64 * 1024);
        List<ByteBuffer> kept = keep(large, 65);
        ByteBuffer inUse = large.scratch();
        inUse.put((byte) 42);

        large.giveBack(kept.get(0)); // a better scratch, while the present one is being read from
        ByteBuffer next = large.scratch();
        next.put((byte) 7);

        assertNotSame(inUse, next);
        assertEquals(42, inUse.get(0));
    }

    @Test
    void shouldNotMakeSmallSizesLarger() {
        keep(buffers, 100).forEach(buffer -> assertEquals(1024, buffer.capacity()));
    }

    private static List<ByteBuffer> keep(Buffers buffers, int count) {
        List<ByteBuffer> kept = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            buffers.scratch();
            kept.add(buffers.keep());
        }
        return kept;
    }

    @Test
    void shouldIgnoreNothing() {
        buffers.giveBack(null);

        assertEquals(1024, buffers.scratch().remaining());
    }
}
