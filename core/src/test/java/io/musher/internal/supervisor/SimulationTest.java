package io.musher.internal.supervisor;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many seeded lives; a failure prints its seed and tells that life. More of them: {@code -Dmusher.schedules=1000000},
 * others: {@code -Dmusher.seed=1000000}.
 */
class SimulationTest {

    @Test
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    void shouldKeepEveryInvariantInManyLives() {
        long schedules = Long.getLong("musher.schedules", 5_000);
        long first = Long.getLong("musher.seed", 1);
        long begin = System.nanoTime();
        for (long seed = first; seed < first + schedules; seed++) {
            Simulation.run(seed);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        System.out.printf("%d schedules in %.1f s, %.0f per second%n", schedules, seconds, schedules / seconds);
    }

    /**
     * Seeds that know certain bugs: a predecessor lost from sight, one sent away before its birth, a budget, a birth
     * during the stop, a disconnect of one that had asked to be stopped, a slot that gave up between two
     * tries of a rollout.
     */
    @ParameterizedTest
    @ValueSource(longs = {52, 398, 1112, 1290, 132510, 37795})
    void shouldKeepEveryInvariantWhereOneWasBroken(long seed) {
        Simulation.run(seed);
    }
}
