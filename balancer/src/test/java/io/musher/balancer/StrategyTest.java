package io.musher.balancer;

import static io.musher.balancer.StrategyTestSupport.client6;
import static io.musher.balancer.StrategyTestSupport.client;
import static io.musher.balancer.StrategyTestSupport.counts;
import static io.musher.balancer.StrategyTestSupport.equal;
import static io.musher.balancer.StrategyTestSupport.letters;
import static io.musher.balancer.StrategyTestSupport.weighted;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** All but round robin. Bounds of random counts are more than six standard deviations wide. */
class StrategyTest {

    @Test
    void shouldFindEachByItsName() {
        List<Candidate> ready = equal(5);
        assertInstanceOf(RoundRobin.class, Strategy.of("round-robin"));
        for (String name : List.of("least-connections", "ip-hash", "source-ip-hash", "random-of-two", "least-time")) {
            assertTrue(ready.contains(Strategy.of(name).choose(ready, client(1))), name);
        }
        assertEquals(letters(Strategy.of("ip-hash"), ready, 500), letters(Strategy.of("source-ip-hash"), ready, 500));
        ((FakeCandidate) ready.get(2)).answerNanos(5).active(3);
        ((FakeCandidate) ready.get(3)).answerNanos(5);
        for (int i : new int[]{0, 1, 4}) {
            ((FakeCandidate) ready.get(i)).answerNanos(1000).active(1);
        }
        assertEquals("d", letters(Strategy.of("least-time"), ready, 1));
        assertEquals("d", letters(Strategy.of("least-connections"), ready, 1));
    }

    @Test
    void shouldGiveEachRoundRobinAStateOfItsOwn() {
        assertNotSame(Strategy.of("round-robin"), Strategy.of("round-robin"));
        assertNotSame(Strategy.roundRobin(), Strategy.roundRobin());
    }

    @Test
    void shouldNameAllStrategiesWhenOneIsUnknown() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Strategy.of("Round-Robin"));

        for (String word : List.of("'Round-Robin'", "round-robin", "least-connections", "ip-hash", "source-ip-hash",
                "random-of-two", "least-time")) {
            assertTrue(e.getMessage().contains(word), () -> word + " in: " + e.getMessage());
        }
        assertThrows(NullPointerException.class, () -> Strategy.of(null));
    }

    // ---- least connections

    @Test
    void shouldTakeTheOneWithFewestConnections() {
        List<Candidate> ready = List.of(new FakeCandidate("a").active(3), new FakeCandidate("b").active(1),
                new FakeCandidate("c").active(2));

        assertEquals("bbb", letters(Strategy.leastConnections(), ready, 3));
    }

    @Test
    void shouldWeighConnections() {
        List<Candidate> ready = List.of(new FakeCandidate("a", 1), new FakeCandidate("b", 3));
        StringBuilder picked = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            FakeCandidate chosen = (FakeCandidate) Strategy.leastConnections().choose(ready, client(i));
            chosen.active++;
            picked.append(chosen);
        }

        assertEquals(10, picked.chars().filter(c -> c == 'a').count(), 1);
    }

    @Test
    void shouldFillTheHeavierFirstWhenAllAreEmpty() {
        assertEquals("b", letters(Strategy.leastConnections(), weighted(1, 3), 1));
    }

    @Test
    void shouldSpreadTies() {
        List<Candidate> ready = List.of(new FakeCandidate("a"), new FakeCandidate("x").active(1),
                new FakeCandidate("b"),
                new FakeCandidate("c"));

        Map<Candidate, Integer> counts = counts(Strategy.leastConnections(), ready, 3000);

        assertEquals(0, counts.get(ready.get(1)));
        for (int i : new int[]{0, 2, 3}) {
            assertEquals(1000, counts.get(ready.get(i)), 200, ready.get(i).toString());
        }
    }

    // ---- random of two

    @Test
    void shouldNeverTakeTheWorstOfAll() {
        List<Candidate> ready = List.of(new FakeCandidate("a").active(9), new FakeCandidate("b").active(5),
                new FakeCandidate("c").active(1));

        Map<Candidate, Integer> counts = counts(Strategy.randomOfTwo(), ready, 3000);

        assertEquals(0, counts.get(ready.get(0)), "two different ones are compared, so the worst always loses");
        assertEquals(1000, counts.get(ready.get(1)), 200);
        assertEquals(2000, counts.get(ready.get(2)), 200);
    }

    @Test
    void shouldDrawEveryPairAlike() {
        Map<Candidate, Integer> counts = counts(Strategy.randomOfTwo(), equal(5), 5000);

        counts.forEach((candidate, count) -> assertEquals(1000, count, 200, candidate.toString()));
    }

    @Test
    void shouldTakeTheOnlyOneOrTheBetterOfTwo() {
        assertEquals("aaa", letters(Strategy.randomOfTwo(), equal(1), 3));
        List<Candidate> two = List.of(new FakeCandidate("a", 1).active(2), new FakeCandidate("b", 4).active(6));
        assertEquals("bbbbbbbbbb", letters(Strategy.randomOfTwo(), two, 10),
                "with one more, b still has less for its weight");
    }

    // ---- ip hash

    @Test
    void shouldSendAClientToTheSameTargetInWhateverOrderTheyCome() {
        List<Candidate> ready = equal(7);
        List<Candidate> shuffled = new ArrayList<>(ready);
        Collections.reverse(shuffled);

        assertEquals(letters(Strategy.ipHash(), ready, 300), letters(Strategy.ipHash(), shuffled, 300));
        assertSame(Strategy.ipHash().choose(ready, client6(5)), Strategy.ipHash().choose(shuffled, client6(5)));
    }

    @Test
    void shouldSpreadNeighbouringClientsEvenly() {
        counts(Strategy.ipHash(), equal(4), 4000)
                .forEach((candidate, count) -> assertEquals(1000, count, 200, candidate.toString()));

        List<Candidate> ready = equal(4);
        int[] counts6 = new int[4];
        for (int i = 0; i < 4000; i++) {
            counts6[ready.indexOf(Strategy.ipHash().choose(ready, client6(i)))]++;
        }
        for (int count : counts6) {
            assertEquals(1000, count, 200);
        }
    }

    @Test
    void shouldGiveClientsByWeight() {
        List<Candidate> ready = weighted(1, 2, 5);

        Map<Candidate, Integer> counts = counts(Strategy.ipHash(), ready, 8000);

        assertEquals(1000, counts.get(ready.get(0)), 200);
        assertEquals(2000, counts.get(ready.get(1)), 250);
        assertEquals(5000, counts.get(ready.get(2)), 300);
    }

    @Test
    void shouldNotMoveClientsDuringASlowStart() {
        List<Candidate> ready = equal(3);
        String before = letters(Strategy.ipHash(), ready, 300);
        ((FakeCandidate) ready.get(1)).weightNow(0.1);

        assertEquals(before, letters(Strategy.ipHash(), ready, 300));
    }

    @Test
    void shouldSpreadOverIdsWithTheSameHashCode() {
        List<Candidate> ready = List.of(new FakeCandidate("Aa"), new FakeCandidate("BB"));
        assertEquals("Aa".hashCode(), "BB".hashCode());

        counts(Strategy.ipHash(), ready, 1000)
                .forEach((candidate, count) -> assertEquals(500, count, 120, candidate.toString()));
    }
}
