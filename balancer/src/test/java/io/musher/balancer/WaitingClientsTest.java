package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WaitingClientsTest {

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    private final RecordingBalancerListener recorder = new RecordingBalancerListener();

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldServeClientsOnceThereIsATarget(int loops) throws Exception {
        Balancer balancer = fixture.balancer(b -> b.loops(loops));
        List<Peer> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            clients.add(fixture.connect(balancer).send(HttpMessages.get("/")));
        }
        waiting(balancer, 10);
        assertEquals(10, balancer.stats().active(), "those that wait are active clients");
        balancer.updateTargets(List.of(fixture.http("a").as("a")));
        for (Peer client : clients) {
            assertEquals("a", client.answer(false));
        }
        assertEquals(0, balancer.stats().waiting());
        assertEquals(0, balancer.stats().rejected());
    }

    @Test
    void shouldServeClientsWhenADeadTargetListensAgain() throws Exception {
        HeldPort port = fixture.dead();
        Balancer balancer = fixture.balancer(port.as("a"));
        Peer client = fixture.connect(balancer).send(HttpMessages.get("/"));
        waiting(balancer, 1);
        fixture.add(ScriptedTarget.running(port, new HttpTarget("a")));
        assertEquals("a", client.answer(false));
        assertEquals(0, balancer.stats().rejected());
        assertTrue(balancer.stats().connectFailures() > 0);
    }

    @Test
    void shouldTakeTheTimeOfAllTargetsGoneAndBack() throws Exception {
        HeldPort port = fixture.dead();
        HeldPort other = fixture.dead();
        Balancer balancer = fixture.balancer(port.as("a"), other.as("b"));
        List<Peer> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clients.add(fixture.connect(balancer).send(HttpMessages.get("/")));
        }
        waiting(balancer, 20);
        fixture.add(ScriptedTarget.running(port, new HttpTarget("x")));
        fixture.add(ScriptedTarget.running(other, new HttpTarget("x")));
        for (Peer client : clients) {
            assertEquals("x", client.answer(false));
        }
    }

    @Test
    void shouldServeInTheOrderTheyCame() throws Exception {
        Balancer balancer = fixture.balancer();
        for (int i = 0; i < 9; i++) {
            fixture.connect(balancer).send("client " + i);
            waiting(balancer, i + 1);
        }
        ScriptedTarget target = fixture.manual();
        balancer.updateTargets(List.of(target.as("a")));
        for (int i = 0; i < 9; i++) {
            target.next().expect("client " + i);
        }
    }

    @Test
    void shouldKeepTheOrderOverRetriesThatFail() throws Exception {
        HeldPort port = fixture.dead();
        Balancer balancer = fixture.balancer(port.as("a"));
        for (int i = 0; i < 9; i++) {
            fixture.connect(balancer).send("client " + i);
            waiting(balancer, i + 1);
        }
        long failures = balancer.stats().connectFailures();
        BalancerFixture.await("some retries fail", () -> balancer.stats().connectFailures() > failures + 2);
        ScriptedTarget target = fixture.add(ScriptedTarget.running(port, null));
        for (int i = 0; i < 9; i++) {
            target.next().expect("client " + i);
        }
    }

    @Test
    void shouldNotLetANewcomerOvertake() throws Exception {
        HeldPort port = fixture.dead();
        Balancer balancer = fixture.balancer(port.as("a"));
        fixture.connect(balancer).send("first");
        BalancerFixture.await("retries have become rare", () -> balancer.stats().connectFailures() > 5);
        ScriptedTarget target = fixture.add(ScriptedTarget.running(port, null));
        fixture.connect(balancer).send("second");
        target.next().expect("first");
        target.next().expect("second");
    }

    @Test
    void shouldCloseAClientThatWaitedTooLong() throws Exception {
        Balancer balancer = fixture.balancer(b -> b.waitTimeout(Duration.ofMillis(150)).listener(recorder));
        Peer client = fixture.connect(balancer);
        client.expectEnd();
        BalancerFixture.await("it is counted", () -> balancer.stats().rejected() == 1);
        assertEquals(0, balancer.stats().waiting());
        assertEquals(0, balancer.stats().active());
        BalancerFixture.await("the listener is told why",
                () -> recorder.heard("rejected 127.0.0.1: no target took the client within 150 ms"));
    }

    @Test
    void shouldCloseAClientThatWaitedTooLongForABlackHole() throws Exception {
        Target hole = fixture.blackHole().as("hole");
        Balancer balancer = fixture.balancer(b -> b.targets(List.of(hole))
                .connectTimeout(Duration.ofMillis(100)).waitTimeout(Duration.ofMillis(250)));
        fixture.connect(balancer).expectEnd();
        BalancerFixture.await("it is counted", () -> balancer.stats().rejected() == 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldCloseClientsBeyondTheBound(int loops) throws Exception {
        Balancer balancer = fixture.balancer(b -> b.loops(loops).maxWaiting(3).listener(recorder));
        List<Peer> held = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            held.add(fixture.connect(balancer).send(HttpMessages.get("/")));
            waiting(balancer, i + 1);
        }
        for (int i = 1; i <= 4; i++) {
            fixture.connect(balancer).expectEnd();
            int rejected = i;
            BalancerFixture.await("it is counted", () -> balancer.stats().rejected() == rejected);
        }
        BalancerFixture.await("the listener is told", () -> recorder.lines().size() == 4);
        BalancerFixture.await("the listener is told",
                () -> recorder.heard("rejected 127.0.0.1: too many clients wait"));
        balancer.updateTargets(List.of(fixture.http("a").as("a")));
        for (Peer client : held) {
            assertEquals("a", client.answer(false));
        }
    }

    @Test
    void shouldHoldNobodyWhenToldSo() throws Exception {
        Balancer balancer = fixture.balancer(b -> b.maxWaiting(0));
        fixture.connect(balancer).expectEnd();
        BalancerFixture.await("it is counted", () -> balancer.stats().rejected() == 1);
    }

    @Test
    void shouldSurviveClientsThatLeaveWhileTheyWait() throws Exception {
        Balancer balancer = fixture.balancer();
        Peer leaver = fixture.connect(balancer);
        waiting(balancer, 1);
        Peer quitter = fixture.connect(balancer);
        waiting(balancer, 2);
        Peer stayer = fixture.connect(balancer).send(HttpMessages.get("/"));
        waiting(balancer, 3);
        leaver.reset();
        quitter.close();
        balancer.updateTargets(List.of(fixture.http("a").as("a")));
        assertEquals("a", stayer.answer(false));
        BalancerFixture.await("only one is left", () -> balancer.stats().active() == 1);
    }

    private static void waiting(Balancer balancer, int clients) {
        BalancerFixture.await(clients + " clients wait", () -> balancer.stats().waiting() == clients);
    }
}
