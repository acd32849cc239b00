package io.musher.internal.process.output;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BoundedHandoffTest {

    private static final int HALF = 512 << 10;

    private final ConcurrentLinkedQueue<Integer> taken = new ConcurrentLinkedQueue<>();

    @Test
    void shouldHandOverInOrderUntilItIsClosed() {
        BoundedHandoff<Integer> handOff = new BoundedHandoff<>("test", taken::add);
        for (int i = 0; i < 1000; i++) {
            assertTrue(handOff.offer(i, 1));
        }
        handOff.close(10_000);
        assertEquals(1000, taken.size());
        assertEquals(List.of(0, 1, 2), List.copyOf(taken).subList(0, 3));
        assertFalse(handOff.offer(1, 1));
        assertEquals(1, handOff.dropped());
    }

    @Test
    void shouldDropWhileNobodyTakesAndGoOnWhenSomebodyDoes() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        BoundedHandoff<Integer> handOff = new BoundedHandoff<>("test", value -> {
            first.countDown();
            waitFor(goOn);
            taken.add(value);
        }, TimeUnit.MILLISECONDS.toNanos(20));
        assertTrue(handOff.offer(1, HALF));
        assertTrue(first.await(10, TimeUnit.SECONDS));
        assertTrue(handOff.offer(2, HALF));
        assertFalse(handOff.offer(3, 1), "after its patience");
        assertFalse(handOff.offer(4, 1), "at once");
        assertEquals(2, handOff.dropped());
        goOn.countDown();
        await("both").until(() -> taken.size() == 2);
        assertTrue(handOff.offer(5, HALF));
        handOff.close(10_000);
        assertEquals(List.of(1, 2, 5), List.copyOf(taken));
    }

    @Test
    void shouldWarnOnceWhileTheConsumerBlocks() throws Exception {
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true));
        CountDownLatch release = new CountDownLatch(1);
        BoundedHandoff<Integer> handOff = new BoundedHandoff<>("blocked", value -> waitFor(release),
                TimeUnit.MILLISECONDS.toNanos(20));
        try {
            handOff.offer(1, HALF);
            handOff.offer(2, HALF);
            for (int i = 0; i < 10; i++) {
                assertFalse(handOff.offer(3, HALF));
            }
            await("a warning").until(() -> log.toString().contains("blocked: the consumer has taken no output"));
        } finally {
            release.countDown();
            handOff.close(10_000);
            System.setErr(before);
        }
        assertEquals(1, log.toString().split("has taken no output", -1).length - 1, log::toString);
    }

    @Test
    void shouldTakeOneThatIsLargerThanAll() {
        BoundedHandoff<Integer> handOff = new BoundedHandoff<>("test", taken::add);
        assertTrue(handOff.offer(1, 5 << 20));
        handOff.close(10_000);
        assertEquals(List.of(1), List.copyOf(taken));
    }

    @Test
    void shouldWaitForOneThatIsSlow() {
        BoundedHandoff<Integer> handOff = new BoundedHandoff<>("test", value -> {
            waitFor(new CountDownLatch(0));
            taken.add(value);
        });
        for (int i = 0; i < 100; i++) {
            assertTrue(handOff.offer(i, HALF));
        }
        handOff.close(10_000);
        assertEquals(100, taken.size());
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
