package io.musher.balancer.loop;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LogThrottleTest {

    private static final long SECOND = 1_000_000_000;

    private final LogThrottle throttle = new LogThrottle();

    @Test
    void shouldSpeakOnceInTenSeconds() {
        assertTrue(throttle.isDue(0));
        assertFalse(throttle.isDue(0));
        assertFalse(throttle.isDue(10 * SECOND - 1));
        assertTrue(throttle.isDue(10 * SECOND));
        assertFalse(throttle.isDue(11 * SECOND));
        assertTrue(throttle.isDue(20 * SECOND));
    }

    @Test
    void shouldSpeakAtFirstWhateverTheClockSays() {
        for (long start : new long[]{0, -5, 5, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertTrue(new LogThrottle().isDue(start), () -> "at " + start);
        }
    }

    @Test
    void shouldBearTheOverflowOfTheClock() {
        assertTrue(throttle.isDue(Long.MAX_VALUE - SECOND));

        assertFalse(throttle.isDue(Long.MAX_VALUE));
        assertFalse(throttle.isDue(Long.MIN_VALUE + SECOND));
        assertTrue(throttle.isDue(Long.MIN_VALUE + 10 * SECOND));
    }
}
