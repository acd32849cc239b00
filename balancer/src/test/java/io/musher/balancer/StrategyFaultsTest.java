package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StrategyFaultsTest {

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    static Stream<Named<Strategy>> faulty() {
        return Stream.of(
                Named.of("throws", (ready, client) -> {
                    throw new IllegalStateException("on purpose");
                }),
                Named.of("throws an error", (ready, client) -> {
                    throw new AssertionError("on purpose");
                }),
                Named.of("throws what it does not declare", (ready, client) -> sneaky(new IOException("on purpose"))),
                Named.of("recurses", StrategyFaultsTest::recurse),
                Named.of("null", (ready, client) -> null),
                Named.of("a candidate of its own", (ready, client) -> new Copy(ready.get(0))),
                Named.of("one of an earlier list", new Strategy() {
                    private Candidate first;

                    @Override
                    public synchronized Candidate choose(List<Candidate> ready, InetAddress client) {
                        first = first == null ? ready.get(0) : first;
                        return first;
                    }
                }),
                Named.of("changes the list", (ready, client) -> ready.remove(0)));
    }

    /** Not one that the balancer offered. */
    record Copy(Candidate original) implements Candidate {
        @Override
        public Target target() {
            return original.target();
        }

        @Override
        public int active() {
            return original.active();
        }

        @Override
        public double weight() {
            return original.weight();
        }

        @Override
        public long latencyNanos() {
            return original.latencyNanos();
        }
    }

    @ParameterizedTest
    @MethodSource("faulty")
    void shouldServeTheConnectionAnyway(Strategy strategy) throws Exception {
        List<Target> targets = List.of(fixture.http("x").as("a"), fixture.http("x").as("b"), fixture.http("x").as("c"));
        Balancer balancer = fixture.balancer(b -> b.strategy(strategy).targets(targets));
        for (int i = 0; i < 6; i++) {
            assertEquals("x", fixture.connect(balancer).ask(HttpMessages.get("/")));
        }
        BalancerFixture.get(balancer.updateTargets(targets.subList(1, 3)));
        BalancerFixture.get(balancer.drain("a", BalancerFixture.PATIENCE));
        for (int i = 0; i < 6; i++) {
            assertEquals("x", fixture.connect(balancer).ask(HttpMessages.get("/")));
        }
        assertEquals(12, balancer.stats().active());
        assertEquals(0, balancer.stats().rejected());
    }

    @Test
    void shouldSpreadTheConnectionsOfAFaultyStrategy() throws Exception {
        List<Target> targets = List.of(fixture.http("x").as("a"), fixture.http("x").as("b"));
        Balancer balancer = fixture.balancer(b -> b.strategy((ready, client) -> null).targets(targets));
        for (int i = 0; i < 10; i++) {
            assertEquals("x", fixture.connect(balancer).ask(HttpMessages.get("/")));
        }
        assertEquals(List.of(5L, 5L), balancer.stats().targets().stream().map(t -> t.accepted()).toList());
    }

    @Test
    void shouldUseAStrategyOnceItIsWellAgain() throws Exception {
        List<Target> targets = List.of(fixture.http("a").as("a"), fixture.http("b").as("b"));
        int[] calls = {0};
        Balancer balancer = fixture.balancer(b -> b.targets(targets).strategy((ready, client) -> {
            if (++calls[0] <= 3) {
                throw new IllegalStateException("on purpose");
            }
            return ready.get(1);
        }));
        for (int i = 0; i < 3; i++) {
            fixture.connect(balancer).ask(HttpMessages.get("/"));
        }
        for (int i = 0; i < 5; i++) {
            assertEquals("b", fixture.connect(balancer).ask(HttpMessages.get("/")));
        }
    }

    /** As other languages, and generics, can. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> Candidate sneaky(Throwable thrown) throws E {
        throw (E) thrown;
    }

    private static Candidate recurse(List<Candidate> ready, InetAddress client) {
        Candidate deeper = recurse(ready, client);
        return deeper == null ? ready.get(0) : deeper;
    }
}
