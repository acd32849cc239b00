package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The end of a lost target reaches its client after a moment, or at once where nothing could be gained by waiting. */
class TargetLostEndTest extends TargetLostTestBase {

    private static final long GRACE = 500_000_000;

    @ParameterizedTest
    @EnumSource
    void shouldPassOnTheEndToAnIdleClientAfterTheGrace(Death death) throws Exception {
        connect(o -> o.targets(List.of(a.as("a"))));
        exchange();
        endsLate(death);
    }

    @ParameterizedTest
    @EnumSource
    void shouldPassOnTheEndToAnUntouchedClientAfterTheGrace(Death death) throws Exception {
        connect(o -> o.targets(List.of(a.as("a"))));
        endsLate(death);
    }

    private void endsLate(Death death) throws Exception {
        long died = System.nanoTime();
        death.of(server);
        death.seenBy(client);
        assertTrue(System.nanoTime() - died >= GRACE, "it had time");
        BalancerFixture.await("the client is gone", () -> balancer.stats().active() == 0);
        BalancerStats stats = balancer.stats();
        assertEquals(List.of(0L, 0L, 0L), List.of(stats.moved(), stats.cut(), stats.rejected()));
    }

    /** A half-closed target still listens: that it hears more shows that its end was passed on and nothing else. */
    @Test
    void shouldPassOnTheEndAtOnceWhenMovingIsSwitchedOff() throws Exception {
        connect(o -> o.moveKeepAlive(false).targets(List.of(a.as("a"))));
        endsAsBefore();
    }

    @Test
    void shouldPassOnTheEndToAnIdleClientAtOnceWhenMovingIsSwitchedOff() throws Exception {
        connect(o -> o.moveKeepAlive(false).targets(List.of(a.as("a"))));
        exchange();
        endsAsBefore();
    }

    @Test
    void shouldPassOnTheEndAtOnceToAClientThatIsOwedAnAnswer() throws Exception {
        connect(o -> o.targets(List.of(a.as("a"))));
        exchange();
        client.send(GET);
        server.expect(GET);
        endsAsBefore();
    }

    private void endsAsBefore() throws Exception {
        server.sendEnd();
        client.expectEnd();
        client.send("more").sendEnd();
        server.expect("more");
        server.expectEnd();
        BalancerFixture.await("the client is gone", () -> balancer.stats().active() == 0);
        assertEquals(0, balancer.stats().moved());
    }

    /** Tidily, though the target's end was a reset: so it is the client's end that counts. */
    @Test
    void shouldLetTheClientGo() throws Exception {
        connect(o -> o.targets(List.of(a.as("a"))));
        exchange();
        server.reset();
        orphaned();
        client.sendEnd();
        client.expectEnd();
        BalancerFixture.await("the client is gone", () -> balancer.stats().active() == 0);
        assertEquals(0, balancer.stats().moved());
    }

    @ParameterizedTest
    @EnumSource
    void shouldEndWithTheBalancer(Death death) throws Exception {
        connect(o -> o.name("orphans").targets(List.of(a.as("a"))));
        exchange();
        death.of(server);
        orphaned();
        balancer.close();
        client.expectEnd();
        assertEquals(List.of(0L, 0L), List.of(balancer.stats().active(), balancer.stats().moved()));
        BalancerFixture.await("the thread has ended", () -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("orphans")));
    }

    @Test
    void shouldEndAtOnceWhenTheBalancerStops() throws Exception {
        connect(o -> o.targets(List.of(a.as("a"))));
        server.reset();
        orphaned();
        BalancerFixture.get(balancer.shutdown(LONG));
        client.expectEnd();
        assertEquals(0, balancer.stats().cut());
    }
}
