package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.balancer.BalancerStats.TargetState;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EjectionTest {

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    private final RecordingBalancerListener recorder = new RecordingBalancerListener();
    private final HeldPort port = fixture.dead();

    /** Every connection tries the target "flaky" first. */
    private Balancer balancer(int ejectAfter, Target... others) {
        List<Target> targets = new ArrayList<>(List.of(others));
        targets.add(port.as("flaky"));
        return fixture.balancer(
                b -> b.ejectAfter(ejectAfter).listener(recorder).targets(targets).strategy((ready, client) -> ready
                        .stream().filter(c -> c.target().id().equals("flaky")).findFirst().orElse(ready.get(0))));
    }

    @Test
    void shouldTakeOutATargetAfterFailuresInARow() throws Exception {
        Balancer balancer = balancer(3, fixture.http("a").as("a"));
        ask(balancer, "a", 2);
        assertEquals(TargetState.READY, state(balancer));
        ask(balancer, "a", 1);
        becomes(balancer, TargetState.EJECTED);
        BalancerFixture.await("the listener is told", () -> recorder.heard("ejected flaky: "));
        assertEquals(1, balancer.stats().ejected());
        assertEquals(1, balancer.stats().target("flaky").orElseThrow().ejected());
        ask(balancer, "a", 10);
        assertEquals(3, balancer.stats().connectFailures(), "nobody is sent to it any more");
    }

    @Test
    void shouldPutItBackWhenItListensAgain() throws Exception {
        Balancer balancer = balancer(1, fixture.http("a").as("a"));
        ask(balancer, "a", 1);
        becomes(balancer, TargetState.EJECTED);
        fixture.add(ScriptedTarget.running(port, new HttpTarget("flaky")));
        becomes(balancer, TargetState.READY);
        BalancerFixture.await("the listener is told", () -> recorder.heard("restored flaky"));
        ask(balancer, "flaky", 3);
        assertEquals(1, balancer.stats().ejected());
    }

    @Test
    void shouldCompleteTheFutureOfAnUpdateWhoseLogLineCannotBeWritten() throws Exception {
        Balancer balancer = balancer(1, fixture.http("a").as("a"));
        ask(balancer, "a", 1);
        becomes(balancer, TargetState.EJECTED);
        PrintStream before = System.err;
        System.setErr(new PrintStream(OutputStream.nullOutputStream()) {
            @Override
            public void println(String line) {
                throw new IllegalStateException("disk full");
            }
        });
        try {
            CompletableFuture<Void> update = balancer.updateTargets(List.of(port.as("flaky"))); // logs that it is back
            ExecutionException e = assertThrows(ExecutionException.class, () -> update.get(10, TimeUnit.SECONDS));
            assertEquals("disk full", e.getCause().getMessage());
            balancer.drain("unknown", Duration.ZERO).get(10, TimeUnit.SECONDS); // the loop has tried to log it by then
        } finally {
            System.setErr(before);
        }
        becomes(balancer, TargetState.READY);
        BalancerFixture.await("the update has taken effect", () -> balancer.stats().target("a").isEmpty());
    }

    @Test
    void shouldTakeItOutAgain() throws Exception {
        Balancer balancer = balancer(2, fixture.http("a").as("a"));
        ScriptedTarget flaky = fixture.add(ScriptedTarget.running(port, new HttpTarget("flaky")));
        for (int round = 1; round <= 3; round++) {
            flaky.stopListening();
            ask(balancer, "a", 2);
            becomes(balancer, TargetState.EJECTED);
            assertEquals(round, balancer.stats().ejected());
            flaky.listen();
            becomes(balancer, TargetState.READY);
        }
    }

    @Test
    void shouldForgetFailuresAfterASuccess() throws Exception {
        Balancer balancer = balancer(3, fixture.http("a").as("a"));
        ask(balancer, "a", 2);
        ScriptedTarget flaky = fixture.add(ScriptedTarget.running(port, new HttpTarget("flaky")));
        ask(balancer, "flaky", 1);
        flaky.stopListening();
        ask(balancer, "a", 2);
        assertEquals(4, balancer.stats().connectFailures());
        assertEquals(TargetState.READY, state(balancer), "never three in a row");
        ask(balancer, "a", 1);
        becomes(balancer, TargetState.EJECTED);
    }

    @Test
    void shouldNeverTakeOutTheLast() throws Exception {
        Balancer balancer = balancer(1);
        Peer client = fixture.connect(balancer).send(HttpMessages.get("/"));
        BalancerFixture.await("it fails often", () -> balancer.stats().connectFailures() > 4);
        assertEquals(TargetState.READY, state(balancer));
        fixture.add(ScriptedTarget.running(port, new HttpTarget("flaky")));
        assertEquals("flaky", client.answer(false));
        assertEquals(0, balancer.stats().ejected());
        assertEquals(List.of(), recorder.lines());
    }

    @Test
    void shouldLetItInWhenNoOtherIsLeft() throws Exception {
        Balancer balancer = balancer(1, fixture.http("a").as("a"));
        ask(balancer, "a", 1);
        becomes(balancer, TargetState.EJECTED);
        assertTrue(balancer.stats().target("flaky").orElseThrow().reason().contains("refused"));
        BalancerFixture.get(balancer.updateTargets(List.of(port.as("flaky"))));
        assertEquals(TargetState.READY, state(balancer));
        assertEquals("", balancer.stats().target("flaky").orElseThrow().reason());
    }

    @Test
    void shouldLeaveOneOfSeveralDeadTargets() throws Exception {
        Balancer balancer = balancer(1, fixture.dead().as("b"), fixture.dead().as("c"));
        fixture.connect(balancer);
        BalancerFixture.await("two of three are out", () -> balancer.stats().ejected() == 2);
        long failures = balancer.stats().connectFailures();
        BalancerFixture.await("the last one fails on", () -> balancer.stats().connectFailures() > failures + 2);
        assertEquals(2, balancer.stats().ejected());
        assertEquals(1, balancer.stats().targets().stream().filter(t -> t.state() == TargetState.READY).count());
    }

    @Test
    void shouldServeThoseThatWaitWhenATargetIsBack() throws Exception {
        HeldPort dead = fixture.dead();
        Balancer balancer = balancer(1, dead.as("b"));
        Peer client = fixture.connect(balancer).send(HttpMessages.get("/"));
        becomes(balancer, TargetState.EJECTED);
        fixture.add(ScriptedTarget.running(port, new HttpTarget("flaky")));
        assertEquals("flaky", client.answer(false));
    }

    @Test
    void shouldEjectNobodyWhenToldSo() throws Exception {
        Balancer balancer = balancer(0, fixture.http("a").as("a"));
        ask(balancer, "a", 20);
        assertEquals(20, balancer.stats().connectFailures());
        assertEquals(TargetState.READY, state(balancer));
    }

    @Test
    void shouldForgetAnEjectionWhenTheTargetIsListedAnew() throws Exception {
        Target good = fixture.http("a").as("a");
        Balancer balancer = balancer(1, good);
        ask(balancer, "a", 1);
        becomes(balancer, TargetState.EJECTED);
        BalancerFixture.get(balancer.updateTargets(List.of(good)));
        assertTrue(balancer.stats().target("flaky").isEmpty());
        fixture.add(ScriptedTarget.running(port, new HttpTarget("flaky")));
        BalancerFixture.get(balancer.updateTargets(List.of(good, port.as("flaky"))));
        ask(balancer, "flaky", 1);
    }

    private void ask(Balancer balancer, String expected, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            try (Peer client = Peer.connect(balancer.address())) {
                assertEquals(expected, client.ask(HttpMessages.get("/")));
            }
        }
    }

    private static TargetState state(Balancer balancer) {
        return balancer.stats().target("flaky").orElseThrow().state();
    }

    private static void becomes(Balancer balancer, TargetState state) {
        BalancerFixture.await("flaky becomes " + state, () -> state(balancer) == state);
    }
}
