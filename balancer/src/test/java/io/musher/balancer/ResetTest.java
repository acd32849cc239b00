package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.SocketException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ResetTest {

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    private ScriptedTarget target;
    private Balancer balancer;
    private Peer client;
    private Peer server;

    @BeforeEach
    void connect() throws Exception {
        target = fixture.manual();
        balancer = fixture.balancer(target.as("a"));
        client = fixture.connect(balancer);
        server = target.next();
    }

    @Test
    void shouldResetTheTargetWhenTheClientResets() throws Exception {
        client.send("hello");
        server.expect("hello");
        client.reset();
        server.expectReset();
        ended();
    }

    @Test
    void shouldResetTheClientWhenTheTargetResets() throws Exception {
        client.send("hello");
        server.expect("hello");
        server.reset();
        client.expectReset();
        ended();
    }

    @Test
    void shouldResetASilentConnectionToo() throws Exception {
        client.reset();
        server.expectReset();
        ended();
    }

    @Test
    void shouldNotMakeATidyEndOfATargetThatDiesInMidTransfer() throws Exception {
        Future<?> download = fixture.beside(() -> {
            byte[] block = new byte[100_000];
            while (true) {
                server.send(block);
            }
        });
        client.receive(3_000_000);
        server.reset();
        BalancerFixture.failure(download);
        assertThrows(SocketException.class, () -> client.receive(Integer.MAX_VALUE - 8));
        ended();
    }

    @Test
    void shouldStopATargetWhoseClientResetsInMidTransfer() throws Exception {
        Future<?> download = fixture.beside(() -> {
            byte[] block = new byte[100_000];
            while (true) {
                server.send(block);
            }
        });
        client.receive(3_000_000);
        client.reset();
        assertEquals(SocketException.class, BalancerFixture.failure(download).getClass());
        ended();
    }

    @Test
    void shouldResetBothWhenTheClientDiesWhileTheTargetIsStalled() throws Exception {
        Future<?> download = fixture.beside(() -> {
            byte[] block = new byte[100_000];
            while (true) {
                server.send(block);
            }
        });
        BalancerFixture.awaitStall("the target is stalled", () -> balancer.stats().bytesToClients());
        client.reset();
        assertEquals(SocketException.class, BalancerFixture.failure(download).getClass());
        ended();
    }

    @Test
    void shouldResetBothWhenTheClientDiesWhileBothDirectionsAreStalled() throws Exception {
        Future<?> download = fixture.beside(() -> {
            byte[] block = new byte[100_000];
            while (true) {
                server.send(block);
            }
        });
        Future<?> upload = fixture.beside(() -> {
            byte[] block = new byte[100_000];
            while (true) {
                client.send(block);
            }
        });
        BalancerFixture.awaitStall("the target is stalled", () -> balancer.stats().bytesToClients());
        BalancerFixture.awaitStall("the client is stalled", () -> balancer.stats().bytesToTargets());
        client.reset();
        BalancerFixture.failure(upload);
        assertEquals(SocketException.class, BalancerFixture.failure(download).getClass());
        ended();
    }

    @Test
    void shouldResetAClientWhoseTargetDiesWhileTheUploadIsStalled() throws Exception {
        Future<?> upload = fixture.beside(() -> {
            byte[] block = new byte[100_000];
            while (true) {
                client.send(block);
            }
        });
        BalancerFixture.awaitStall("the client is stalled", () -> balancer.stats().bytesToTargets());
        server.reset();
        assertEquals(SocketException.class, BalancerFixture.failure(upload).getClass());
        ended();
    }

    @Test
    void shouldResetAfterAHalfClose() throws Exception {
        client.send("all I have to say").sendEnd();
        server.expect("all I have to say");
        server.expectEnd();
        server.reset();
        client.expectReset();
        ended();
    }

    /** A server that answers 413 and closes, while the client still sends. */
    @RepeatedTest(20)
    void shouldDeliverTheAnswerOfATargetThatClosesInMidUpload() throws Exception {
        Future<?> upload = fixture.beside(() -> {
            byte[] block = new byte[100_000];
            while (true) {
                client.send(block);
            }
        });
        server.receive(100_000);
        String answer = "HTTP/1.1 413 Too Large\r\nContent-Length: 2000\r\nConnection: close\r\n\r\n"
                + "x".repeat(2000);
        server.send(answer);
        server.close(); // with unread bytes: the kernel resets
        client.expect(answer);
        assertThrows(ExecutionException.class, () -> BalancerFixture.get(upload));
        ended();
    }

    @Test
    void shouldNotDisturbOtherConnections() throws Exception {
        Peer other = fixture.connect(balancer);
        Peer otherServer = target.next();
        server.reset();
        client.expectReset();
        other.send("still here");
        otherServer.expect("still here");
        assertEquals(1, balancer.stats().active());
    }

    private void ended() {
        BalancerFixture.await("the connection has ended", () -> balancer.stats().active() == 0);
    }
}
