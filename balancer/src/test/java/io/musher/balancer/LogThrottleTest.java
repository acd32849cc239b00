package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LogThrottleTest {

    private static final long SECOND = 1_000_000_000;

    private final LogThrottle seldom = new LogThrottle();

    @Test
    void shouldSpeakOnceInTenSeconds() {
        assertTrue(seldom.isDue(0));
        assertFalse(seldom.isDue(0));
        assertFalse(seldom.isDue(10 * SECOND - 1));
        assertTrue(seldom.isDue(10 * SECOND));
        assertFalse(seldom.isDue(11 * SECOND));
        assertTrue(seldom.isDue(20 * SECOND));
    }

    @Test
    void shouldSpeakAtFirstWhateverTheClockSays() {
        for (long start : new long[]{0, -5, 5, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertTrue(new LogThrottle().isDue(start), () -> "at " + start);
        }
    }

    @Test
    void shouldBearTheOverflowOfTheClock() {
        assertTrue(seldom.isDue(Long.MAX_VALUE - SECOND));

        assertFalse(seldom.isDue(Long.MAX_VALUE));
        assertFalse(seldom.isDue(Long.MIN_VALUE + SECOND));
        assertTrue(seldom.isDue(Long.MIN_VALUE + 10 * SECOND));
    }
}
