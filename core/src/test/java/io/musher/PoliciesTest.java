package io.musher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class PoliciesTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void shouldHaveTheDefaultsThatAreDocumented() {
        assertEquals(new StopPolicy(Duration.ZERO, Duration.ofSeconds(20), Duration.ofSeconds(5)),
                StopPolicy.ofDefaults());
        assertEquals(
                new RestartPolicy(RestartPolicy.When.ALWAYS, Duration.ofMillis(100), Duration.ofSeconds(15), SECOND, 10,
                        Duration.ofSeconds(60)),
                RestartPolicy.always());
        for (HealthCheck check : List.of(HealthCheck.tcp(), HealthCheck.http("/health?deep"),
                HealthCheck.heartbeat())) {
            assertEquals(new HealthCheck(check.kind(), check.path(), SECOND.multipliedBy(2), SECOND, 1, 3,
                    HealthCheck.Role.LIVENESS), check);
        }
        assertEquals(RestartPolicy.When.NEVER, RestartPolicy.never().when());
        assertEquals(RestartPolicy.When.ON_FAILURE, RestartPolicy.onFailure().when());
    }

    @Test
    void shouldChangeOneThingAtATime() {
        assertEquals(new StopPolicy(SECOND, SECOND.multipliedBy(2), SECOND.multipliedBy(3)), StopPolicy.ofDefaults()
                .withPreStopDelay(SECOND).withDrain(SECOND.multipliedBy(2)).withKill(SECOND.multipliedBy(3)));
        assertEquals(
                new HealthCheck(HealthCheck.Kind.TCP, "", SECOND.multipliedBy(5), SECOND.multipliedBy(6), 7, 8,
                        HealthCheck.Role.READINESS),
                HealthCheck.tcp().withInterval(SECOND.multipliedBy(5)).withTimeout(SECOND.multipliedBy(6)).withRise(7)
                        .withFall(8).asReadiness());
        assertEquals(new RecyclePolicy(SECOND, 2, 3),
                RecyclePolicy.never().withMaxAge(SECOND).withMaxMemory(2).withMaxConnections(3));
        assertEquals(new ReloadPolicy(4, SECOND, SECOND.multipliedBy(2), ReloadPolicy.OnFailure.RETRY),
                ReloadPolicy.onFailure(ReloadPolicy.OnFailure.RETRY).withBatch(4).withSoak(SECOND)
                        .withOverlap(SECOND.multipliedBy(2)));
        assertEquals(new RestartPolicy(RestartPolicy.When.ALWAYS, SECOND, SECOND, Duration.ZERO, 3, SECOND),
                RestartPolicy.always()
                        .withDelays(SECOND, SECOND).withStableAfter(Duration.ZERO).withGiveUp(3, SECOND));
    }

    @Test
    void shouldNameWhatIsWrong() {
        assertThrows(NullPointerException.class, () -> StopPolicy.ofDefaults().withDrain(null));
        assertTrue(
                assertThrows(IllegalArgumentException.class, () -> StopPolicy.ofDefaults().withKill(SECOND.negated()))
                        .getMessage().contains("kill -1 s"));
        assertThrows(NullPointerException.class, () -> RestartPolicy.always().withStableAfter(null));
        assertThrows(IllegalArgumentException.class, () -> RestartPolicy.always().withStableAfter(SECOND.negated()));
        assertThrows(IllegalArgumentException.class, () -> RestartPolicy.always().withDelays(Duration.ZERO, SECOND));
        assertThrows(IllegalArgumentException.class, () -> RestartPolicy.always().withGiveUp(-1, SECOND));
        assertThrows(IllegalArgumentException.class, () -> RestartPolicy.always().withGiveUp(3, Duration.ZERO));
        assertThrows(IllegalStateException.class, () -> RestartPolicy.always().withDelays(SECOND, SECOND.dividedBy(2)));
        assertThrows(IllegalArgumentException.class, () -> ReloadPolicy.ofDefaults().withBatch(0));
        assertTrue(assertThrows(IllegalArgumentException.class,
                () -> ReloadPolicy.ofDefaults().withOverlap(Duration.ofDays(366))).getMessage().contains("overlap"));
        assertThrows(NullPointerException.class, () -> ReloadPolicy.ofDefaults().withSoak(null));
    }

    @Test
    void shouldTellAnExitInWords() {
        Exit crash = new Exit(OptionalInt.of(42), Optional.empty(), false, Exit.Cause.CRASHED, 42);
        assertEquals("exit code 42 (crashed)", crash.toString());
        Exit killed = new Exit(OptionalInt.empty(), Optional.of("SIGKILL"), true, Exit.Cause.STOPPED, 137);
        assertEquals("stopped (SIGKILL)", killed.toString());
        assertThrows(IllegalArgumentException.class,
                () -> new Exit(OptionalInt.empty(), Optional.empty(), true, Exit.Cause.STOPPED, 0));
    }
}
