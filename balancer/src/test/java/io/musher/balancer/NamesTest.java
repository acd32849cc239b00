package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.musher.balancer.BalancerStats.TargetState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Targets whose host is a name. On Linux all of 127.0.0.0/8 is this machine, so a name can have several addresses. */
class NamesTest {

    private static final String NOBODY = "127.0.0.2";

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    private final RecordingBalancerListener recorder = new RecordingBalancerListener();
    private final AtomicInteger lookups = new AtomicInteger();
    private final CountDownLatch stuck = new CountDownLatch(1);
    private volatile String[] addresses = {};
    private volatile Error failure; // thrown by lookups
    private final ScriptedTarget server = fixture.http("server");
    private Balancer balancer;

    @AfterEach
    void letGo() {
        stuck.countDown();
    }

    @Test
    void shouldServeByATargetThatHasAName() throws Exception {
        addresses = new String[]{"127.0.0.1"};
        start(b -> b.targets(List.of(named("n"))));
        assertEquals("server", ask());
        assertEquals("server", ask());
        assertEquals(1, lookups.get(), "looked up once, as long as it works");
        assertEquals(List.of(), recorder.lines());
    }

    @Test
    void shouldTryAllAddresses() throws Exception {
        addresses = new String[]{NOBODY, "127.0.0.3", "127.0.0.1"};
        start(b -> b.targets(List.of(named("n"))));
        assertEquals("server", ask());
        assertEquals("server", ask());
        assertEquals(0, balancer.stats().connectFailures(), "one address of several is no failure of the target");
        assertEquals(1, lookups.get());
    }

    @Test
    void shouldTryAnAddressOfTheOtherFamily() throws Exception {
        assumeTrue(hasIpv6(), "no IPv6 on this machine");
        addresses = new String[]{"::1", "127.0.0.1"};
        start(b -> b.targets(List.of(named("n"))));
        assertEquals("server", ask());
        assertEquals(0, balancer.stats().connectFailures());
    }

    @Test
    void shouldTryTheNextAddressWhenOneDoesNotAnswer() throws Exception {
        BlackHole hole = fixture.blackHole();
        HeldPort beside = fixture.add(new HeldPort(NOBODY, hole.address().getPort()));
        fixture.add(ScriptedTarget.running(beside, new HttpTarget("beside")));
        addresses = new String[]{"127.0.0.1", NOBODY};
        start(b -> b.connectTimeout(Duration.ofMillis(200)).targets(List.of(named("n", hole.address().getPort()))));
        assertEquals("beside", ask());
        assertEquals("beside", ask());
        assertEquals(0, balancer.stats().connectFailures());
    }

    @Test
    void shouldLookUpAgainWhenAllAddressesFail() throws Exception {
        addresses = new String[]{NOBODY, "127.0.0.3"};
        start(b -> b.targets(List.of(named("n"))));
        Peer client = fixture.connect(balancer).send(HttpMessages.get("/"));
        BalancerFixture.await("it fails", () -> balancer.stats().connectFailures() > 0);
        addresses = new String[]{"127.0.0.1"};
        assertEquals("server", client.answer(false));
        assertTrue(lookups.get() >= 2);
    }

    @Test
    void shouldBeDownUntilItsNameIsResolved() throws Exception {
        Target other = fixture.http("other").as("other");
        start(b -> b.targets(List.of(named("n"), other)));
        assertEquals("other", ask());
        BalancerFixture.await("the listener is told",
                () -> recorder.heard("down n: host somewhere cannot be resolved"));
        assertEquals(TargetState.DOWN, stats().state());
        assertEquals("host somewhere cannot be resolved", stats().reason());
        addresses = new String[]{"127.0.0.1"};
        BalancerFixture.await("it is back", () -> stats().state() == TargetState.READY);
        BalancerFixture.await("the listener is told", () -> recorder.heard("restored n"));
        assertEquals("", stats().reason());
        BalancerFixture.await("it gets its share", () -> ask().equals("server"));
        assertEquals(2, recorder.lines().size(), recorder.lines().toString());
    }

    @Test
    void shouldServeClientsThatWaitForAName() throws Exception {
        start(b -> b.targets(List.of(named("n"))));
        Peer client = fixture.connect(balancer).send(HttpMessages.get("/"));
        BalancerFixture.await("the client waits", () -> balancer.stats().waiting() == 1);
        addresses = new String[]{"127.0.0.1"};
        assertEquals("server", client.answer(false));
    }

    @Test
    void shouldServeByOthersWhileLookupsHang() throws Exception {
        List<Target> targets = new ArrayList<>(List.of(fixture.http("other").as("other")));
        for (int i = 0; i < 20; i++) {
            targets.add(named("n" + i));
        }
        addresses = null;
        start(b -> b.name("hanging").targets(targets));
        for (int i = 0; i < 10; i++) {
            assertEquals("other", ask());
        }
        BalancerFixture.get(balancer.updateTargets(targets.subList(0, 5)));
        BalancerFixture.await("some lookups hang", () -> lookups.get() == 4);
        assertEquals(4, Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().equals("hanging-lb-lookup")).count());
        balancer.close();
        assertEquals(4, lookups.get(), "no more once it is closed");
    }

    @Test
    void shouldKeepItsAddressWhenTheNameIsLost() throws Exception {
        addresses = new String[]{"127.0.0.1"};
        start(b -> b.targets(List.of(named("n"))));
        assertEquals("server", ask());
        addresses = new String[]{};
        server.stopListening();
        Peer client = fixture.connect(balancer).send(HttpMessages.get("/"));
        BalancerFixture.await("it is looked up again", () -> lookups.get() >= 2);
        assertEquals(TargetState.READY, stats().state());
        server.listen();
        assertEquals("server", client.answer(false));
    }

    @Test
    void shouldProbeAllAddresses() throws Exception {
        addresses = new String[]{NOBODY, "127.0.0.1"};
        ProbePolicy often = new ProbePolicy(Duration.ofMillis(20), Duration.ofSeconds(5), 1, 1);
        start(b -> b.probe(often).targets(List.of(named("n"))));
        BalancerFixture.await("it is probed often", () -> server.accepted() > 10);
        assertEquals(List.of(), recorder.lines());
    }

    @Test
    void shouldLookUpAgainWhenProbesFail() throws Exception {
        addresses = new String[]{NOBODY};
        ProbePolicy often = new ProbePolicy(Duration.ofMillis(20), Duration.ofSeconds(5), 1, 1);
        start(b -> b.probe(often).targets(List.of(named("n"))));
        BalancerFixture.await("it is down", () -> stats().reason().contains("refused"));
        assertEquals(TargetState.DOWN, stats().state());
        addresses = new String[]{"127.0.0.1"};
        BalancerFixture.await("it is back", () -> stats().state() == TargetState.READY);
    }

    @Test
    void shouldLookUpAgainAfterALookupThatThrewAnError() throws Exception {
        failure = new NoClassDefFoundError("resolver");
        start(b -> b.targets(List.of(named("n"))));
        BalancerFixture.await("it is down", () -> stats().state() == TargetState.DOWN && !stats().reason().isEmpty());
        assertTrue(stats().reason().contains("NoClassDefFoundError: resolver"), stats().reason());

        addresses = new String[]{"127.0.0.1"};
        failure = null;

        BalancerFixture.await("it is back", () -> stats().state() == TargetState.READY);
        assertEquals("server", ask());
    }

    @Test
    void shouldForgetAWithdrawnName() throws Exception {
        start(b -> b.targets(List.of(named("n"))));
        BalancerFixture.await("it is down", () -> !stats().reason().isEmpty());
        BalancerFixture.get(balancer.updateTargets(List.of(fixture.http("other").as("other"))));
        int before = lookups.get();
        addresses = new String[]{"127.0.0.1"};
        assertEquals("other", ask());
        assertTrue(balancer.stats().target("n").isEmpty());
        BalancerFixture.get(balancer.updateTargets(List.of(named("n"))));
        assertEquals("server", ask());
        assertTrue(lookups.get() > before);
    }

    @Test
    void shouldEjectATargetWhenAllItsAddressesFail() throws Exception {
        addresses = new String[]{NOBODY, "127.0.0.3"};
        start(b -> b.ejectAfter(2).strategy((ready, client) -> ready.get(0))
                .targets(List.of(named("n"), fixture.http("other").as("other"))));
        BalancerFixture.await("it is ejected", () -> ask().equals("other") && stats().state() == TargetState.EJECTED);
        addresses = new String[]{"127.0.0.1"};
        BalancerFixture.await("it is back", () -> stats().state() == TargetState.READY);
        assertEquals("server", ask());
    }

    private void start(UnaryOperator<BalancerBuilder> options) {
        balancer = fixture.balancer(b -> {
            b.lookup = this::look;
            return options.apply(b.listener(recorder));
        });
    }

    private InetAddress[] look(String host) throws UnknownHostException {
        lookups.incrementAndGet();
        Error broken = failure;
        if (broken != null) {
            throw broken;
        }
        String[] now = addresses;
        if (now == null) {
            try {
                stuck.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (now == null || now.length == 0) {
            throw new UnknownHostException(host);
        }
        InetAddress[] found = new InetAddress[now.length];
        for (int i = 0; i < now.length; i++) {
            found[i] = InetAddress.getByName(now[i]);
        }
        return found;
    }

    private Target named(String id) {
        return named(id, server.address().getPort());
    }

    private static Target named(String id, int port) {
        return new Target(id, InetSocketAddress.createUnresolved("somewhere", port));
    }

    private String ask() throws IOException {
        try (Peer client = Peer.connect(balancer.address())) {
            return client.ask(HttpMessages.get("/"));
        }
    }

    private BalancerStats.TargetStats stats() {
        return balancer.stats().target("n").orElseThrow();
    }

    private static boolean hasIpv6() {
        try {
            new java.net.ServerSocket(0, 1, InetAddress.getByName("::1")).close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
