package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests of a client whose target {@code a} has been lost while the client was owed nothing. */
abstract class TargetLostTestBase {

    /** How a target's connection ends. */
    enum Death {
        END, RESET;

        void of(Peer server) throws IOException {
            if (this == END) {
                server.close();
            } else {
                server.reset();
            }
        }

        void seenBy(Peer client) throws IOException {
            if (this == END) {
                client.expectEnd();
            } else {
                client.expectReset();
            }
        }
    }

    static final Duration LONG = Duration.ofMinutes(5);
    static final String GET = HttpMessages.get("/");

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    final ScriptedTarget a = fixture.manual();
    final ScriptedTarget b = fixture.manual();
    Balancer balancer;
    Peer client;
    Peer server;

    final void connectToTheFirstOf(Target... targets) throws Exception {
        connect(o -> o.targets(List.of(targets)).strategy((ready, from) -> ready.get(0)));
    }

    final void connect(UnaryOperator<BalancerBuilder> options) throws Exception {
        balancer = fixture.balancer(options);
        client = fixture.connect(balancer);
        server = a.next();
        BalancerFixture.await("the balancer knows", () -> balancer.stats().target("a").orElseThrow().accepted() == 1);
    }

    final void exchange() throws IOException {
        client.send(GET);
        server.expect(GET);
        server.send(HttpMessages.ok("a"));
        client.expect(HttpMessages.ok("a"));
    }

    /** The dead target is left at once, the client is not. */
    final void orphaned() {
        BalancerFixture.await("the client is alone", () -> {
            BalancerStats stats = balancer.stats();
            return stats.active() == 1 && stats.target("a").orElseThrow().active() == 0;
        });
        assertEquals(0, balancer.stats().moved(), "not before it is with another");
    }

    /** Until another, orphaned later, has been closed. */
    final void outlastGrace() throws Exception {
        ScriptedTarget last = fixture.manual();
        Peer other = fixture.connect(fixture.balancer(last.as("last")));
        last.next().close();
        other.expectEnd();
    }
}
