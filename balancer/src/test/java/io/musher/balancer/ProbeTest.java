package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.musher.balancer.BalancerStats.TargetState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ProbeTest {

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    private final RecordingBalancerListener recorder = new RecordingBalancerListener();
    private final HeldPort port = fixture.dead();

    private Balancer balancer(int rise, int fall, Target... targets) {
        return balancer(new ProbePolicy(Duration.ofMillis(20), Duration.ofSeconds(5), rise, fall), targets);
    }

    private Balancer balancer(ProbePolicy policy, Target... targets) {
        return fixture.balancer(b -> b.probe(policy).ejectAfter(0).listener(recorder).targets(List.of(targets)));
    }

    @Test
    void shouldTakeATargetOutAndPutItBack() throws Exception {
        ScriptedTarget probed = fixture.add(ScriptedTarget.running(port, new HttpTarget("p")));
        Balancer balancer = balancer(2, 2, probed.as("p"), fixture.http("a").as("a"));
        probed.stopListening();
        becomes(balancer, "p", TargetState.DOWN);
        BalancerFixture.await("the listener is told", () -> recorder.heard("down p: "));
        for (int i = 0; i < 6; i++) {
            assertEquals("a", fixture.connect(balancer).ask(HttpMessages.get("/")));
        }
        assertEquals(0, balancer.stats().connectFailures(), "no client was sent to a target that is down");
        probed.listen();
        becomes(balancer, "p", TargetState.READY);
        BalancerFixture.await("the listener is told", () -> recorder.heard("restored p"));
        BalancerFixture.await("it gets connections again",
                () -> fixture.connect(balancer).ask(HttpMessages.get("/")).equals("p"));
        assertEquals(2, recorder.lines().size(), recorder.lines().toString());
    }

    @Test
    void shouldTakeOutTheLastOneToo() throws Exception {
        Balancer balancer = balancer(1, 1, port.as("p"));
        becomes(balancer, "p", TargetState.DOWN);
        Peer client = fixture.connect(balancer).send(HttpMessages.get("/"));
        BalancerFixture.await("the client waits", () -> balancer.stats().waiting() == 1);
        assertEquals(0, balancer.stats().connectFailures());
        fixture.add(ScriptedTarget.running(port, new HttpTarget("p")));
        assertEquals("p", client.answer(false));
    }

    @Test
    void shouldNoticeABlackHole() throws Exception {
        Balancer balancer = balancer(new ProbePolicy(Duration.ofMillis(20), Duration.ofMillis(100), 1, 2),
                fixture.blackHole().as("hole"));
        becomes(balancer, "hole", TargetState.DOWN);
        BalancerFixture.await("the listener is told", () -> recorder.heard("down hole: no answer within 100 ms"));
    }

    @Test
    void shouldProbeTargetsThatAreListedLater() throws Exception {
        Balancer balancer = balancer(1, 1, fixture.http("a").as("a"));
        BalancerFixture.get(balancer.updateTargets(List.of(port.as("p"))));
        becomes(balancer, "p", TargetState.DOWN);
    }

    @Test
    void shouldNotTakeOutATargetThatAnswers() throws Exception {
        ScriptedTarget probed = fixture.add(ScriptedTarget.running(port, new HttpTarget("p")));
        Balancer balancer = balancer(1, 1, probed.as("p"));
        BalancerFixture.await("it is probed often", () -> probed.accepted() > 10);
        assertEquals(List.of(), recorder.lines());
        assertEquals(0, balancer.stats().accepted(), "probes are no clients");
        assertEquals(0, balancer.stats().target("p").orElseThrow().accepted());
    }

    @Test
    void shouldStopProbingAWithdrawnTarget() throws Exception {
        ScriptedTarget probed = fixture.add(ScriptedTarget.running(port, new HttpTarget("p")));
        ScriptedTarget other = fixture.add(ScriptedTarget.running(new HttpTarget("a")));
        Balancer balancer = balancer(1, 1, probed.as("p"));
        BalancerFixture.await("it is probed", () -> probed.accepted() > 2);
        BalancerFixture.get(balancer.updateTargets(List.of(other.as("a"))));
        int before = other.accepted();
        BalancerFixture.await("the other one is probed", () -> other.accepted() > before + 1);
        int last = probed.accepted();
        BalancerFixture.await("the other one is probed on", () -> other.accepted() > before + 10);
        assertEquals(last, probed.accepted());
    }

    @Test
    void shouldKeepConnectionsOfATargetThatIsDown() throws Exception {
        ScriptedTarget probed = fixture.add(ScriptedTarget.running(port, new HttpTarget("p")));
        Balancer balancer = balancer(1, 1, probed.as("p"), fixture.http("a").as("a"));
        List<Peer> clients = List.of(fixture.connect(balancer), fixture.connect(balancer));
        String first = clients.get(0).ask(HttpMessages.get("/"));
        String second = clients.get(1).ask(HttpMessages.get("/"));
        assertEquals("ap", first.compareTo(second) < 0 ? first + second : second + first);
        probed.stopListening();
        becomes(balancer, "p", TargetState.DOWN);
        assertEquals(first, clients.get(0).ask(HttpMessages.get("/")));
        assertEquals(second, clients.get(1).ask(HttpMessages.get("/")));
    }

    private static void becomes(Balancer balancer, String id, TargetState state) {
        BalancerFixture.await(id + " becomes " + state,
                () -> balancer.stats().target(id).orElseThrow().state() == state);
    }
}
