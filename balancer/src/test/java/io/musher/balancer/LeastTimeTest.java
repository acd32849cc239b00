package io.musher.balancer;

import static io.musher.balancer.StrategyTestSupport.client;
import static io.musher.balancer.StrategyTestSupport.counts;
import static io.musher.balancer.StrategyTestSupport.equal;
import static io.musher.balancer.StrategyTestSupport.letters;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LeastTimeTest {

    private static final long MILLI = 1_000_000;

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    private final Strategy strategy = Strategy.leastTime();
    private final FakeCandidate a = new FakeCandidate("a");
    private final FakeCandidate b = new FakeCandidate("b");
    private final List<Candidate> two = List.of(a, b);

    @Test
    void shouldPreferTheFaster() {
        a.answerNanos(900);
        b.answerNanos(300);

        assertEquals("bbb", letters(strategy, two, 3));
    }

    @Test
    void shouldCountConnectionsAgainstTheFaster() {
        a.answerNanos(900);
        b.answerNanos(300).active(3);

        assertEquals("aaa", letters(strategy, two, 3), "300 ns times four in line is more than 900");
    }

    @Test
    void shouldWeighConnectionsButNotTheTime() {
        FakeCandidate heavy = new FakeCandidate("h", 4).answerNanos(900);
        b.answerNanos(300);
        assertEquals("b", letters(strategy, List.of(heavy, b), 1));

        b.active(3);
        heavy.active(2);
        assertEquals("h", letters(strategy, List.of(heavy, b), 1), "450 for its weight against 900");
    }

    @Test
    void shouldTakeTurnsByWeightAmongEquallyFastOnes() {
        FakeCandidate heavy = new FakeCandidate("h", 3);

        int[] counts = serve(List.of(heavy, b), 400, () -> MILLI, () -> MILLI);

        assertEquals(300, counts[0], 10);
    }

    @Test
    void shouldGiveAFreshTargetItsSmallShareAmongEquallyFastOnes() {
        serve(two, 20, () -> MILLI, () -> MILLI);
        FakeCandidate fresh = new FakeCandidate("c").weightNow(0.1);

        int[] counts = serve(List.of(a, b, fresh), 420, () -> MILLI, () -> MILLI, () -> MILLI);

        assertEquals(20, counts[2], 5);
    }

    @Test
    void shouldSpreadOverAllThatNeverAnswered() {
        Map<Candidate, Integer> counts = counts(strategy, equal(3), 3000);

        counts.forEach((candidate, count) -> assertEquals(1000, count, 200, candidate.toString()));
    }

    @Test
    void shouldHaveTwoOnTrialUntilTheFirstAnswer() {
        serve(List.of(a), 1, () -> MILLI);
        a.active(50);
        int trials = 0;
        for (int i = 0; i < 60; i++) {
            if (strategy.choose(two, client(i)) == b) {
                b.active++; // and there it stays
                trials++;
            }
        }
        assertEquals(2, trials);

        a.active = 0;
        b.active = 0;
        b.answered(MILLI);
        int[] counts = serve(two, 100, () -> MILLI, () -> MILLI);
        assertEquals(50, counts[1], 5, "equal, as soon as it has answered");
    }

    /** Clients that keep idle connections must not keep a target from ever being measured. */
    @Test
    void shouldTryATargetThatNeverAnswersLessAndLessOften() {
        serve(List.of(a), 1, () -> MILLI);
        a.active(50);
        int trials = 0;
        for (int i = 0; i < 10_000; i++) {
            if (strategy.choose(two, client(i)) == b) {
                b.active++;
                trials++;
            }
        }
        assertTrue(trials > 4 && trials < 12, () -> "on trial: " + b.active);
    }

    @Test
    void shouldServeByATargetThatNeverAnsweredWhenThereIsNoOther() {
        a.active(50);
        b.active(40);

        assertEquals("bb", letters(strategy, two, 2));
    }

    @Test
    void shouldCountATargetThatEndsConnectionsWithoutAnswerAsSlow() {
        int silent = 0;
        for (int i = 0; i < 500; i++) {
            if (strategy.choose(two, client(i)) == b) {
                b.unanswered(1);
                silent++;
            } else {
                a.answered(MILLI);
            }
        }
        assertTrue(silent > 1 && silent <= 15, "unanswered: " + silent);
    }

    @Test
    void shouldComeOutNearEqualAfterOneBadSample() {
        for (long bad : new long[]{5 * MILLI, 100 * MILLI, 60_000 * MILLI}) {
            for (int before : new int[]{0, 100}) {
                List<Candidate> fresh = equal(2);
                serve(fresh, before, () -> MILLI, () -> MILLI);
                ((FakeCandidate) fresh.get(1)).answered(bad);

                int[] counts = serve(fresh, 200, () -> MILLI, () -> MILLI);

                assertTrue(counts[1] >= 70, () -> counts[0] + " : " + counts[1] + " after " + bad);
                int[] later = serve(fresh, 200, () -> MILLI, () -> MILLI);
                assertEquals(100, later[1], 10, "and then for good");
            }
        }
    }

    @Test
    void shouldServeByEquallyFastTargetsAlikeThoughTheirTimesVary() {
        for (int n : new int[]{2, 3, 8}) {
            Random random = new Random(n);
            LongSupplier noisy = () -> (long) (MILLI
                    * (0.5 + random.nextDouble() + (random.nextInt(50) == 0 ? 20 : 0)));
            List<LongSupplier> times = Collections.nCopies(n, noisy);

            int[] counts = serve(equal(n), 2000 * n, times.toArray(LongSupplier[]::new));

            for (int count : counts) {
                assertEquals(2000, count, 600, n + " targets");
            }
        }
    }

    @Test
    void shouldSeldomServeByASlowTarget() {
        int[] counts = serve(two, 1000, () -> MILLI, () -> 20 * MILLI);

        assertTrue(counts[1] >= 5 && counts[1] < 50, () -> "slow: " + counts[1]);
    }

    @Test
    void shouldFollowATargetThatBecomesFaster() {
        serve(two, 300, () -> MILLI, () -> 50 * MILLI);

        int[] counts = serve(two, 300, () -> MILLI, () -> MILLI / 10);

        assertTrue(counts[1] > 200, () -> "the faster one: " + counts[1]);
    }

    @Test
    void shouldKnowATargetAgainWhenTheListChanges() {
        serve(two, 50, () -> MILLI, () -> 50 * MILLI);

        int[] counts = serve(List.of(b, a, new FakeCandidate("c")), 30, () -> 50 * MILLI, () -> MILLI, () -> MILLI);

        assertTrue(counts[0] <= 2, () -> "the slow one: " + counts[0]);
    }

    /** The list is without it while it is full. */
    @Test
    void shouldKnowATargetAgainThatWasFullForAMoment() {
        serve(two, 20_000, () -> MILLI, () -> MILLI);
        int slow = 0;
        for (int i = 0; i < 200; i++) {
            slow += serve(two, 1, () -> MILLI, () -> 50 * MILLI)[1];
            serve(List.of(a), 1, () -> MILLI);
        }
        int picked = slow;

        assertTrue(picked >= 1 && picked < 20, () -> "slow since: " + picked);
    }

    @Test
    void shouldBlameATargetForNothingThatAnotherOfItsNameDid() {
        serve(List.of(a), 20, () -> MILLI);
        b.unanswered(5);
        strategy.choose(two, client(0));

        int[] counts = serve(List.of(a, new FakeCandidate("b")), 20, () -> MILLI, () -> MILLI);

        assertTrue(counts[1] >= 8, () -> "the new one: " + counts[1]);
    }

    // ---- with real targets

    @Test
    void shouldLeaveATargetThatAcceptsAndNeverAnswers() throws Exception {
        ScriptedTarget silent = fixture.manual();
        Balancer balancer = balancer(silent.as("silent"), fixture.http("a").as("a"));
        int hung = 0;
        for (int i = 0; i < 160; i++) {
            Peer client = fixture.connect(balancer).send(HttpMessages.get("/"));
            int before = hung;
            BalancerFixture.await("an answer, or none",
                    () -> client.in().available() > 0 || accepted(balancer, "silent") > before);
            if (accepted(balancer, "silent") > before) {
                hung++;
            } else {
                assertEquals("a", client.answer(false));
                client.close();
            }
        }
        assertTrue(hung >= 1 && hung <= 5, "hung: " + hung);
    }

    @Test
    void shouldLeaveATargetThatEndsEveryConnection() throws Exception {
        ScriptedTarget closing = fixture.target(client -> client.in().read());
        Balancer balancer = balancer(closing.as("closing"), fixture.http("a").as("a"));
        for (int i = 0; i < 160; i++) {
            try (Peer client = fixture.connect(balancer).send(HttpMessages.get("/"))) {
                client.isAnswered();
            }
        }
        BalancerStats.TargetStats stats = balancer.stats().target("closing").orElseThrow();
        assertTrue(stats.accepted() <= 10, () -> "got " + stats.accepted() + " of 160");
        assertEquals(stats.accepted(), stats.unanswered());
        assertEquals(stats.accepted(), balancer.stats().unanswered());
        assertEquals(0, balancer.stats().target("a").orElseThrow().unanswered());
    }

    /**
     * How much each gets depends on how busy the machine is: one that is measured in a bad moment gets less for a
     * while.
     */
    @Test
    void shouldServeByBothOfTwoEqualTargets() throws Exception {
        Balancer balancer = balancer(fixture.http("a").as("a"), fixture.http("b").as("b"));
        for (int i = 0; i < 400; i++) {
            try (Peer client = fixture.connect(balancer)) {
                client.ask(HttpMessages.get("/"));
            }
        }
        assertEquals(200, accepted(balancer, "a"), 175, "14 : 386 was seen once");
    }

    private Balancer balancer(Target... targets) {
        return fixture.balancer(o -> o.strategy(strategy).ejectAfter(0).targets(List.of(targets)));
    }

    private static long accepted(Balancer balancer, String id) {
        return balancer.stats().target(id).orElseThrow().accepted();
    }

    /** One connection after the other. {@return how many each target served} */
    private int[] serve(List<Candidate> ready, int picks, LongSupplier... times) {
        int[] counts = new int[ready.size()];
        for (int i = 0; i < picks; i++) {
            FakeCandidate chosen = (FakeCandidate) strategy.choose(ready, client(i));
            int which = ready.indexOf(chosen);
            chosen.answered(times[which].getAsLong());
            counts[which]++;
        }
        return counts;
    }
}
