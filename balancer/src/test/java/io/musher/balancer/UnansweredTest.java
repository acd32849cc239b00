package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.balancer.BalancerStats.TargetState;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Targets that accept connections and end them without an answer, as a proxy does whose application is dead. */
class UnansweredTest {

    /** How a dead target ends a connection. */
    enum Death {
        AT_ONCE, RESET_AT_ONCE, AFTER_THE_REQUEST, RESET_AFTER_THE_REQUEST, HALF_CLOSED;

        void of(Peer client) throws IOException {
            if (this != AT_ONCE && this != RESET_AT_ONCE) {
                client.in().read();
            }
            switch (this) {
                case RESET_AT_ONCE, RESET_AFTER_THE_REQUEST -> client.reset();
                case HALF_CLOSED -> {
                    client.sendEnd();
                    client.receiveAll();
                }
                default -> {}
            }
        }
    }

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    private final RecordingBalancerListener recorder = new RecordingBalancerListener();
    private final AtomicBoolean alive = new AtomicBoolean();
    private volatile Death death = Death.AFTER_THE_REQUEST;
    private final ScriptedTarget sick = fixture.target(client -> {
        if (alive.get()) {
            new HttpTarget("sick").serve(client);
        } else {
            death.of(client);
        }
    });
    private Balancer balancer;

    @ParameterizedTest
    @EnumSource
    void shouldEjectATargetThatEndsConnectionsWithoutAnAnswer(Death how) throws Exception {
        death = how;
        start(b -> b.targets(List.of(sick.as("sick"), fixture.http("a").as("a"))));
        int lost = 0;
        for (int i = 0; i < 200; i++) {
            lost += ask().equals("a") ? 0 : 1;
        }
        assertTrue(lost <= 8, "three of them, and few on trial: " + lost);
        assertEquals(TargetState.EJECTED, state("sick"));
        BalancerFixture.await("the listener is told",
                () -> recorder.heard("ejected sick: connections ended without an answer")
                        // before the connect is complete
                        || how == Death.RESET_AT_ONCE && recorder.heard("ejected sick: Connection reset"));
        assertFalse(recorder.heard("restored sick"));
        assertEquals(0, balancer.stats().target("a").orElseThrow().unanswered());
    }

    @Test
    void shouldPutItBackWhenItAnswers() throws Exception {
        start(b -> b.targets(List.of(sick.as("sick"), fixture.http("a").as("a"))));
        eject();
        alive.set(true);
        BalancerFixture.await("it is back", () -> {
            ask();
            return state("sick") == TargetState.READY;
        });
        BalancerFixture.await("the listener is told", () -> recorder.heard("restored sick"));
        long lost = balancer.stats().unanswered();
        for (int i = 0; i < 20; i++) {
            ask();
        }
        assertEquals(lost, balancer.stats().unanswered());
        assertTrue(balancer.stats().target("sick").orElseThrow().accepted() >= 8, "it gets its share again");
    }

    /** Held connections stay open, so only clients can find out. */
    @Test
    void shouldRiskOneClientInALongTimeToSeeWhetherItAnswers() throws Exception {
        start(b -> b.targets(List.of(sick.as("sick"), fixture.http("a").as("a"))));
        eject();
        BalancerFixture.await("two clients were risked", () -> {
            ask();
            return lost() >= 5;
        });
        assertEquals(1, balancer.stats().ejected(), "it was out all the time");
        assertTrue(balancer.stats().target("a").orElseThrow().accepted() > 20);
        assertFalse(recorder.heard("restored sick"));
    }

    @Test
    void shouldNeverEjectTheLast() throws Exception {
        start(b -> b.targets(List.of(sick.as("sick"))));
        for (int i = 0; i < 20; i++) {
            ask();
        }
        assertEquals(20, balancer.stats().unanswered());
        assertEquals(TargetState.READY, state("sick"));
        alive.set(true);
        assertEquals("sick", ask());
    }

    @Test
    void shouldEjectNoneWhereNoTargetEverAnswers() throws Exception {
        start(b -> b.targets(List.of(sick.as("sick"), fixture.target(Death.AFTER_THE_REQUEST::of).as("too"))));
        for (int i = 0; i < 40; i++) {
            ask();
        }
        assertEquals(40, balancer.stats().unanswered());
        assertEquals(0, balancer.stats().ejected());
    }

    @Test
    void shouldNotBlameATargetForAnEndThatTheClientBegan() throws Exception {
        start(b -> b.targets(List.of(sick.as("sick"), fixture.http("a").as("a"))).strategy(first("sick")));
        death = Death.HALF_CLOSED;
        for (int i = 0; i < 10; i++) {
            try (Peer client = fixture.connect(balancer)) {
                client.sendEnd();
                client.expectEnd();
            }
            try (Peer client = fixture.connect(balancer)) {
                client.socket.getOutputStream(); // not a byte, and gone
            }
        }
        BalancerFixture.await("all are gone", () -> balancer.stats().active() == 0);
        assertEquals(0, balancer.stats().unanswered());
        assertEquals(TargetState.READY, state("sick"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HT", "GET / HTTP/1.1\r\nHost: a\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"})
    void shouldNotBlameATargetThatGivesUpOnAnIncompleteRequest(String half) throws Exception {
        AtomicReference<String> next = new AtomicReference<>("a");
        start(b -> b.targets(List.of(sick.as("sick"), fixture.http("a").as("a")))
                .strategy((ready, client) -> first(next.get()).choose(ready, client)));
        assertEquals("a", ask());
        next.set("sick");
        for (int i = 0; i < 10; i++) {
            try (Peer client = fixture.connect(balancer).send(half)) {
                assertFalse(client.isAnswered());
            }
        }
        assertEquals(0, lost());
        assertEquals(TargetState.READY, state("sick"));
    }

    @Test
    void shouldEjectATargetThatShouldGreetAndEndsInstead() throws Exception {
        death = Death.AT_ONCE;
        ScriptedTarget greeting = fixture.target(client -> {
            client.send("220 ready\r\n");
            client.receiveAll();
        });
        start(b -> b.targets(List.of(greeting.as("a"), sick.as("sick"))));
        BalancerFixture.await("it is ejected", () -> {
            fixture.connect(balancer);
            return state("sick") == TargetState.EJECTED;
        });
        fixture.connect(balancer).expect("220 ready\r\n");
    }

    @Test
    void shouldKeepItWhenEjectingIsSwitchedOff() throws Exception {
        start(b -> b.ejectUnanswered(false).targets(List.of(sick.as("sick"), fixture.http("a").as("a"))));
        for (int i = 0; i < 40; i++) {
            ask();
        }
        assertTrue(lost() > 10, "it gets more than its share");
        assertEquals(TargetState.READY, state("sick"));
    }

    @Test
    void shouldLetItInWhenNoOtherIsLeft() throws Exception {
        start(b -> b.targets(List.of(sick.as("sick"), fixture.http("a").as("a"))));
        eject();
        alive.set(true);
        BalancerFixture.get(balancer.updateTargets(List.of(sick.as("sick"))));
        assertEquals("sick", ask());
        assertEquals(TargetState.READY, state("sick"));
    }

    @Test
    void shouldNotBeTakenInByAProbeThatConnects() throws Exception {
        ProbePolicy often = new ProbePolicy(Duration.ofMillis(10), Duration.ofSeconds(5), 1, 1);
        death = Death.AT_ONCE;
        start(b -> b.probe(often).targets(List.of(sick.as("sick"), fixture.http("a").as("a"))));
        eject();
        int before = sick.accepted();
        BalancerFixture.await("it is probed often", () -> sick.accepted() > before + 30);
        assertEquals(TargetState.EJECTED, state("sick"));
        assertFalse(recorder.heard("restored sick"));
    }

    private void start(UnaryOperator<BalancerBuilder> options) {
        balancer = fixture.balancer(b -> options.apply(b.strategy(Strategy.leastConnections()).listener(recorder)));
    }

    private void eject() {
        BalancerFixture.await("it is ejected", () -> {
            ask();
            return state("sick") == TargetState.EJECTED;
        });
    }

    /** {@return the answer, or nothing} */
    private String ask() throws IOException {
        try (Peer client = Peer.connect(balancer.address()).send(HttpMessages.get("/"))) {
            return client.isAnswered() ? client.answer(false) : "";
        } catch (SocketException e) { // reset before the request was sent
            return "";
        }
    }

    private static Strategy first(String id) {
        return (ready, client) -> ready.stream().filter(c -> c.target().id().equals(id)).findFirst()
                .orElse(ready.get(0));
    }

    private long lost() {
        return balancer.stats().target("sick").orElseThrow().unanswered();
    }

    private TargetState state(String id) {
        return balancer.stats().target(id).orElseThrow().state();
    }
}
