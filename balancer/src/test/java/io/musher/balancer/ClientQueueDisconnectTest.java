package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that wait are listened to: those that leave make room, what the others say is kept. */
class ClientQueueDisconnectTest {

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    private final RecordingBalancerListener recorder = new RecordingBalancerListener();

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldForgetClientsThatCameAndWent(int loops) throws Exception {
        Balancer balancer = balancer(b -> b.loops(loops).maxWaiting(8));
        for (int i = 0; i < 8; i++) {
            Peer leaver = fixture.connect(balancer);
            waiting(balancer, 1);
            if (i % 2 == 0) {
                leaver.close();
            } else {
                leaver.send("some bytes").reset();
            }
            waiting(balancer, 0);
        }
        assertEquals(0, balancer.stats().active());

        Peer stayer = fixture.connect(balancer).send("here");
        waiting(balancer, 1);
        ScriptedTarget target = fixture.manual();
        BalancerFixture.get(balancer.updateTargets(List.of(target.as("a"))));

        Peer server = target.next();
        server.expect("here");
        stayer.close();
        server.expectEnd();
        server.close();
        BalancerFixture.await("all have ended", () -> balancer.stats().target("a").orElseThrow().active() == 0);
        assertEquals(1, target.accepted(), "no empty connection reached the target");
        assertEquals(0, balancer.stats().rejected());
    }

    @Test
    void shouldForwardWhatCameMeanwhile() throws Exception {
        for (int bufferSize : new int[]{4096, 256 * 1024}) {
            for (int size : new int[]{1, 600, 4096, 16 * 1024, 1 << 20}) {
                byte[] data = new byte[size];
                new Random(size).nextBytes(data);
                Balancer balancer = balancer(b -> b.bufferSize(bufferSize));
                Peer client = fixture.connect(balancer);
                waiting(balancer, 1);
                client.send(new byte[]{data[0]});
                Future<Peer> sent = fixture.beside(() -> client.send(Arrays.copyOfRange(data, 1, size)).sendEnd());
                ScriptedTarget target = fixture.manual();
                BalancerFixture.get(balancer.updateTargets(List.of(target.as("a"))));

                Peer server = target.next();
                assertArrayEquals(data, server.receiveAll());
                BalancerFixture.get(sent);
                server.send("thanks").sendEnd();
                client.expect("thanks");
                client.expectEnd();
            }
        }
    }

    @Test
    void shouldForwardWhatCameInPieces() throws Exception {
        Balancer balancer = balancer(b -> b.maxWaiting(2));
        Peer client = fixture.connect(balancer);
        StringBuilder sent = new StringBuilder();
        for (int i = 0; i < 2000; i++) {
            client.send(i + " ");
            sent.append(i).append(' ');
        }
        ScriptedTarget target = fixture.manual();
        BalancerFixture.get(balancer.updateTargets(List.of(target.as("a"))));
        Peer server = target.next();
        server.expect(sent.toString());
        client.send("more");
        server.expect("more");
    }

    @Test
    void shouldServeAClientThatHasEndedItsSideAfterItsRequest() throws Exception {
        Balancer balancer = balancer(b -> b);
        Peer client = fixture.connect(balancer).send(HttpMessages.get("/")).sendEnd();
        waiting(balancer, 1);
        // the loop has noticed this later end, so the client's end as well
        Peer leaver = fixture.connect(balancer);
        waiting(balancer, 2);
        leaver.close();
        waiting(balancer, 1);
        ScriptedTarget target = fixture.manual();
        BalancerFixture.get(balancer.updateTargets(List.of(target.as("a"))));

        Peer server = target.next();
        server.expect(HttpMessages.get("/"));
        server.expectEnd();
        server.send(HttpMessages.ok("served")).sendEnd();
        assertEquals("served", client.answer(false));
        client.expectEnd();
        BalancerFixture.await("it has ended", () -> balancer.stats().active() == 0);
    }

    @Test
    void shouldGiveThePlaceOfAClientThatHasEndedToANewcomer() throws Exception {
        Balancer balancer = balancer(b -> b.maxWaiting(2));
        Peer stayer = fixture.connect(balancer).send(HttpMessages.get("/stayer"));
        waiting(balancer, 1);
        Peer ended = fixture.connect(balancer).send(HttpMessages.get("/ended"));
        waiting(balancer, 2);
        ended.sendEnd();

        // its end may not have been read when the first newcomer comes
        BalancerFixture.await("one newcomer gets the place", () -> {
            fixture.connect(balancer).send(HttpMessages.get("/newcomer"));
            return recorder
                    .heard("rejected 127.0.0.1: too many clients wait for a target,"
                            + " and this one has closed its sending side");
        });
        ended.expectEnd();
        waiting(balancer, 2);

        BalancerFixture.get(balancer.updateTargets(List.of(fixture.http("a").as("a"))));
        assertEquals("a", stayer.answer(false));
        BalancerFixture.await("one newcomer is served, too",
                () -> balancer.stats().target("a").orElseThrow().accepted() == 2);
    }

    @Test
    void shouldFollowTheRequestThatCameMeanwhile() throws Exception {
        Balancer balancer = balancer(b -> b);
        Peer client = fixture.connect(balancer).send(HttpMessages.get("/"));
        waiting(balancer, 1);
        BalancerFixture.get(balancer.updateTargets(List.of(fixture.http("a").as("a"))));
        assertEquals("a", client.answer(false));

        BalancerFixture.get(balancer.updateTargets(List.of(fixture.http("b").as("b"))));

        assertEquals("b", client.ask(HttpMessages.get("/")));
        assertEquals(1, balancer.stats().moved());
    }

    @Test
    void shouldNoticeAClientThatLeavesDuringAConnect() throws Exception {
        Target hole = fixture.blackHole().as("hole");
        Balancer balancer = balancer(b -> b.connectTimeout(Duration.ofMinutes(5)).waitTimeout(Duration.ofMinutes(5)));
        Peer client = fixture.connect(balancer);
        Peer talker = fixture.connect(balancer).send("before");
        waiting(balancer, 2);
        BalancerFixture.get(balancer.updateTargets(List.of(hole)));
        BalancerFixture.await("connects are under way",
                () -> balancer.stats().target("hole").orElseThrow().active() == 2);

        client.close();

        BalancerFixture.await("it is gone", () -> balancer.stats().active() == 1);
        talker.send(" and during");
        ScriptedTarget target = fixture.manual();
        BalancerFixture.get(balancer.updateTargets(List.of(target.as("a"))));
        target.next().expect("before and during");
    }

    @Test
    void shouldNotLetOneAddressKeepOthersOut() throws Exception {
        Balancer balancer = balancer(b -> b.maxWaiting(8));
        List<Peer> many = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            many.add(fixture.connect(balancer).send(HttpMessages.get("/")));
            waiting(balancer, i + 1);
        }
        Peer other = connectFrom("127.0.0.2", balancer).send(HttpMessages.get("/"));

        many.get(7).expectEnd();
        BalancerFixture.await("it is told", () -> recorder.heard(
                "rejected 127.0.0.1: too many clients wait for a target,"
                        + " more than a quarter of them from this address"));
        assertEquals(8, balancer.stats().waiting());
        BalancerFixture.get(balancer.updateTargets(List.of(fixture.http("a").as("a"))));
        assertEquals("a", other.answer(false));
        assertEquals("a", many.get(6).answer(false));
    }

    @Test
    void shouldTellClientsOfATrustedProxyApart() throws Exception {
        Balancer balancer = balancer(b -> b.maxWaiting(4).trustedProxies("127.0.0.1"));
        List<Peer> many = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            many.add(fixture.connect(balancer).send("PROXY TCP4 192.0.2.1 192.0.2.200 100" + i + " 80\r\nfirst"));
            waiting(balancer, i + 1);
        }

        Peer other = fixture.connect(balancer)
                .send("PROXY TCP4 192.0.2.2 192.0.2.200 2000 80\r\n" + HttpMessages.get("/"));

        many.get(3).expectEnd();
        BalancerFixture.await("it is told", () -> recorder.heard("rejected 192.0.2.1: too many"));
        BalancerFixture.get(balancer.updateTargets(List.of(fixture.http("a").as("a"))));
        assertEquals("a", other.answer(false));
    }

    @Test
    void shouldTakeAPlaceFromAClientOnAnotherLoop() throws Exception {
        Balancer balancer = balancer(b -> b.maxWaiting(4).loops(4));
        for (int i = 0; i < 4; i++) {
            fixture.connect(balancer);
            waiting(balancer, i + 1);
        }
        for (int i = 2; i < 5; i++) { // whatever loops they are on
            connectFrom("127.0.0." + i, balancer);
            int rejected = i - 1;
            BalancerFixture.await("one has given way", () -> recorder.lines().size() == rejected);
        }
        assertTrue(recorder.lines().stream().allMatch(line -> line.startsWith("rejected 127.0.0.1:")),
                recorder.lines()::toString);
        waiting(balancer, 4);
    }

    private Balancer balancer(UnaryOperator<BalancerBuilder> options) {
        return fixture.balancer(b -> options.apply(b.listener(recorder)));
    }

    private Peer connectFrom(String address, Balancer balancer) throws Exception {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(address, 0));
        return fixture.add(Peer.connect(balancer.address(), socket));
    }

    private static void waiting(Balancer balancer, int clients) {
        BalancerFixture.await(clients + " clients wait", () -> balancer.stats().waiting() == clients);
    }
}
