package io.musher.internal.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.RestartPolicy;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class RestartBudgetProperties {

    private static final long MILLI = 1_000_000;

    @Property
    void shouldDoubleTheDelayWithinBoundsAndLetJitterOnlyShorten(@ForAll @IntRange(min = 1, max = 200) int starts,
            @ForAll @DoubleRange(max = 0.99) double random, @ForAll long begin) {
        RestartBudget budget = new RestartBudget(RestartPolicy.always().withGiveUp(0, Duration.ofSeconds(60)));
        for (int k = 0; k < starts; k++) {
            long full = Math.min(15_000 * MILLI, 100 * MILLI << Math.min(k, 20));
            long delay = budget.unstable(false, begin, random);
            assertTrue(delay <= full && delay >= full / 2, delay + " of " + full);
        }
    }

    @Property
    void shouldFitTenUnstableStartsIntoTheWindow(@ForAll @DoubleRange(max = 0.99) double random, @ForAll long begin) {
        RestartBudget budget = new RestartBudget(RestartPolicy.always());
        long now = begin;
        for (int k = 1; k < 10; k++) {
            long delay = budget.unstable(false, now, random);
            assertTrue(delay >= 0, "given up after " + k);
            now += delay;
        }
        assertTrue(now - begin < 60_000 * MILLI);
        assertEquals(RestartBudget.SPENT, budget.unstable(false, now, random));
    }

    @Property
    void shouldCountSlowStartsToo(@ForAll @Size(10) List<@LongRange(min = 0, max = 600_000) Long> pauses) {
        RestartBudget budget = new RestartBudget(RestartPolicy.always());
        long now = 0;
        int starts = 0;
        for (long pause : pauses) {
            now += pause * MILLI;
            starts++;
            assertEquals(starts == 10, budget.unstable(false, now, 0) == RestartBudget.SPENT);
        }
    }

    /** Unstable ones among stable ones are too many if and only if the window holds ten. */
    @Property
    void shouldCountWithinTheWindow(@ForAll @Size(max = 60) List<@IntRange(min = 0, max = 20_000) Integer> pauses) {
        RestartBudget budget = new RestartBudget(RestartPolicy.always());
        long[] at = new long[pauses.size()];
        long now = Long.MAX_VALUE - 100_000 * MILLI;
        for (int i = 0; i < at.length; i++) {
            now += pauses.get(i) * MILLI;
            at[i] = now;
            budget.stable(0);
            boolean spent = budget.unstable(true, now, 0) == RestartBudget.SPENT;
            assertEquals(i >= 9 && now - at[i - 9] <= 60_000 * MILLI, spent, "the " + i + "th");
            if (spent) {
                return;
            }
        }
    }

    @Property
    void shouldRestartAtOnceAfterOneThatWasReady(@ForAll @IntRange(min = 0, max = 8) int before) {
        RestartBudget budget = new RestartBudget(RestartPolicy.always());
        for (int i = 0; i < before; i++) {
            budget.unstable(false, 0, 0);
        }
        assertEquals(0, budget.stable(0));
        assertEquals(0, budget.unstable(true, 0, 0));
        assertTrue(before == 8 || budget.unstable(true, 0, 0) == 200 * MILLI);
    }
}
