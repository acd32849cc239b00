package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A target that is the balancer itself. */
class OwnAddressTest {

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost"})
    void shouldRefuseItsOwnHostAndPortAtStart(String host) throws Exception {
        int port = freePort();
        BalancerBuilder builder = Balancer.builder().host("127.0.0.1").port(port).targets(List.of(target(host, port)));

        refused(assertThrows(IllegalArgumentException.class, builder::start), host, port);

        new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1")).close(); // nothing is left
    }

    @Test
    void shouldRefuseEveryLocalAddressWhenItListensOnAll() throws Exception {
        Balancer all = fixture.add(Balancer.builder().port(0).loops(1).start());
        Balancer allOfV4 = fixture.add(Balancer.builder().host("0.0.0.0").port(0).loops(1).start());
        List<String> hosts = new ArrayList<>(List.of("127.0.0.1", "127.0.0.2", "localhost", "0.0.0.0"));
        for (NetworkInterface networkInterface : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            Collections.list(networkInterface.getInetAddresses())
                    .forEach(address -> hosts.add(address.getHostAddress()));
        }
        for (String host : hosts) {
            int port = all.address().getPort();
            refused(assertThrows(IllegalArgumentException.class, () -> all.updateTargets(List.of(target(host, port))),
                    host), host, port);
            if (host.indexOf(':') < 0) {
                int other = allOfV4.address().getPort();
                refused(assertThrows(IllegalArgumentException.class,
                        () -> allOfV4.updateTargets(List.of(target(host, other))), host), host, other);
            }
        }
    }

    @Test
    void shouldKeepItsTargetsWhenItRefusesOthers() throws Exception {
        Balancer balancer = fixture.balancer(fixture.http("a").as("a"));
        Target self = new Target("self", balancer.address());

        assertThrows(IllegalArgumentException.class,
                () -> balancer.updateTargets(List.of(fixture.http("b").as("b"), self)));

        assertEquals("a", fixture.connect(balancer).ask(HttpMessages.get("/")));
    }

    @Test
    void shouldTakeWhatOnlyLooksLikeItself() throws Exception {
        Balancer balancer = fixture.balancer();
        int port = balancer.address().getPort();
        BalancerFixture.get(balancer.updateTargets(
                List.of(target("127.0.0.2", port), target("192.0.2.1", port), target("127.0.0.1", port == 1 ? 2 : 1))));

        assumeTrue(InetAddress.getByName("::1").isReachable(1000), "IPv6");
        Balancer allOfV4 = fixture.balancer(b -> b.host("0.0.0.0"));
        BalancerFixture.get(allOfV4.updateTargets(List.of(target("::1", allOfV4.address().getPort()))));
    }

    @Test
    void shouldRefuseLocalhostBeforeItIsLookedUp() {
        Balancer balancer = fixture.balancer();
        int port = balancer.address().getPort();
        Target named = new Target("to localhost", InetSocketAddress.createUnresolved("LocalHost", port));

        refused(assertThrows(IllegalArgumentException.class, () -> balancer.updateTargets(List.of(named))), "localhost",
                port);
    }

    @Test
    void shouldNotConnectToItselfByAName() throws Exception {
        RecordingBalancerListener recorder = new RecordingBalancerListener();
        Balancer balancer = fixture.balancer(b -> {
            b.lookup = host -> InetAddress.getAllByName("127.0.0.1");
            return b.listener(recorder);
        });
        int port = balancer.address().getPort();
        balancer.updateTargets(List.of(new Target("n", InetSocketAddress.createUnresolved("self.test", port))));

        BalancerFixture.await("it is down", () -> recorder
                .heard("down n: host self.test is the balancer itself, which listens on 127.0.0.1:" + port));

        fixture.connect(balancer);
        BalancerFixture.await("the client waits", () -> balancer.stats().waiting() == 1);
        assertEquals(1, balancer.stats().accepted());
    }

    @Test
    void shouldUseTheOtherAddressesOfAName() throws Exception {
        Balancer balancer = fixture.balancer(b -> {
            b.lookup = host -> new InetAddress[]{InetAddress.getByName("127.0.0.1"),
                    InetAddress.getByName("127.0.0.2")};
            return b;
        });
        int port = balancer.address().getPort();
        try (ServerSocket server = new ServerSocket(port, 10, InetAddress.getByName("127.0.0.2"))) {
            balancer.updateTargets(List.of(new Target("n", InetSocketAddress.createUnresolved("both.test", port))));
            Peer client = fixture.connect(balancer).send("hello");
            Peer accepted = fixture.add(new Peer(server.accept()));
            accepted.expect("hello");
            client.close();
        }
    }

    private static void refused(IllegalArgumentException refusal, String host, int port) {
        String text = refusal.getMessage();
        assertTrue(
                text.contains("target to " + host + " ") && text.contains(":" + port) && text.contains("own address"),
                text);
    }

    private static Target target(String host, int port) throws Exception {
        return new Target("to " + host, new InetSocketAddress(InetAddress.getByName(host), port));
    }

    private static int freePort() throws Exception {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return any.getLocalPort();
        }
    }
}
