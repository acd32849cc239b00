package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The PROXY header with which a balancer introduces clients, and itself, to targets. */
class ProxyHeaderSentTest {

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    private final ScriptedTarget a = fixture.manual();

    @Test
    void shouldTellTheTargetTheClientsAddressInText() throws Exception {
        Balancer balancer = fixture.balancer(b -> b.proxyProtocol(ProxyProtocol.V1).targets(List.of(a.as("a"))));
        Peer client = fixture.connect(balancer).send("and then data");
        a.next().expect("PROXY TCP4 127.0.0.1 127.0.0.1 " + client.socket.getLocalPort() + " "
                + balancer.address().getPort() + "\r\nand then data");
    }

    @Test
    void shouldTellTheTargetTheClientsAddressInBinary() throws Exception {
        Balancer balancer = fixture.balancer(b -> b.proxyProtocol(ProxyProtocol.V2).targets(List.of(a.as("a"))));
        Peer client = fixture.connect(balancer).send("and then data");
        byte[] header = ProxyHeaders.v2(0x21, 0x11, "127.0.0.1", "127.0.0.1", client.socket.getLocalPort(),
                balancer.address().getPort());
        Peer server = a.next();
        assertArrayEquals(header, server.receive(28));
        server.expect("and then data");
    }

    @Test
    void shouldTellTheTargetBeforeTheClientHasSpoken() throws Exception {
        Balancer balancer = fixture.balancer(b -> b.proxyProtocol(ProxyProtocol.V1).targets(List.of(a.as("a"))));
        Peer client = fixture.connect(balancer);
        Peer server = a.next();
        server.expect("PROXY TCP4 127.0.0.1");
        server.send("welcome");
        client.expect("welcome");
    }

    @Test
    void shouldTellEveryTargetOfAClientThatMoves() throws Exception {
        ScriptedTarget b = fixture.manual();
        Balancer balancer = fixture.balancer(o -> o.proxyProtocol(ProxyProtocol.V1).targets(List.of(a.as("a"))));
        Peer client = fixture.connect(balancer).send(HttpMessages.get("/"));
        String header = "PROXY TCP4 127.0.0.1 127.0.0.1 " + client.socket.getLocalPort() + " "
                + balancer.address().getPort() + "\r\n";
        Peer server = a.next();
        server.expect(header + HttpMessages.get("/"));
        server.send(HttpMessages.ok("a"));
        assertEquals("a", client.answer(false));
        BalancerFixture.get(balancer.updateTargets(List.of(b.as("b"))));
        client.send(HttpMessages.get("/"));
        b.next().expect(header + HttpMessages.get("/"));
    }

    @ParameterizedTest
    @EnumSource
    void shouldIntroduceItsProbes(ProxyProtocol version) throws Exception {
        byte[] own = version == ProxyProtocol.V1 ? ProxyHeaders.text("PROXY UNKNOWN\r\n")
                : ProxyHeaders.v2(0x20, 0, "", "", 0, 0);
        HeldPort dead = fixture.dead();
        Balancer balancer = fixture.balancer(
                b -> b.proxyProtocol(version).ejectAfter(1).targets(List.of(dead.as("dead"), fixture.echo().as("b")))
                        .probe(new ProbePolicy(Duration.ofMillis(50), Duration.ofSeconds(5), 1, 1_000_000)));
        BalancerFixture.await("a target is ejected", () -> {
            fixture.connect(balancer).send("x");
            return balancer.stats().target("dead").orElseThrow().ejected() > 0;
        });
        ScriptedTarget back = fixture.add(ScriptedTarget.running(dead, null));
        for (int i = 0; i < 5; i++) { // retests and probes
            Peer probe = back.next();
            assertArrayEquals(own, probe.receiveAll());
        }
    }
}
