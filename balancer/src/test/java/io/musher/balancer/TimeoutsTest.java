package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Deadlines of half-closed connections and of clients that send nothing, and the number of connections of one client.
 */
class TimeoutsTest {

    private static final Duration SHORT = Duration.ofMillis(200);

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    private final ScriptedTarget a = fixture.manual();
    private final List<String> rejected = new CopyOnWriteArrayList<>();

    @Test
    void shouldCutAHalfClosedConnectionOnWhichNothingMoves() throws Exception {
        Balancer balancer = balancer(b -> b.halfCloseTimeout(SHORT));
        Peer open = fixture.connect(balancer);
        Peer openServer = a.next();
        Peer client = fixture.connect(balancer).send("all I have to say").sendEnd();
        Peer server = a.next();
        server.expect("all I have to say");
        server.expectEnd();

        client.expectReset();

        assertEquals(1, balancer.stats().cut());
        open.send("both sides are open");
        openServer.expect("both sides are open");
    }

    @Test
    void shouldCutAConnectionWhoseTargetHasEndedAndWhoseClientStays() throws Exception {
        Balancer balancer = balancer(b -> b.halfCloseTimeout(SHORT));
        Peer client = fixture.connect(balancer).send("hello");
        Peer server = a.next();
        server.expect("hello");
        server.sendEnd();
        client.expectEnd();

        server.expectReset();
        BalancerFixture.await("the connection has ended", () -> balancer.stats().active() == 0);
    }

    @Test
    void shouldLeaveAHalfClosedConnectionAloneOnWhichBytesMove() throws Exception {
        Balancer balancer = balancer(b -> b.halfCloseTimeout(Duration.ofSeconds(2)));
        Peer silent = fixture.connect(balancer).send("a").sendEnd();
        a.next().expect("a");
        Peer client = fixture.connect(balancer).send("b").sendEnd();
        Peer server = a.next();
        server.expect("b");
        while (balancer.stats().cut() == 0) {
            server.send("tick");
            client.expect("tick");
        }
        silent.expectReset();
        server.send("still here").sendEnd();
        client.expect("still here");
        client.expectEnd();
    }

    @Test
    void shouldCutAClientThatSendsNothing() throws Exception {
        Balancer balancer = balancer(b -> b.firstByteTimeout(SHORT));
        Peer speaks = fixture.connect(balancer).send("hello");
        Peer speaksServer = a.next();
        Peer silent = fixture.connect(balancer);
        Peer server = a.next();

        silent.expectEnd();

        server.expectEnd();
        assertEquals(1, balancer.stats().cut());
        speaksServer.expect("hello");
        speaks.send("more");
        speaksServer.expect("more");
    }

    @Test
    void shouldConnectWhenTheClientHasSentSomething() throws Exception {
        Balancer balancer = balancer(b -> b.connectOnFirstByte(Duration.ofMinutes(1)));
        Peer client = fixture.connect(balancer);
        BalancerFixture.await("it is accepted", () -> balancer.stats().active() == 1);
        Peer other = fixture.connect(balancer).send("at once");
        Peer otherServer = a.next();
        otherServer.expect("at once");
        assertEquals(1, a.accepted());

        client.send("hello");

        Peer server = a.next();
        server.expect("hello");
        server.send("welcome");
        client.expect("welcome");
        otherServer.send("too");
        other.expect("too");
    }

    @Test
    void shouldCloseAClientThatIsSilentBeforeItHasATarget() throws Exception {
        Balancer balancer = balancer(b -> b.connectOnFirstByte(SHORT));
        fixture.connect(balancer).expectEnd();

        assertEquals(0, a.accepted());
        assertEquals(1, balancer.stats().rejected());
        BalancerFixture.await("the listener is told",
                () -> rejected.equals(List.of("no byte within 200 ms (connectOnFirstByte)")));
    }

    @Test
    void shouldForgetAClientThatLeavesBeforeItsFirstByte() throws Exception {
        Balancer balancer = balancer(b -> b.connectOnFirstByte(Duration.ofMinutes(1)));
        fixture.connect(balancer).close();
        BalancerFixture.await("it came and went",
                () -> balancer.stats().accepted() == 1 && balancer.stats().active() == 0);
        assertEquals(0, a.accepted());
    }

    @Test
    void shouldCloseConnectionsOfOneClientBeyondItsNumber() throws Exception {
        Balancer balancer = balancer(b -> b.maxConnectionsPerClient(2));
        Peer first = fixture.connect(balancer);
        Peer firstServer = a.next();
        Peer second = fixture.connect(balancer).send("second");
        Peer secondServer = a.next();
        fixture.connect(balancer).expectEnd();
        BalancerFixture.await("the listener is told", // after the client has been closed
                () -> rejected.equals(List.of("too many connections from this address (maxConnectionsPerClient)")));
        assertEquals(1, balancer.stats().rejected());
        secondServer.expect("second");

        first.close();
        firstServer.expectEnd();
        firstServer.close();
        BalancerFixture.await("the first has ended", () -> balancer.stats().active() == 1);
        fixture.connect(balancer).send("third");
        a.next().expect("third");
        secondServer.send("still here");
        second.expect("still here");
    }

    @Test
    void shouldCountAClientByItsProxyHeader() throws Exception {
        Balancer balancer = balancer(b -> b.maxConnectionsPerClient(1).trustedProxies("127.0.0.1"));
        fixture.connect(balancer).send("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nhello");
        a.next().expect("hello");
        fixture.connect(balancer).send("PROXY TCP4 1.2.3.5 5.6.7.8 1 2\r\nanother");
        a.next().expect("another");

        fixture.connect(balancer).send("PROXY TCP4 1.2.3.4 5.6.7.8 3 2\r\none too many").expectEnd();

        assertEquals(1, rejected.size());
        assertTrue(rejected.get(0).contains("maxConnectionsPerClient"));
    }

    private Balancer balancer(UnaryOperator<BalancerBuilder> options) {
        BalancerListener listener = new BalancerListener() {
            @Override
            public void rejected(InetSocketAddress client, String why) {
                rejected.add(why);
            }
        };
        return fixture.balancer(b -> options.apply(b.listener(listener).targets(List.of(a.as("a")))));
    }
}
