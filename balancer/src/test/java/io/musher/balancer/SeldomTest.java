package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SeldomTest {

    private static final long SECOND = 1_000_000_000;

    private final Seldom seldom = new Seldom();

    @Test
    void shouldSpeakOnceInTenSeconds() {
        assertTrue(seldom.now(0));
        assertFalse(seldom.now(0));
        assertFalse(seldom.now(10 * SECOND - 1));
        assertTrue(seldom.now(10 * SECOND));
        assertFalse(seldom.now(11 * SECOND));
        assertTrue(seldom.now(20 * SECOND));
    }

    @Test
    void shouldSpeakAtFirstWhateverTheClockSays() {
        for (long start : new long[] {0, -5, 5, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertTrue(new Seldom().now(start), () -> "at " + start);
        }
    }

    @Test
    void shouldBearTheOverflowOfTheClock() {
        assertTrue(seldom.now(Long.MAX_VALUE - SECOND));

        assertFalse(seldom.now(Long.MAX_VALUE));
        assertFalse(seldom.now(Long.MIN_VALUE + SECOND));
        assertTrue(seldom.now(Long.MIN_VALUE + 10 * SECOND));
    }
}
