package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RelayTest {

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    @ParameterizedTest
    @CsvSource({"127.0.0.1, 127.0.0.1", "localhost, 127.0.0.1", "::1, ::1", "0.0.0.0, 127.0.0.1"})
    void shouldListenOnTheGivenHost(String host, String from) throws Exception {
        assumeTrue(exists(from));
        ScriptedTarget target = fixture.echo();
        Balancer balancer = fixture.balancer(b -> b.host(host).targets(List.of(target.as("a"))));
        echo(Peer.connect(new InetSocketAddress(from, balancer.address().getPort())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void shouldListenOnAllInterfacesWithoutAHost(String from) throws Exception {
        assumeTrue(exists(from));
        ScriptedTarget target = fixture.echo();
        Balancer balancer = fixture.add(Balancer.builder().port(0).targets(List.of(target.as("a"))).start());
        echo(Peer.connect(new InetSocketAddress(from, balancer.address().getPort())));
    }

    @Test
    void shouldReachATargetOnIpv6() throws Exception {
        assumeTrue(exists("::1"));
        ScriptedTarget target = fixture.add(ScriptedTarget.running(new HeldPort("::1"), ScriptedTarget.ECHO));
        echo(Peer.connect(fixture.balancer(target.as("six")).address()));
    }

    @Test
    void shouldTellThePortItPicked() throws Exception {
        Balancer balancer = fixture.balancer(fixture.echo().as("a"));
        assertNotEquals(0, balancer.address().getPort());
        assertEquals(0, balancer.config().port());
        echo(fixture.connect(balancer));
    }

    @Test
    void shouldListenOnTheGivenPort() throws Exception {
        HeldPort port = fixture.dead();
        ScriptedTarget target = fixture.echo();
        Balancer balancer = fixture.balancer(b -> b.port(port.address().getPort()).targets(List.of(target.as("a"))));
        assertEquals(port.address(), balancer.address());
        echo(Peer.connect(port.address()));
    }

    @Test
    void shouldRelaySingleBytes() throws Exception {
        Peer client = fixture.connect(fixture.balancer(fixture.echo().as("a")));
        byte[] data = random(3000);
        for (byte b : data) {
            client.send(new byte[]{b});
        }
        assertArrayEquals(data, client.receive(data.length));
    }

    @Test
    void shouldRelayRequestsOneByOne() throws Exception {
        Peer client = fixture.connect(fixture.balancer(fixture.echo().as("a")));
        for (int i = 0; i < 500; i++) {
            byte[] data = random(1 + i * 7);
            assertArrayEquals(data, client.send(data).receive(data.length));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldRelayMegabytesBothWaysAtOnceOnSeveralConnections(int loops) throws Exception {
        ScriptedTarget target = fixture.echo();
        Balancer balancer = fixture.balancer(b -> b.loops(loops).targets(List.of(target.as("a"))));
        List<Future<Void>> clients = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            clients.add(fixture.beside(() -> {
                echo(fixture.connect(balancer), random(4_000_000));
                return null;
            }));
        }
        for (Future<Void> client : clients) {
            BalancerFixture.get(client);
        }
    }

    @Test
    void shouldLetTheServerSpeakFirst() throws Exception {
        ScriptedTarget target = fixture.manual();
        Peer client = fixture.connect(fixture.balancer(target.as("a")));
        Peer server = target.next();
        server.send("220 ready\r\n");
        client.expect("220 ready\r\n");
        client.send("HELO\r\n");
        server.expect("HELO\r\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldServeManyShortConnections(int loops) throws Exception {
        ScriptedTarget target = fixture.http("a");
        Balancer balancer = fixture.balancer(b -> b.loops(loops).targets(List.of(target.as("a"))));
        for (int i = 0; i < 500; i++) {
            try (Peer client = Peer.connect(balancer.address())) {
                assertEquals("a", client.ask(HttpMessages.get("/")));
            }
        }
        BalancerFixture.await("all connections end", () -> balancer.stats().active() == 0);
        assertEquals(500, balancer.stats().accepted());
    }

    @Test
    void shouldKeepIdleConnectionsUsableBesideOthers() throws Exception {
        Balancer balancer = fixture.balancer(fixture.echo().as("a"));
        List<Peer> idle = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            idle.add(fixture.connect(balancer));
        }
        echo(fixture.connect(balancer), random(1_000_000));
        for (Peer peer : idle) {
            peer.send("still here").expect("still here");
        }
    }

    private void echo(Peer client) throws Exception {
        echo(fixture.add(client), random(100_000));
    }

    private void echo(Peer client, byte[] data) throws Exception {
        Future<Peer> sender = fixture.beside(() -> client.send(data));
        assertArrayEquals(data, client.receive(data.length));
        BalancerFixture.get(sender);
    }

    private static byte[] random(int length) {
        byte[] data = new byte[length];
        new Random(length).nextBytes(data);
        return data;
    }

    private static boolean exists(String address) {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByName(address))) {
            return probe.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
