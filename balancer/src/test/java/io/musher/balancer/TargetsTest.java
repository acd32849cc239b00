package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.balancer.BalancerStats.TargetState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetsTest {

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldCompleteWhenNoLoopCanStillPickAWithdrawnTarget(int loops) throws Exception {
        CountDownLatch picking = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        ScriptedTarget a = fixture.manual();
        List<Target> before = List.of(a.as("a"), fixture.http("b").as("b"));
        Balancer balancer = fixture.balancer(o -> o.loops(loops).targets(before).strategy((ready, client) -> {
            picking.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return ready.get(0);
        }));
        try {
            Peer client = fixture.connect(balancer).send("opaque");
            assertTrue(picking.await(20, TimeUnit.SECONDS));
            CompletableFuture<Void> fence = balancer.updateTargets(before.subList(1, 2));
            assertThrows(TimeoutException.class, () -> fence.get(200, TimeUnit.MILLISECONDS), "a loop still picks");
            go.countDown();
            BalancerFixture.get(fence);
            BalancerFixture.await("the late pick is seen",
                    () -> balancer.stats().target("a").map(t -> t.active() == 1).orElse(false));
            a.next().expect("opaque");
            client.close();
        } finally {
            go.countDown();
        }
    }

    @Test
    void shouldKeepTheConnectionsOfATargetThatGetsTheIdOfAnother() throws Exception {
        ScriptedTarget a = fixture.http("a");
        ScriptedTarget b = fixture.http("b");
        Balancer balancer = fixture.balancer(o -> o.targets(List.of(a.as("x"), b.as("y"))));
        try (Peer first = Peer.connect(balancer.address()); Peer second = Peer.connect(balancer.address())) {
            assertEquals("a", first.ask(HttpMessages.get("/")));
            assertEquals("b", second.ask(HttpMessages.get("/")));
            BalancerFixture.get(balancer.updateTargets(List.of(b.as("x"))));
            BalancerStats.TargetStats renamed = balancer.stats().target("x").orElseThrow();
            assertEquals(b.address(), renamed.target().address());
            assertEquals(1, renamed.accepted());
            assertEquals(TargetState.READY, renamed.state());
            assertEquals("b", second.ask(HttpMessages.get("/")));
            assertEquals(1, b.accepted(), "its connection stays");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldSendNobodyToAWithdrawnTarget(int loops) throws Exception {
        ScriptedTarget a = fixture.http("a");
        ScriptedTarget b = fixture.http("b");
        Balancer balancer = fixture.balancer(o -> o.loops(loops).targets(List.of(a.as("a"))));
        for (int i = 0; i < 20; i++) {
            BalancerFixture.get(balancer.updateTargets(List.of((i % 2 == 0 ? b : a).as("x" + i))));
            int connections = (i % 2 == 0 ? a : b).accepted();
            for (int k = 0; k < 5; k++) {
                try (Peer client = Peer.connect(balancer.address())) {
                    assertEquals(i % 2 == 0 ? "b" : "a", client.ask(HttpMessages.get("/")));
                }
            }
            assertEquals(connections, (i % 2 == 0 ? a : b).accepted());
        }
    }

    @Test
    void shouldKeepConnectionsAndFiguresOfATargetThatStays() throws Exception {
        ScriptedTarget a = fixture.echo();
        Balancer balancer = fixture.balancer(a.as("a"));
        Peer client = fixture.connect(balancer);
        client.send("one").expect("one");
        BalancerFixture.get(balancer.updateTargets(List.of(fixture.echo().as("b"), a.as("a"))));
        client.send("two").expect("two");
        assertEquals(1, a.accepted());
        assertEquals(1, balancer.stats().target("a").orElseThrow().accepted());
        assertEquals(TargetState.READY, balancer.stats().target("a").orElseThrow().state());
        assertEquals(0, balancer.stats().moved());
    }

    @Test
    void shouldTakeTheSameIdAtAnotherAddressForAnotherTarget() throws Exception {
        ScriptedTarget old = fixture.echo();
        Balancer balancer = fixture.balancer(old.as("a"));
        Peer client = fixture.connect(balancer);
        client.send("one").expect("one");
        BalancerFixture.get(balancer.updateTargets(List.of(fixture.http("new").as("a"))));
        assertEquals("new", fixture.connect(balancer).ask(HttpMessages.get("/")));
        client.send("two").expect("two");
        List<BalancerStats.TargetStats> stats = balancer.stats().targets();
        assertEquals(List.of(TargetState.READY, TargetState.WITHDRAWN), stats.stream().map(t -> t.state()).toList());
        assertEquals(List.of(1L, 1L), stats.stream().map(t -> t.active()).toList());
        assertEquals(old.address(), stats.get(1).target().address());
        client.close();
        BalancerFixture.await("the old one is forgotten", () -> balancer.stats().targets().size() == 1);
    }

    @Test
    void shouldObserveWeights() throws Exception {
        ScriptedTarget a = fixture.http("a");
        ScriptedTarget b = fixture.http("b");
        Balancer balancer = fixture.balancer(new Target("a", a.address(), 3), b.as("b"));
        assertEquals(Map.of("a", 30, "b", 10), answers(balancer, 40));
        BalancerFixture.get(balancer.updateTargets(List.of(a.as("a"), new Target("b", b.address(), 4))));
        Map<String, Integer> answers = answers(balancer, 50);
        assertEquals(10, answers.get("a"), 1, answers.toString());
        assertEquals(4, balancer.stats().target("b").orElseThrow().target().weight());
    }

    @Test
    void shouldServeAgainATargetThatComesBack() throws Exception {
        ScriptedTarget a = fixture.echo();
        Balancer balancer = fixture.balancer(a.as("a"));
        Peer client = fixture.connect(balancer);
        client.send("one").expect("one");
        BalancerFixture.get(balancer.updateTargets(List.of()));
        assertEquals(TargetState.WITHDRAWN, balancer.stats().target("a").orElseThrow().state());
        BalancerFixture.get(balancer.updateTargets(List.of(a.as("a"))));
        fixture.connect(balancer).send("two").expect("two");
        client.send("three").expect("three");
        BalancerStats.TargetStats stats = balancer.stats().target("a").orElseThrow();
        assertEquals(TargetState.READY, stats.state());
        assertEquals(2, stats.active(), "it is the same target, with its old connection");
        assertEquals(1, balancer.stats().targets().size());
    }

    @Test
    void shouldRefuseAListWithADoubleId() throws Exception {
        ScriptedTarget a = fixture.http("a");
        Balancer balancer = fixture.balancer(a.as("a"));
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class,
                () -> balancer.updateTargets(List.of(a.as("twice"), fixture.dead().as("twice"))));
        assertTrue(refused.getMessage().contains("twice"), refused.getMessage());
        assertEquals("a", fixture.connect(balancer).ask(HttpMessages.get("/")), "the old list stands");
    }

    @Test
    void shouldRefuseNulls() {
        Balancer balancer = fixture.balancer();
        assertThrows(NullPointerException.class, () -> balancer.updateTargets(null));
        List<Target> withNull = Arrays.asList(fixture.dead().as("a"), null);
        assertThrows(NullPointerException.class, () -> balancer.updateTargets(withNull));
    }

    @Test
    void shouldNotCareWhatTheCallerDoesWithTheListLater() throws Exception {
        List<Target> mine = new ArrayList<>(List.of(fixture.http("a").as("a")));
        Balancer balancer = fixture.balancer();
        CompletableFuture<Void> fence = balancer.updateTargets(mine);
        Collections.fill(mine, fixture.dead().as("b"));
        BalancerFixture.get(fence);
        assertEquals("a", fixture.connect(balancer).ask(HttpMessages.get("/")));
    }

    @Test
    void shouldFailAfterTheEnd() throws Exception {
        Balancer balancer = fixture.balancer();
        balancer.close();
        CompletableFuture<Void> late = balancer.updateTargets(List.of());
        IllegalStateException failure = assertInstanceOf(IllegalStateException.class, BalancerFixture.failure(late));
        assertTrue(failure.getMessage().contains("closed"), failure.getMessage());
    }

    /** Its continuation runs on no loop, so it may wait for the loops. */
    @Test
    void shouldLetACallbackWaitForAnotherFuture() throws Exception {
        Target a = fixture.http("a").as("a");
        Balancer balancer = fixture.balancer();
        CompletableFuture<Integer> waited = balancer.updateTargets(List.of(a))
                .thenApply(done -> balancer.updateTargets(List.of())
                        .thenApply(empty -> balancer.drain("a", BalancerFixture.PATIENCE).join()).join());
        assertEquals(0, BalancerFixture.get(waited));
        CompletableFuture<Integer> drained = balancer.drain("unknown", BalancerFixture.PATIENCE).thenApply(cut -> {
            balancer.updateTargets(List.of(a)).join();
            return cut;
        });
        assertEquals(0, BalancerFixture.get(drained));
    }

    @Test
    void shouldKeepTheOrderOfCallsFromOneThread() throws Exception {
        Balancer balancer = fixture.balancer(o -> o.loops(2));
        HeldPort port = fixture.dead();
        List<CompletableFuture<Void>> fences = new ArrayList<>();
        for (int i = 0; i <= 200; i++) {
            fences.add(balancer.updateTargets(List.of(port.as("t" + i))));
        }
        BalancerFixture.get(CompletableFuture.allOf(fences.toArray(CompletableFuture[]::new)));
        BalancerFixture.await("the others are forgotten", () -> balancer.stats().targets().size() == 1);
        assertEquals("t200", balancer.stats().targets().get(0).target().id());
        assertFalse(balancer.stats().target("t199").isPresent());
    }

    private static Map<String, Integer> answers(Balancer balancer, int times) throws Exception {
        Map<String, Integer> answers = new HashMap<>();
        for (int i = 0; i < times; i++) {
            try (Peer client = Peer.connect(balancer.address())) {
                answers.merge(client.ask(HttpMessages.get("/")), 1, Integer::sum);
            }
        }
        return answers;
    }
}
