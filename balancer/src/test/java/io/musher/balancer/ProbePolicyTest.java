package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProbePolicyTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void shouldHaveDefaults() {
        assertEquals(new ProbePolicy(Duration.ofSeconds(2), SECOND, 2, 3), ProbePolicy.ofDefaults());
    }

    @Test
    void shouldNameWhatIsNull() {
        assertEquals("probe interval",
                assertThrows(NullPointerException.class, () -> new ProbePolicy(null, SECOND, 1, 1)).getMessage());
        assertEquals("probe timeout",
                assertThrows(NullPointerException.class, () -> new ProbePolicy(SECOND, null, 1, 1)).getMessage());
    }

    @Test
    void shouldNameTheBadValue() {
        refused("probe interval 0 s", () -> new ProbePolicy(Duration.ZERO, SECOND, 1, 1));
        refused("probe interval -1 s", () -> new ProbePolicy(SECOND.negated(), SECOND, 1, 1));
        refused("probe timeout 0 s", () -> new ProbePolicy(SECOND, Duration.ZERO, 1, 1));
        refused("probe timeout -1 s", () -> new ProbePolicy(SECOND, SECOND.negated(), 1, 1));
        refused("rise 0", () -> new ProbePolicy(SECOND, SECOND, 0, 1));
        refused("fall -1", () -> new ProbePolicy(SECOND, SECOND, 1, -1));
    }

    /** A loop counts in nanoseconds: 292 years is all that fits, and who means never leaves the probe out. */
    @Test
    void shouldRefuseDurationsThatDoNotFit() {
        refused("probe interval", () -> new ProbePolicy(Duration.ofSeconds(Long.MAX_VALUE), SECOND, 1, 1));
        refused("probe timeout", () -> new ProbePolicy(SECOND, Duration.ofDays(366), 1, 1));
    }

    @Test
    void shouldReplaceOneComponentAndKeepTheOthers() {
        ProbePolicy policy = ProbePolicy.ofDefaults().withInterval(SECOND.multipliedBy(3))
                .withTimeout(SECOND.multipliedBy(4)).withRise(5).withFall(6);

        assertEquals(new ProbePolicy(SECOND.multipliedBy(3), SECOND.multipliedBy(4), 5, 6), policy);
        refused("fall 0", () -> ProbePolicy.ofDefaults().withFall(0));
    }

    private static void refused(String part, Runnable construction) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, construction::run);
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }
}
