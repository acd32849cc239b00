package io.musher.balancer;

import static io.musher.balancer.StrategyTestSupport.client;
import static io.musher.balancer.StrategyTestSupport.weighted;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class StrategyProperties {

    private static final int CLIENTS = 2000;

    @Property(tries = 200)
    void shouldGiveEachItsWeightInEveryWindowOfRoundRobin(
            @ForAll @Size(min = 1, max = 7) List<@IntRange(min = 1, max = 12) Integer> weights,
            @ForAll @IntRange(max = 90) int offset) {
        List<Candidate> ready = weighted(weights.toArray(Integer[]::new));
        int window = weights.stream().mapToInt(Integer::intValue).sum();
        RoundRobin strategy = new RoundRobin();
        StrategyTestSupport.counts(strategy, ready, offset);

        StrategyTestSupport.counts(strategy, ready, window)
                .forEach((candidate, count) -> assertEquals(candidate.target().weight(), count,
                        () -> candidate + " of " + weights + " after " + offset));
    }

    @Property(tries = 200)
    void shouldKeepRoundRobinFairWhateverTargetsComeAndGo(
            @ForAll @Size(max = 20) List<@IntRange(min = 1, max = 31) Integer> lists) {
        List<Candidate> all = StrategyTestSupport.equal(5);
        RoundRobin strategy = new RoundRobin();
        for (int bits : lists) {
            List<Candidate> ready = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                if ((bits >> i & 1) != 0) {
                    ready.add(all.get(i));
                }
            }
            StrategyTestSupport.counts(strategy, List.copyOf(ready), 7);
        }

        // whatever credit was carried over is settled after some rounds, and then it is fair again
        StrategyTestSupport.counts(strategy, all, 500);
        StrategyTestSupport.counts(strategy, all, 50).values().forEach(count -> assertEquals(10, count, 1));
    }

    @Property(tries = 100)
    void shouldMoveOnlyTheClientsOfTheTargetThatGoes(@ForAll("names") Set<String> names,
            @ForAll @IntRange(max = 100) int which) {
        List<Candidate> all = candidates(names);
        Candidate gone = all.get(which % all.size());
        List<Candidate> left = new ArrayList<>(all);
        left.remove(gone);

        int moved = 0;
        for (int i = 0; i < CLIENTS; i++) {
            Candidate before = Strategy.ipHash().choose(all, client(i));
            Candidate after = Strategy.ipHash().choose(left, client(i));
            if (before == gone) {
                moved++;
            } else {
                assertSame(before, after, "a client of a target that stays");
            }
        }

        int n = all.size();
        double share = (double) CLIENTS / n;
        double deviation = Math.sqrt(CLIENTS * (1.0 / n) * (1 - 1.0 / n));
        assertEquals(share, moved, 7 * deviation, "about one in " + n + " moves");
    }

    @Property(tries = 200)
    void shouldNeverTakeOneThatHasMoreThanAnotherWouldHaveWithOneMore(@ForAll("loads") List<FakeCandidate> loads) {
        List<Candidate> ready = List.copyOf(loads);

        Candidate chosen = Strategy.leastConnections().choose(ready, client(1));

        for (Candidate other : ready) {
            assertTrue(chosen.active() / chosen.weight() < (other.active() + 1) / other.weight());
        }
    }

    @Property(tries = 100)
    void shouldTakeOneWithFewestConnectionsWhenWeightsAreEqual(
            @ForAll @Size(min = 1, max = 8) List<@IntRange(max = 5) Integer> loads) {
        List<Candidate> ready = new ArrayList<>();
        loads.forEach(n -> ready.add(new FakeCandidate("t" + ready.size()).active(n)));

        Candidate chosen = Strategy.leastConnections().choose(ready, client(1));

        assertEquals(loads.stream().min(Integer::compare).orElseThrow(), chosen.active());
    }

    /** One connection at a time, or a few: each ends before that many others have come. */
    @Property(tries = 200)
    void shouldGiveSharesByWeightHoweverFewConnectionsThereAre(
            @ForAll("byWeight") String name,
            @ForAll @Size(min = 2, max = 5) List<@IntRange(min = 1, max = 10) Integer> weights,
            @ForAll @IntRange(max = 6) int others) {
        List<Candidate> ready = weighted(weights.toArray(Integer[]::new));

        int[] counts = shares(Strategy.of(name), ready, 6000, others);

        int sum = weights.stream().mapToInt(Integer::intValue).sum();
        for (int i = 0; i < counts.length; i++) {
            double share = 6000.0 * weights.get(i) / sum;
            if (others == 0) {
                assertEquals(share, counts[i], name.equals("random-of-two") ? 300 : 10, name + " " + weights);
            } else { // a light one that is idle goes before heavy ones that are busy
                assertTrue(counts[i] > share / 2 - 100 && counts[i] < share * 3 + 100,
                        name + " " + weights + " with " + others + " others: " + counts[i] + " of " + share);
            }
        }
    }

    @Property(tries = 50)
    void shouldGiveAFreshTargetItsSmallShareHoweverFewConnectionsThereAre(
            @ForAll("byWeight") String name, @ForAll @IntRange(min = 10, max = 50) int percent,
            @ForAll @IntRange(max = 1) int others) {
        List<Candidate> ready = StrategyTestSupport.equal(3);
        ((FakeCandidate) ready.get(1)).weightNow(percent / 100.0);

        int[] counts = shares(Strategy.of(name), ready, 3000, others);

        double amongAll = 3000.0 * percent / (200 + percent);
        double amongTwo = 3000.0 * percent / (100 + percent); // while another one is busy
        assertTrue(counts[1] > 0.7 * amongAll && counts[1] < 1.3 * amongTwo, name + ": " + counts[1] + " of 3000");
    }

    private static int[] shares(Strategy strategy, List<Candidate> ready, int picks, int others) {
        ArrayDeque<FakeCandidate> open = new ArrayDeque<>();
        int[] counts = new int[ready.size()];
        for (int i = 0; i < picks; i++) {
            FakeCandidate chosen = (FakeCandidate) strategy.choose(ready, client(i));
            counts[ready.indexOf(chosen)]++;
            chosen.active++;
            open.add(chosen);
            if (open.size() > others) {
                open.remove().active--;
            }
        }
        return counts;
    }

    @Provide
    Arbitrary<String> byWeight() {
        return Arbitraries.of("round-robin", "least-connections", "random-of-two");
    }

    @Property(tries = 200)
    void shouldAlwaysTakeOneThatIsReady(@ForAll("loads") List<FakeCandidate> loads, @ForAll int client) {
        List<Candidate> ready = List.copyOf(loads);
        for (String name : List.of("round-robin", "least-connections", "ip-hash", "random-of-two", "least-time")) {
            Strategy strategy = Strategy.of(name);
            for (int i = 0; i < 5; i++) {
                assertTrue(ready.contains(strategy.choose(ready, client(client))), name);
            }
        }
    }

    private static List<Candidate> candidates(Set<String> names) {
        List<Candidate> candidates = new ArrayList<>();
        names.forEach(name -> candidates.add(new FakeCandidate(name)));
        return candidates;
    }

    @Provide
    Arbitrary<Set<String>> names() {
        return Arbitraries.strings().alpha().numeric().ofMinLength(1).ofMaxLength(8).set().ofMinSize(2).ofMaxSize(12);
    }

    @Provide
    Arbitrary<List<FakeCandidate>> loads() {
        Arbitrary<Integer> weights = Arbitraries.integers().between(1, Target.MAX_WEIGHT);
        Arbitrary<Integer> active = Arbitraries.integers().between(0, 1_000_000);
        Arbitrary<Long> nanos = Arbitraries.longs().between(0, Long.MAX_VALUE);
        return Combinators.combine(weights, active, nanos)
                .as((weight, connections, time) -> new FakeCandidate("t", weight).active(connections).answerNanos(time))
                .list().ofMinSize(1).ofMaxSize(8);
    }
}
