package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.balancer.BalancerStats.TargetState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DrainTest {

    private static final Duration LONG = Duration.ofMinutes(5);

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    private final RecordingBalancerListener recorder = new RecordingBalancerListener();
    private final ScriptedTarget a = fixture.echo();

    @Test
    void shouldRefuseAListedTarget() throws Exception {
        Balancer balancer = fixture.balancer(a.as("a"));
        failsBecause(balancer.drain("a", LONG), "a is still listed");
    }

    @Test
    void shouldHaveNothingToDoForAnUnknownTarget() throws Exception {
        assertEquals(0, BalancerFixture.get(fixture.balancer(a.as("a")).drain("other", LONG)));
    }

    @Test
    void shouldWaitForTheLastConnection() throws Exception {
        Balancer balancer = fixture.balancer(o -> o.targets(List.of(a.as("a"))).listener(recorder));
        List<Peer> clients = connect(balancer, 3);
        BalancerFixture.get(balancer.updateTargets(List.of()));
        CompletableFuture<Integer> drained = balancer.drain("a", LONG);
        for (Peer client : clients) {
            client.send("still here").expect("still here");
            assertFalse(drained.isDone());
            assertFalse(recorder.heard("drained"));
            assertEquals(TargetState.WITHDRAWN, balancer.stats().target("a").orElseThrow().state());
            client.close();
        }
        assertEquals(0, BalancerFixture.get(drained));
        assertEquals(0, balancer.stats().cut());
        assertTrue(balancer.stats().target("a").isEmpty());
        BalancerFixture.await("the listener is told", () -> recorder.lines().equals(List.of("drained a")));
    }

    @Test
    void shouldCutAtTheDeadline() throws Exception {
        Balancer balancer = fixture.balancer(o -> o.targets(List.of(a.as("a"))).listener(recorder));
        List<Peer> clients = connect(balancer, 3);
        BalancerFixture.get(balancer.updateTargets(List.of()));
        CompletableFuture<Integer> patient = balancer.drain("a", LONG);
        clients.get(0).send("in time").expect("in time");
        clients.remove(0).close();
        BalancerFixture.await("one has ended", () -> balancer.stats().target("a").orElseThrow().active() == 2);
        assertEquals(2, BalancerFixture.get(balancer.drain("a", Duration.ofMillis(50))));
        assertEquals(0, BalancerFixture.get(patient), "it has cut none itself");
        for (Peer client : clients) {
            client.expectReset();
        }
        assertEquals(2, balancer.stats().cut());
        BalancerFixture.await("the listener is told", () -> recorder.lines().equals(List.of("drained a")));
    }

    @RepeatedTest(20)
    void shouldCountEveryConnectionItCutsOnAllLoops() throws Exception {
        Balancer balancer = fixture.balancer(o -> o.loops(2).targets(List.of(a.as("a"))));
        List<Peer> clients = connect(balancer, 40);
        BalancerFixture.get(balancer.updateTargets(List.of()));
        assertEquals(40, BalancerFixture.get(balancer.drain("a", Duration.ZERO)));
        assertEquals(40, balancer.stats().cut());
        for (Peer client : clients) {
            client.expectReset();
        }
    }

    @Test
    void shouldTellAllWhoWait() throws Exception {
        Balancer balancer = fixture.balancer(a.as("a"));
        Peer client = connect(balancer, 1).get(0);
        BalancerFixture.get(balancer.updateTargets(List.of()));
        List<CompletableFuture<Integer>> all = List.of(balancer.drain("a", LONG), balancer.drain("a", LONG));
        client.close();
        for (CompletableFuture<Integer> each : all) {
            assertEquals(0, BalancerFixture.get(each));
        }
    }

    @Test
    void shouldDrainOneOfSeveralTargets() throws Exception {
        ScriptedTarget b = fixture.echo();
        Balancer balancer = fixture.balancer(o -> o.targets(List.of(a.as("a"), b.as("b")))
                .strategy((ready, client) -> ready.get(ready.get(0).active() == 0 ? 0 : 1)));
        List<Peer> clients = connect(balancer, 2);
        BalancerFixture.get(balancer.updateTargets(List.of()));
        CompletableFuture<Integer> other = balancer.drain("b", LONG);
        assertEquals(1, BalancerFixture.get(balancer.drain("a", Duration.ZERO)));
        clients.get(0).expectReset();
        clients.get(1).send("untouched").expect("untouched");
        assertFalse(other.isDone());
        clients.get(1).close();
        assertEquals(0, BalancerFixture.get(other));
    }

    @Test
    void shouldFailWhenTheTargetIsListedAgain() throws Exception {
        Balancer balancer = fixture.balancer(a.as("a"));
        Peer client = connect(balancer, 1).get(0);
        BalancerFixture.get(balancer.updateTargets(List.of()));
        long began = System.nanoTime();
        CompletableFuture<Integer> drained = balancer.drain("a", Duration.ofSeconds(1));
        BalancerFixture.get(balancer.updateTargets(List.of(a.as("a"))));
        failsBecause(drained, "a was listed again");
        BalancerFixture.get(balancer.updateTargets(List.of()));
        CompletableFuture<Integer> second = balancer.drain("a", LONG);
        BalancerFixture.await("the first deadline has passed", () -> System.nanoTime() - began > 1_300_000_000L);
        client.send("not cut").expect("not cut");
        client.close();
        assertEquals(0, BalancerFixture.get(second));
        assertEquals(0, balancer.stats().cut());
    }

    @Test
    void shouldFailWhenTheBalancerIsClosedMeanwhile() throws Exception {
        Balancer balancer = fixture.balancer(a.as("a"));
        connect(balancer, 1);
        BalancerFixture.get(balancer.updateTargets(List.of()));
        CompletableFuture<Integer> drained = balancer.drain("a", LONG);
        balancer.close();
        assertInstanceOf(IllegalStateException.class, BalancerFixture.failure(drained));
        failsBecause(balancer.drain("a", LONG), "closed");
    }

    @Test
    void shouldNotWaitForAConnectThatHangs() throws Exception {
        ScriptedTarget good = fixture.http("good");
        Target hole = fixture.blackHole().as("hole");
        Balancer balancer = fixture.balancer(o -> o.connectTimeout(Duration.ofMinutes(5)).targets(List.of(hole)));
        Peer client = fixture.connect(balancer).send(HttpMessages.get("/"));
        BalancerFixture.await("it is picked", () -> balancer.stats().target("hole").orElseThrow().active() == 1);
        BalancerFixture.get(balancer.updateTargets(List.of(good.as("good"))));
        assertEquals(0, BalancerFixture.get(balancer.drain("hole", Duration.ZERO)));
        assertEquals("good", client.answer(false));
        assertEquals(0, balancer.stats().connectFailures(), "that was not its fault");
    }

    @Test
    void shouldRefuseNulls() {
        Balancer balancer = fixture.balancer();
        assertThrows(NullPointerException.class, () -> balancer.drain(null, LONG));
        assertThrows(NullPointerException.class, () -> balancer.drain("a", null));
    }

    private List<Peer> connect(Balancer balancer, int clients) throws Exception {
        List<Peer> all = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            Peer client = fixture.connect(balancer);
            client.send("hello").expect("hello");
            all.add(client);
        }
        return all;
    }

    private static void failsBecause(CompletableFuture<?> future, String why) throws Exception {
        IllegalStateException failure = assertInstanceOf(IllegalStateException.class, BalancerFixture.failure(future));
        assertTrue(failure.getMessage().contains(why), failure.getMessage());
    }
}
