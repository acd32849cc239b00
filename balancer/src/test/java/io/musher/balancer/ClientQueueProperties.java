package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

/** Against the plainest model: a list of numbers with deadlines. */
class ClientQueueProperties {

    private static final int TIMEOUT = 1000;

    enum Kind {
        ARRIVE, CLOSE, PASS
    }

    record Step(Kind kind, int number) {}

    private record Client(int number, long deadline) {}

    @Property(tries = 60)
    void shouldKeepOrderBoundAndDeadlines(@ForAll @IntRange(max = 6) int maxWaiting, @ForAll("steps") List<Step> steps)
            throws Exception {
        List<Client> waiting = new ArrayList<>();
        List<Integer> rejected = new ArrayList<>();
        long now = 0;
        try (LoopContextFixture fixture = new LoopContextFixture(
                Balancer.builder().maxWaiting(maxWaiting).waitTimeout(Duration.ofMillis(TIMEOUT)))) {
            for (Step step : steps) {
                switch (step.kind) {
                    case ARRIVE -> {
                        int number = fixture.arrive();
                        if (waiting.size() < maxWaiting) {
                            waiting.add(new Client(number, now + TIMEOUT));
                        } else {
                            rejected.add(number);
                        }
                    }
                    case CLOSE -> {
                        if (!waiting.isEmpty()) {
                            fixture.closeWaiting(step.number % waiting.size());
                            waiting.remove(step.number % waiting.size());
                        }
                    }
                    default -> {
                        fixture.pass(step.number);
                        now += step.number;
                        while (!waiting.isEmpty() && waiting.get(0).deadline <= now) {
                            rejected.add(waiting.remove(0).number);
                        }
                    }
                }
                assertEquals(waiting.stream().map(Client::number).toList(), fixture.waiting());
                assertEquals(rejected, fixture.rejected);
            }

            fixture.targets(fixture.target());

            for (Client client : waiting) {
                assertEquals(client.number, fixture.served());
            }
            assertEquals(List.of(), fixture.waiting());
            assertEquals(rejected, fixture.rejected);
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Step> arrive = Arbitraries.just(new Step(Kind.ARRIVE, 0));
        Arbitrary<Step> close = Arbitraries.integers().between(0, 5).map(n -> new Step(Kind.CLOSE, n));
        Arbitrary<Step> pass = Arbitraries
                .oneOf(Arbitraries.integers().between(1, 700), Arbitraries.of(TIMEOUT, 20, 500))
                .map(n -> new Step(Kind.PASS, n));
        return Arbitraries.frequencyOf(Tuple.of(4, arrive), Tuple.of(1, close), Tuple.of(2, pass))
                .list().ofMinSize(1).ofMaxSize(25);
    }
}
