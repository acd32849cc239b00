package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LifecycleTest {

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    private final HeldPort port = fixture.dead(); // the kernel gives it to nobody else

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldEndLiveConnectionsOnClose(int loops) throws Exception {
        ScriptedTarget a = fixture.manual();
        Balancer balancer = balancer("alive", b -> b.loops(loops).targets(List.of(a.as("a"))));
        Peer opaque = fixture.connect(balancer).send("opaque");
        Peer opaqueServer = a.next();
        opaqueServer.expect("opaque");
        Peer idle = fixture.connect(balancer).send(HttpMessages.get("/"));
        Peer idleServer = a.next();
        idleServer.expect(HttpMessages.get("/"));
        idleServer.send(HttpMessages.ok("a"));
        assertEquals("a", idle.answer(false));
        balancer.close();
        opaque.expectReset();
        opaqueServer.expectReset();
        idle.expectEnd();
        idleServer.expectEnd();
        isGone(balancer, "alive");
    }

    @Test
    void shouldEndWaitingClientsOnClose() throws Exception {
        Balancer balancer = balancer("waited", b -> b);
        Peer client = fixture.connect(balancer);
        BalancerFixture.await("the client waits", () -> balancer.stats().waiting() == 1);
        balancer.close();
        client.expectReset();
        isGone(balancer, "waited");
    }

    @Test
    void shouldCloseTwice() throws Exception {
        Balancer balancer = balancer("twice", b -> b);
        balancer.close();
        balancer.close();
        isGone(balancer, "twice");
    }

    @RepeatedTest(10)
    void shouldCloseFromSeveralThreadsAtOnce() throws Exception {
        ScriptedTarget a = fixture.echo();
        Balancer balancer = balancer("many", b -> b.loops(2).targets(List.of(a.as("a"))));
        fixture.connect(balancer).send("hello").expect("hello");
        List<Future<Void>> closers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            closers.add(fixture.beside(() -> {
                balancer.close();
                bind(balancer.address());
                return null;
            }));
        }
        for (Future<Void> closer : closers) {
            BalancerFixture.get(closer);
        }
        isGone(balancer, "many");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldCloseFromItsListener(int loops) throws Exception {
        AtomicReference<Balancer> self = new AtomicReference<>();
        Balancer balancer = balancer("listened", b -> b.loops(loops).maxWaiting(0).listener(new BalancerListener() {
            @Override
            public void rejected(InetSocketAddress client, String why) {
                self.get().close();
            }
        }));
        self.set(balancer);
        fixture.connect(balancer).expectEnd();
        isGone(balancer, "listened");
    }

    @Test
    void shouldCloseFromItsStrategy() throws Exception {
        AtomicReference<Balancer> self = new AtomicReference<>();
        List<Target> targets = List.of(fixture.echo().as("a"), fixture.echo().as("b"));
        Balancer balancer = balancer("chosen", b -> b.targets(targets).strategy((ready, client) -> {
            self.get().close();
            return ready.get(0);
        }));
        self.set(balancer);
        fixture.beside(() -> Peer.connect(balancer.address()));
        isGone(balancer, "chosen");
    }

    @Test
    void shouldCloseFromItsFuturesThread() throws Exception {
        Balancer balancer = balancer("future", b -> b);
        BalancerFixture.get(balancer.updateTargets(List.of()).thenRun(balancer::close));
        isGone(balancer, "future");
    }

    @Test
    void shouldCloseAnInterruptedThreadsBalancer() throws Exception {
        Balancer balancer = balancer("interrupted", b -> b);
        Thread.currentThread().interrupt();
        balancer.close();
        assertTrue(Thread.interrupted(), "the interrupt is kept");
        isGone(balancer, "interrupted");
    }

    @RepeatedTest(20)
    void shouldCloseWhileClientsArrive() throws Exception {
        ScriptedTarget a = fixture.http("a");
        Balancer balancer = balancer("arrivals", b -> b.loops(2).targets(List.of(a.as("a"))));
        List<Future<String>> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            clients.add(fixture.beside(() -> {
                try (Peer client = Peer.connect(balancer.address())) {
                    return client.ask(HttpMessages.get("/"));
                } catch (IOException | AssertionError e) {
                    return "refused, reset or ended";
                }
            }));
        }
        balancer.close();
        for (Future<String> client : clients) {
            BalancerFixture.get(client);
        }
        isGone(balancer, "arrivals");
        assertEquals(0, balancer.stats().active());
    }

    @Test
    void shouldCompleteEveryFuture() throws Exception {
        for (int i = 0; i < 30; i++) {
            ScriptedTarget a = fixture.echo();
            Balancer balancer = balancer("promises", b -> b.loops(2).targets(List.of(a.as("a"))));
            fixture.connect(balancer).send("hello").expect("hello");
            List<CompletableFuture<?>> futures = new ArrayList<>(List.of(
                    balancer.updateTargets(List.of()),
                    balancer.drain("a", BalancerFixture.PATIENCE.multipliedBy(100))));
            Thread closer = new Thread(balancer::close);
            closer.start();
            for (int k = 0; k < 20; k++) {
                futures.add(balancer.updateTargets(List.of(a.as("a" + k))));
                futures.add(balancer.drain("a", BalancerFixture.PATIENCE.multipliedBy(100)));
                futures.add(balancer.shutdown(BalancerFixture.PATIENCE.multipliedBy(100)));
            }
            closer.join();
            for (CompletableFuture<?> future : futures) {
                BalancerFixture.get(future.handle((value, failure) -> null));
            }
        }
    }

    @Test
    void shouldSayWhichPortIsTaken() throws Exception {
        BalancerBuilder builder = Balancer.builder().name("late").host("127.0.0.1").port(port.address().getPort())
                .loops(2);
        ServerSocket taken = fixture.add(port.listen());
        UncheckedIOException failure = assertThrows(UncheckedIOException.class, builder::start);
        assertTrue(failure.getMessage().contains("127.0.0.1:" + taken.getLocalPort()), failure.getMessage());
        assertEquals(List.of(), threads("late"));
        taken.close();
        fixture.add(builder.start());
    }

    @Test
    void shouldServeTheSamePortAgainAndAgain() throws Exception {
        ScriptedTarget a = fixture.echo();
        for (int i = 0; i < 50; i++) {
            Balancer balancer = balancer("again", b -> b.loops(2).targets(List.of(a.as("a"))));
            fixture.connect(balancer).send("hello").expect("hello");
            balancer.close();
        }
    }

    private Balancer balancer(String name, UnaryOperator<BalancerBuilder> options) {
        return fixture.balancer(b -> options.apply(b.name(name).port(port.address().getPort())));
    }

    private static void isGone(Balancer balancer, String name) {
        BalancerFixture.await("the threads have ended", () -> threads(name).isEmpty());
        assertDoesNotThrow(() -> bind(balancer.address()));
    }

    private static synchronized void bind(InetSocketAddress address) throws IOException {
        try (ServerSocket server = new ServerSocket()) {
            server.setReuseAddress(true);
            server.bind(address);
        }
    }

    private static List<String> threads(String name) {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).filter(n -> n.startsWith(name))
                .toList();
    }
}
