package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CountersTest {

    @Test
    void shouldAdd() {
        Counters.Counter counter = new Counters.Counter();
        assertEquals(0, counter.get());

        counter.add(3);
        counter.add(1L << 40);

        assertEquals(3 + (1L << 40), counter.get());
    }

    @Test
    void shouldBeSeenByAnotherThreadWhileItGrows() throws Exception {
        Counters.Counter counter = new Counters.Counter();
        Thread writer = new Thread(() -> {
            try {
                // time for the reader's loop to be compiled, which is when a plain read would stand still
                Thread.sleep(300);
            } catch (InterruptedException e) {
                return;
            }
            for (int i = 0; i < 5_000_000; i++) {
                counter.add(1);
            }
        });
        writer.start();
        while (counter.get() == 0) {} // never ends if the reader may keep an old value
        long last = 0;
        while (last < 5_000_000) {
            long now = counter.get();
            assertTrue(now >= last, "it never goes back");
            last = now;
        }
        writer.join();

        assertEquals(5_000_000, counter.get());
    }
}
