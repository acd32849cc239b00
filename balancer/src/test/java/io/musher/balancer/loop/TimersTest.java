package io.musher.balancer.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimersTest {

    private final Timers timers = new Timers();
    private final List<String> ran = new ArrayList<>();

    @Test
    void shouldGiveTheEarliestFirst() {
        set(30, "c");
        set(10, "a");
        set(20, "b");

        runDue(30);

        assertEquals(List.of("a", "b", "c"), ran);
    }

    @Test
    void shouldKeepTheOrderOfSettingForEqualDeadlines() {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            set(7, "t" + i);
            expected.add("t" + i);
        }

        runDue(7);

        assertEquals(expected, ran);
    }

    @Test
    void shouldGiveNothingBeforeItsTime() {
        set(10, "a");

        assertNull(timers.takeDue(9));
        runDue(10);

        assertEquals(List.of("a"), ran);
    }

    @Test
    void shouldTellHowLongToWait() {
        assertEquals(-1, timers.untilNext(0));

        set(10, "a");
        set(5, "b");

        assertEquals(5, timers.untilNext(0));
        assertEquals(0, timers.untilNext(5));
        assertEquals(0, timers.untilNext(99));
    }

    @Test
    void shouldForgetACancelledTimerAtOnce() {
        Timers.Timer first = set(1, "a");
        set(2, "b");

        timers.cancel(first);

        assertEquals(2, timers.untilNext(0));
        runDue(2);
        assertEquals(List.of("b"), ran);
        assertTrue(timers.isEmpty());
    }

    @Test
    void shouldIgnoreACancelOfWhatIsNotPending() {
        Timers.Timer ran1 = set(1, "a");
        Timers.Timer cancelled = set(2, "b");
        set(3, "c");
        runDue(1);
        timers.cancel(cancelled);

        timers.cancel(ran1);
        timers.cancel(cancelled);
        timers.cancel(null);

        runDue(3);
        assertEquals(List.of("a", "c"), ran);
    }

    @Test
    void shouldKeepOrderWhenOneIsTakenOutOfTheMiddle() {
        for (int victim = 0; victim < 20; victim++) {
            Timers.Timer[] all = new Timers.Timer[20];
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                int at = (i * 7) % 20;
                all[at] = set(at, "t" + at);
            }
            for (int i = 0; i < 20; i++) {
                if (i != victim) {
                    expected.add("t" + i);
                }
            }

            timers.cancel(all[victim]);
            runDue(20);

            assertEquals(expected, ran, "without t" + victim);
            ran.clear();
        }
    }

    @Test
    void shouldCompareDeadlinesAcrossTheOverflowOfTheClock() {
        long now = Long.MAX_VALUE - 5;
        set(now + 10, "later"); // a negative number
        set(now + 1, "sooner");

        assertEquals(1, timers.untilNext(now));
        runDue(now + 1);
        assertEquals(List.of("sooner"), ran);
        assertEquals(9, timers.untilNext(now + 1));
        runDue(now + 10);

        assertEquals(List.of("sooner", "later"), ran);
    }

    @Test
    void shouldHandOutTheTaskItself() {
        Runnable task = () -> {};
        timers.set(0, task);

        assertSame(task, timers.takeDue(0));
    }

    private Timers.Timer set(long at, String name) {
        return timers.set(at, () -> ran.add(name));
    }

    private void runDue(long now) {
        for (Runnable task; (task = timers.takeDue(now)) != null;) {
            task.run();
        }
    }
}
