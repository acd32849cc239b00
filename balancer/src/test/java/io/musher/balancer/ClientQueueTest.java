package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** With a clock that stands still unless the test moves it; {@link WaitingClientsTest} has the same in real time. */
class ClientQueueTest {

    private LoopContextFixture fixture;

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    private LoopContextFixture fixture(BalancerBuilder builder) throws Exception {
        fixture = new LoopContextFixture(builder);
        return fixture;
    }

    private static BalancerBuilder options() {
        return Balancer.builder().waitTimeout(Duration.ofSeconds(30)).connectTimeout(Duration.ofSeconds(3));
    }

    @Test
    void shouldServeInTheOrderOfArrival() throws Exception {
        fixture(options());
        arrive(5);
        assertEquals(List.of(0, 1, 2, 3, 4), fixture.waiting());

        fixture.targets(fixture.target());

        for (int i = 0; i < 5; i++) {
            assertEquals(i, fixture.served());
        }
        assertEquals(List.of(), fixture.waiting());
        assertEquals(List.of(), fixture.rejected);
    }

    @Test
    void shouldKeepTheOrderOverRetriesThatFail() throws Exception {
        fixture(options());
        arrive(3);
        for (int i = 0; i < 10; i++) {
            fixture.pass(500);
        }
        arrive(1);

        assertEquals(List.of(0, 1, 2, 3), fixture.waiting());
    }

    @Test
    void shouldServeTheNextWhenAConnectionEnds() throws Exception {
        fixture(options().maxConnections(1));
        fixture.targets(fixture.target());
        arrive(4);
        assertEquals(List.of(1, 2, 3), fixture.waiting());

        for (int i = 0; i < 4; i++) {
            // and closed by the target, which ends the relay only when the client does, too
            assertEquals(i, fixture.served());
            fixture.onLoop(fixture.context.commands::cutAll);
            fixture.settle();
        }

        assertEquals(List.of(), fixture.waiting());
    }

    @Test
    void shouldNotLetANewcomerPass() throws Exception {
        fixture(options().maxConnectionsPerTarget(1));
        fixture.targets(fixture.target());
        arrive(2);
        assertEquals(List.of(1), fixture.waiting());

        fixture.onLoop(() -> {
            fixture.context.commands.cutAll(); // there is room now, and in the same turn somebody new comes
            assertEquals(1, fixture.limits.waiting());
        });
        arrive(1);
        fixture.settle();

        assertEquals(0, fixture.served());
        assertEquals(1, fixture.served());
        assertEquals(List.of(2), fixture.waiting());
    }

    @Test
    void shouldRejectOneTooMany() throws Exception {
        fixture(options().maxWaiting(2));

        arrive(4);

        assertEquals(List.of(0, 1), fixture.waiting());
        assertEquals(List.of(2, 3), fixture.rejected);
        assertEquals("too many clients wait for a target", fixture.reasons.get(0));
        assertEquals(2, fixture.context.total.rejected.get());
    }

    @Test
    void shouldCountTogetherWithOtherLanes() throws Exception {
        fixture(options().maxWaiting(2));
        WaitingPlaces.Place elsewhere = fixture.limits.places.take(InetAddress.getLoopbackAddress(), why -> {});

        arrive(2);

        assertEquals(List.of(1), fixture.rejected);
        fixture.limits.places.giveBack(elsewhere);
        arrive(1);
        assertEquals(List.of(0, 2), fixture.waiting());
    }

    @Test
    void shouldHoldNobodyWhenToldSo() throws Exception {
        fixture(options().maxWaiting(0));

        arrive(1);

        assertEquals(List.of(0), fixture.rejected);
    }

    @Test
    void shouldGiveThePlaceOfAClosedClientToAnother() throws Exception {
        fixture(options().maxWaiting(2));
        arrive(2);

        fixture.closeWaiting(0);
        arrive(1);

        assertEquals(List.of(1, 2), fixture.waiting());
        assertEquals(List.of(), fixture.rejected);
    }

    @Test
    void shouldRejectAtTheDeadlineAndNotBefore() throws Exception {
        fixture(options());
        arrive(1);
        fixture.pass(10_000);
        arrive(1);
        fixture.pass(19_999);
        assertEquals(List.of(), fixture.rejected);

        fixture.pass(1);
        assertEquals(List.of(0), fixture.rejected);
        fixture.pass(9_999);
        assertEquals(List.of(0), fixture.rejected);
        fixture.pass(1);

        assertEquals(List.of(0, 1), fixture.rejected);
        assertEquals("no target took the client within 30000 ms", fixture.reasons.get(0));
        assertEquals(List.of(), fixture.waiting());
    }

    @Test
    void shouldNotForgetTheDeadlineOfOneThatComesBackLate() throws Exception {
        try (BlackHole hole = new BlackHole()) {
            fixture(options().maxConnectionsPerTarget(1));
            arrive(1);
            fixture.pass(29_000);
            fixture.targets(hole.as("hole"));
            assertEquals(List.of(), fixture.waiting(), "the first is away, connecting");
            arrive(1);
            assertEquals(List.of(1), fixture.waiting(), "there is no room for the second");

            // the connect has failed; the first should be gone since two seconds
            fixture.clock.addAndGet(3_000 * LoopContextFixture.MILLI);
            fixture.targets(); // and nobody tries that target again

            assertEquals(List.of(0), fixture.rejected);
            assertEquals(List.of(1), fixture.waiting());
        }
    }

    @Test
    void shouldKeepThePlaceOfOneThatIsAwayOnAConnect() throws Exception {
        try (BlackHole hole = new BlackHole()) {
            fixture(options().maxConnectionsPerTarget(1).maxWaiting(1));
            arrive(1);
            fixture.targets(hole.as("hole"));
            assertEquals(List.of(), fixture.waiting(), "the first is away, connecting");
            arrive(1);
            assertEquals(List.of(1), fixture.rejected, "the only place is the first one's");

            fixture.clock.addAndGet(3_000 * LoopContextFixture.MILLI);
            fixture.targets();

            assertEquals(List.of(0), fixture.waiting());
            assertEquals(List.of(1), fixture.rejected);
        }
    }

    @Test
    void shouldRetryAtGrowingIntervals() throws Exception {
        try (HeldPort dead = new HeldPort()) {
            fixture(options().ejectAfter(0));
            fixture.targets(dead.as("dead"));
            arrive(1);
            long failures = 1;
            for (int interval : new int[]{20, 40, 80, 160, 320, 500, 500, 500}) {
                assertEquals(failures, fixture.connectFailures());
                fixture.pass(interval - 1);
                assertEquals(failures, fixture.connectFailures(), () -> "one millisecond before " + interval);
                fixture.pass(1);
                failures++;
            }
            assertEquals(failures, fixture.connectFailures());
        }
    }

    @Test
    void shouldBeginAnewWithShortIntervalsWhenAllHadGone() throws Exception {
        try (HeldPort dead = new HeldPort()) {
            fixture(options().ejectAfter(0));
            fixture.targets(dead.as("dead"));
            arrive(1);
            for (int i = 0; i < 10; i++) {
                fixture.pass(500);
            }
            fixture.closeWaiting(0);
            arrive(1);
            long failures = fixture.connectFailures();

            fixture.pass(20);

            assertEquals(failures + 1, fixture.connectFailures());
        }
    }

    @Test
    void shouldNotTakeAConnectUnderWayForSuccess() throws Exception {
        try (BlackHole hole = new BlackHole()) {
            fixture(options());
            arrive(1);
            for (int interval : new int[]{20, 40, 80, 160, 320}) {
                fixture.pass(interval); // nothing to try, and the intervals grow
            }
            fixture.targets(hole.as("hole"));
            fixture.pass(3_000);
            assertEquals(1, fixture.connectFailures());
            assertEquals(List.of(0), fixture.waiting());

            fixture.pass(499);
            assertEquals(List.of(0), fixture.waiting());
            fixture.pass(1);

            assertEquals(List.of(), fixture.waiting(), "it tries again");
        }
    }

    private void arrive(int clients) throws Exception {
        for (int i = 0; i < clients; i++) {
            fixture.arrive();
        }
    }
}
