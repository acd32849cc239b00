package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The PROXY header with which trusted proxies introduce clients to a balancer. */
class ProxyHeaderReceivedTest {

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    private final ScriptedTarget a = fixture.manual();
    private final RecordingBalancerListener recorder = new RecordingBalancerListener();

    static Stream<byte[]> headers() throws IOException {
        return Stream.of(
                ProxyHeaders.text("PROXY TCP4 192.0.2.7 192.0.2.8 4711 443\r\n"),
                ProxyHeaders.v2(0x21, 0x11, "192.0.2.7", "192.0.2.8", 4711, 443));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void shouldTakeTheClientsAddressFromATrustedProxy(byte[] header) throws Exception {
        Peer client = fixture.connect(chained()).send(header).send("data");
        introduces("TCP4 192.0.2.7 192.0.2.8 4711", "data", client);
    }

    @ParameterizedTest
    @MethodSource("headers")
    void shouldReadAHeaderByteByByte(byte[] header) throws Exception {
        Peer client = fixture.connect(chained());
        for (byte b : header) {
            client.send(new byte[]{b});
        }
        introduces("TCP4 192.0.2.7 192.0.2.8 4711", "data", client.send("data"));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void shouldReadHeaderAndDataInOnePacket(byte[] header) throws Exception {
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(header);
        packet.write("x".repeat(30_000).getBytes());
        Peer client = fixture.connect(chained()).send(packet.toByteArray());
        introduces("TCP4 192.0.2.7 192.0.2.8 4711", "x".repeat(30_000), client);
    }

    static Stream<Arguments> chains() throws IOException {
        byte[] v1 = ProxyHeaders.text("PROXY TCP4 192.0.2.7 198.51.100.8 4711 443\r\n");
        byte[] v2 = ProxyHeaders.v2(0x21, 0x11, "192.0.2.7", "198.51.100.8", 4711, 443);
        byte[] v1Six = ProxyHeaders.text("PROXY TCP6 2001:db8:0:0:0:0:0:1 2001:db8:0:0:0:0:0:2 4711 443\r\n");
        byte[] v2Six = ProxyHeaders.v2(0x21, 0x21, "2001:db8::1", "2001:db8::2", 4711, 443);
        byte[] unknown1 = ProxyHeaders.text("PROXY UNKNOWN\r\n");
        byte[] unknown2 = ProxyHeaders.v2(0x21, 0, "", "", 0, 0);
        byte[] local2 = ProxyHeaders.v2(0x20, 0, "", "", 0, 0);
        byte[] extended = Arrays.copyOf(v2, v2.length + 300);
        extended[14] = (byte) (312 >> 8); // 12 for the addresses and 300 for a TLV of type NOOP
        extended[15] = (byte) 312;
        extended[v2.length] = 4;
        extended[v2.length + 1] = (byte) (297 >> 8);
        extended[v2.length + 2] = (byte) 297;
        byte[] unix = Arrays.copyOf(ProxyHeaders.v2(0x21, 0x31, "", "", 0, 0), 16 + 216);
        unix[15] = (byte) 216;
        byte[] localWithAddresses = ProxyHeaders.v2(0x20, 0x11, "192.0.2.7", "198.51.100.8", 4711, 443);
        return Stream.of(
                Arguments.of("v1 as it is", v1, ProxyProtocol.V1, v1),
                Arguments.of("v2 as it is", v2, ProxyProtocol.V2, v2),
                Arguments.of("v1 to v2", v1, ProxyProtocol.V2, v2), Arguments.of("v2 to v1", v2, ProxyProtocol.V1, v1),
                Arguments.of("v1 to v2, IPv6", v1Six, ProxyProtocol.V2, v2Six),
                Arguments.of("v2 to v1, IPv6", v2Six, ProxyProtocol.V1, v1Six),
                Arguments.of("UNKNOWN", unknown1, ProxyProtocol.V1, unknown1),
                Arguments.of("UNKNOWN to v2", unknown1, ProxyProtocol.V2, unknown2),
                Arguments.of("UNKNOWN with more", ProxyHeaders.text("PROXY UNKNOWN x y\r\n"), ProxyProtocol.V1,
                        ProxyHeaders.text("PROXY UNKNOWN x y\r\n")),
                Arguments.of("unspecified", unknown2, ProxyProtocol.V2, unknown2),
                Arguments.of("unspecified to v1", unknown2, ProxyProtocol.V1, unknown1),
                Arguments.of("LOCAL", local2, ProxyProtocol.V2, local2),
                Arguments.of("LOCAL to v1", local2, ProxyProtocol.V1, unknown1),
                Arguments.of("LOCAL with addresses", localWithAddresses, ProxyProtocol.V2, localWithAddresses),
                Arguments.of("extensions", extended, ProxyProtocol.V2, extended),
                Arguments.of("extensions to v1", extended, ProxyProtocol.V1, v1),
                Arguments.of("a Unix socket", unix, ProxyProtocol.V2, unix),
                Arguments.of("a Unix socket to v1", unix, ProxyProtocol.V1, unknown1));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("chains")
    void shouldPassOnWhatCame(String name, byte[] in, ProxyProtocol wanted, byte[] out) throws Exception {
        Balancer balancer = fixture
                .balancer(b -> b.trustedProxies("127.0.0.1").proxyProtocol(wanted).targets(List.of(a.as("a"))));
        Peer client = fixture.connect(balancer).send(in).send(HttpMessages.get("/"));
        Peer server = a.next();
        assertArrayEquals(out, server.receive(out.length));
        server.expect(HttpMessages.get("/"));
        server.send(HttpMessages.ok("a"));
        assertEquals("a", client.answer(false));

        ScriptedTarget b = fixture.manual();
        BalancerFixture.get(balancer.updateTargets(List.of(b.as("b"))));
        client.send(HttpMessages.get("/"));
        Peer next = b.next();
        assertArrayEquals(out, next.receive(out.length), "and to the next target");
        next.expect(HttpMessages.get("/"));
    }

    @Test
    void shouldTakeAHeaderWithoutAddressForTheProxysOwn() throws Exception {
        for (byte[] header : List.of(ProxyHeaders.text("PROXY UNKNOWN\r\n"), ProxyHeaders.v2(0x20, 0, "", "", 0, 0))) {
            AtomicReference<InetAddress> seen = new AtomicReference<>();
            Balancer balancer = fixture
                    .balancer(b -> b.trustedProxies("127.0.0.1").targets(List.of(a.as("a"), fixture.http("b").as("b")))
                            .strategy((ready, client) -> {
                                seen.set(client);
                                return ready.get(0);
                            }));
            fixture.connect(balancer).send(header).send("data");
            a.next().expect("data");
            assertEquals(InetAddress.getByName("127.0.0.1"), seen.get());
        }
    }

    @Test
    void shouldDeliverAnEndThatComesWithTheHeader() throws Exception {
        Peer client = fixture.connect(chained()).send("PROXY TCP4 192.0.2.7 192.0.2.8 4711 443\r\nall").sendEnd();
        introduces("TCP4 192.0.2.7 192.0.2.8 4711", "all", client);
    }

    @Test
    void shouldHoldAnIntroducedClientWhileThereIsNoTarget() throws Exception {
        Balancer balancer = fixture.balancer(b -> b.trustedProxies("127.0.0.1").proxyProtocol(ProxyProtocol.V1));
        Peer client = fixture.connect(balancer).send("PROXY TCP4 192.0.2.7 192.0.2.8 4711 443\r\nfirst");
        BalancerFixture.await("the client waits", () -> balancer.stats().waiting() == 1);
        client.send(" second");
        BalancerFixture.get(balancer.updateTargets(List.of(a.as("a"))));
        introduces("TCP4 192.0.2.7 192.0.2.8 4711", "first second", client);
    }

    static Stream<byte[]> garbage() throws IOException {
        return Stream.of(ProxyHeaders.text("GET / HTTP/1.1\r\n\r\n"), ProxyHeaders.text("PROXY TCP4 192.0.2.7\r\n"),
                ProxyHeaders.text("PROXY TCP4 a b 1 2\r\n"),
                ProxyHeaders.text("PROXY TCP4 192.0.2.7 192.0.2.8 4711 443 " + "x".repeat(100)),
                ProxyHeaders.text("\r\n\r\n nonsense "),
                ProxyHeaders.v2(0x31, 0x11, "192.0.2.7", "192.0.2.8", 1, 2), ProxyHeaders.text("\26\3\1\2\0"));
    }

    @ParameterizedTest
    @MethodSource("garbage")
    void shouldCloseAConnectionThatBeginsWithGarbage(byte[] garbage) throws Exception {
        Balancer balancer = chained();
        fixture.connect(balancer).send(garbage).expectEnd();
        BalancerFixture.await("it is counted", () -> balancer.stats().rejected() == 1);
        BalancerFixture.await("the listener is told why",
                () -> recorder.lines().size() == 1 && recorder.heard("rejected 127.0.0.1: ")
                        && recorder.lines().get(0).contains("PROXY"));
        assertEquals(0, a.accepted());
        assertEquals(0, balancer.stats().active());
    }

    @Test
    void shouldForgetAClientThatLeavesWithinItsHeader() throws Exception {
        Balancer balancer = chained();
        fixture.connect(balancer).send("PROXY TCP4 192").close();
        fixture.connect(balancer).send("PROXY TC").reset();
        BalancerFixture.await("both are gone",
                () -> balancer.stats().accepted() == 2 && balancer.stats().active() == 0);
        assertEquals(0, a.accepted());
    }

    @Test
    void shouldTakeAHeaderFromOthersForData() throws Exception {
        Balancer balancer = fixture.balancer(b -> b.trustedProxies("10.0.0.0/8", "::2").targets(List.of(a.as("a"))));
        String header = "PROXY TCP4 192.0.2.7 192.0.2.8 4711 443\r\n";
        fixture.connect(balancer).send(header);
        a.next().expect(header);
    }

    @Test
    void shouldHashTheAddressOfTheHeader() throws Exception {
        List<Target> targets = Stream.of("a", "b", "c", "d").map(name -> fixture.http(name).as(name)).toList();
        Balancer balancer = fixture
                .balancer(b -> b.trustedProxies("127.0.0.0/8").strategy(Strategy.ipHash()).targets(targets));
        Set<String> used = new HashSet<>();
        for (int i = 1; i <= 30; i++) {
            String header = "PROXY TCP4 192.0.2." + i + " 192.0.2.200 4711 443\r\n";
            String first = fixture.connect(balancer).ask(header + HttpMessages.get("/"));
            assertEquals(first, fixture.connect(balancer).ask(header + HttpMessages.get("/")));
            used.add(first);
        }
        assertTrue(used.size() > 1, "all went to " + used);
    }

    /** Trusts us, and tells its target in text what it understood. */
    private Balancer chained() {
        return fixture.balancer(b -> b.trustedProxies("127.0.0.1").proxyProtocol(ProxyProtocol.V1).listener(recorder)
                .targets(List.of(a.as("a"))));
    }

    private void introduces(String addresses, String data, Peer client) throws Exception {
        Peer server = a.next();
        server.expect("PROXY " + addresses + " 443\r\n");
        server.expect(data);
        server.send("answer");
        client.expect("answer");
    }
}
