package io.musher.balancer.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Against the plainest model there is: a list, sorted anew each time. */
class TimersProperties {

    enum Kind {
        SET, SET_MANY, CANCEL, CANCEL_FIRST, PASS
    }

    record Step(Kind kind, int number) {}

    private record Expected(long at, int id, Timers.Timer timer) {}

    private final Timers timers = new Timers();
    private final List<Expected> model = new ArrayList<>();
    private final List<Expected> gone = new ArrayList<>();
    private final List<Integer> ran = new ArrayList<>();
    private int ids;

    @Property(tries = 500)
    void shouldBehaveLikeASortedList(@ForAll("starts") long start, @ForAll("steps") List<Step> steps) {
        long now = start;
        for (Step step : steps) {
            switch (step.kind) {
                case SET -> set(now + step.number);
                case SET_MANY -> {
                    for (int i = 0; i < step.number; i++) {
                        set(now + i * 7919L % 50);
                    }
                }
                case CANCEL -> cancel(step.number);
                case CANCEL_FIRST -> cancel(0);
                default -> {
                    now += step.number;
                    runDue(now);
                }
            }
            assertEquals(model.isEmpty(), timers.isEmpty());
            assertEquals(untilNext(now), timers.untilNext(now));
        }
        runDue(now + 1000);
        assertEquals(0, model.size());
    }

    private void set(long at) {
        int id = ids++;
        model.add(new Expected(at, id, timers.set(at, () -> ran.add(id))));
        sort();
    }

    private void cancel(int which) {
        if (!gone.isEmpty() && which % 3 == 2) {
            timers.cancel(gone.get(which % gone.size()).timer); // must change nothing
        } else if (!model.isEmpty()) {
            Expected victim = model.remove(which % model.size());
            timers.cancel(victim.timer);
            gone.add(victim);
        }
    }

    private void runDue(long now) {
        while (!model.isEmpty() && model.get(0).at - now <= 0) {
            Expected first = model.remove(0);
            timers.takeDue(now).run();
            assertEquals(first.id, ran.get(ran.size() - 1));
            gone.add(first);
        }
        assertNull(timers.takeDue(now));
    }

    private long untilNext(long now) {
        return model.isEmpty() ? -1 : Math.max(0, model.get(0).at - now);
    }

    private void sort() {
        Comparator<Expected> byTime = (a, b) -> Long.signum(a.at - b.at);
        model.sort(byTime.thenComparing(Expected::id));
    }

    @Provide
    Arbitrary<Long> starts() {
        return Arbitraries.oneOf(Arbitraries.longs(),
                Arbitraries.longs().between(Long.MAX_VALUE - 100, Long.MAX_VALUE));
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Kind> kinds = Arbitraries.of(Kind.class);
        return kinds.flatMap(kind -> Arbitraries.integers().between(0, 40).map(n -> new Step(kind, n))).list()
                .ofMaxSize(60);
    }
}
