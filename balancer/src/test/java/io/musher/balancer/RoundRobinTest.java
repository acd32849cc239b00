package io.musher.balancer;

import static io.musher.balancer.StrategyTestSupport.client;
import static io.musher.balancer.StrategyTestSupport.equal;
import static io.musher.balancer.StrategyTestSupport.letters;
import static io.musher.balancer.StrategyTestSupport.weighted;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class RoundRobinTest {

    private final RoundRobin strategy = new RoundRobin();

    @Test
    void shouldTakeOneAfterTheOther() {
        assertEquals("abcabcabc", letters(strategy, equal(3), 9));
    }

    @Test
    void shouldTakeTheOnlyOne() {
        assertEquals("aaa", letters(strategy, equal(1), 3));
    }

    @Test
    void shouldInterleaveWeightsSmoothly() {
        assertEquals("aabacaa" + "aabacaa", letters(strategy, weighted(5, 1, 1), 14));
    }

    @Test
    void shouldFollowAWeightThatGrows() {
        List<Candidate> ready = weighted(4, 4);
        ((FakeCandidate) ready.get(1)).weightNow(0.4); // a tenth, as at the beginning of a slow start
        String early = letters(strategy, ready, 110);
        ((FakeCandidate) ready.get(1)).weightNow(4);
        String late = letters(strategy, ready, 100);

        assertEquals(10, share(early, 'b'), 1);
        assertEquals(50, share(late, 'b'), 1);
    }

    @Test
    void shouldGiveTheNeighbourOfATargetThatIsOutNoDoubleShare() {
        List<Candidate> all = equal(4);
        letters(strategy, all, 6);
        List<Candidate> without = List.of(all.get(0), all.get(2), all.get(3));

        String out = letters(strategy, without, 300);

        for (char letter : "acd".toCharArray()) {
            assertEquals(100, share(out, letter), 1, "share of " + letter);
        }
    }

    @Test
    void shouldGiveTheNeighbourOfATargetThatRefusesNoDoubleShare() {
        for (char refusing : "abcd".toCharArray()) {
            RoundRobin fresh = new RoundRobin();
            Map<String, Integer> served = new HashMap<>();
            for (int i = 0; i < 600; i++) {
                List<Candidate> ready = equal(4); // a new list each time, as with limits per target
                Candidate chosen = fresh.choose(ready, client(i));
                if (chosen.target().id().charAt(0) == refusing) {
                    List<Candidate> others = new ArrayList<>(ready);
                    others.remove(chosen);
                    chosen = fresh.choose(others, client(i));
                }
                served.merge(chosen.target().id(), 1, Integer::sum);
            }
            assertEquals(3, served.size());
            served.forEach((id, count) -> assertEquals(200, count, 20, id + " while " + refusing + " refuses"));
        }
    }

    @Test
    void shouldNotFloodATargetThatComesBack() {
        List<Candidate> all = equal(3);
        letters(strategy, all, 4);
        letters(strategy, all.subList(1, 3), 1001);

        String back = letters(strategy, all, 9);

        assertEquals(3, share(back, 'a'), 1);
        assertTrue(!back.contains("aa"), back);
    }

    @Test
    void shouldGoOnWhereItWasWhenATargetIsAdded() {
        List<Candidate> all = equal(3);
        String before = letters(strategy, all.subList(0, 2), 3); // a b a
        String after = letters(strategy, all, 30);

        assertEquals("aba", before);
        assertEquals('b', after.charAt(0), "it is b's turn");
        assertEquals(10, share(after, 'a'), 1);
        assertEquals(10, share(after, 'c'), 1);
    }

    @Test
    void shouldBeFairWhenManyThreadsAsk() throws Exception {
        List<Candidate> ready = equal(4);
        int[][] counts = new int[4][4];
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int[] own : counts) {
            threads.add(new Thread(() -> {
                try {
                    go.await();
                } catch (InterruptedException e) {
                    return;
                }
                for (int n = 0; n < 100_000; n++) {
                    own[ready.indexOf(strategy.choose(ready, null))]++;
                }
            }));
        }
        threads.forEach(Thread::start);
        go.countDown();
        for (Thread thread : threads) {
            thread.join();
        }

        for (int i = 0; i < 4; i++) {
            assertEquals(100_000, counts[0][i] + counts[1][i] + counts[2][i] + counts[3][i],
                    "share of " + ready.get(i));
        }
    }

    private static long share(String letters, char letter) {
        return letters.chars().filter(c -> c == letter).count();
    }
}
