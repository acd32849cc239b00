package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** With a clock that stands still unless the test moves it; {@link WaitingClientsTest} has the same in real time. */
class ClientQueueTest {

    private LoopContextFixture lane;

    @AfterEach
    void close() throws Exception {
        lane.close();
    }

    private LoopContextFixture lane(BalancerBuilder builder) throws Exception {
        lane = new LoopContextFixture(builder);
        return lane;
    }

    private static BalancerBuilder options() {
        return Balancer.builder().waitTimeout(Duration.ofSeconds(30)).connectTimeout(Duration.ofSeconds(3));
    }

    @Test
    void shouldServeInTheOrderOfArrival() throws Exception {
        lane(options());
        arrive(5);
        assertEquals(List.of(0, 1, 2, 3, 4), lane.waiting());

        lane.targets(lane.target());

        for (int i = 0; i < 5; i++) {
            assertEquals(i, lane.served());
        }
        assertEquals(List.of(), lane.waiting());
        assertEquals(List.of(), lane.rejected);
    }

    @Test
    void shouldKeepTheOrderOverRetriesThatFail() throws Exception {
        lane(options());
        arrive(3);
        for (int i = 0; i < 10; i++) {
            lane.pass(500);
        }
        arrive(1);

        assertEquals(List.of(0, 1, 2, 3), lane.waiting());
    }

    @Test
    void shouldServeTheNextWhenAConnectionEnds() throws Exception {
        lane(options().maxConnections(1));
        lane.targets(lane.target());
        arrive(4);
        assertEquals(List.of(1, 2, 3), lane.waiting());

        for (int i = 0; i < 4; i++) {
            // and closed by the target, which ends the relay only when the client does, too
            assertEquals(i, lane.served());
            lane.onLoop(lane.context.commands::cutAll);
            lane.settle();
        }

        assertEquals(List.of(), lane.waiting());
    }

    @Test
    void shouldNotLetANewcomerPass() throws Exception {
        lane(options().maxConnectionsPerTarget(1));
        lane.targets(lane.target());
        arrive(2);
        assertEquals(List.of(1), lane.waiting());

        lane.onLoop(() -> {
            lane.context.commands.cutAll(); // there is room now, and in the same turn somebody new comes
            assertEquals(1, lane.limits.waiting());
        });
        arrive(1);
        lane.settle();

        assertEquals(0, lane.served());
        assertEquals(1, lane.served());
        assertEquals(List.of(2), lane.waiting());
    }

    @Test
    void shouldRejectOneTooMany() throws Exception {
        lane(options().maxWaiting(2));

        arrive(4);

        assertEquals(List.of(0, 1), lane.waiting());
        assertEquals(List.of(2, 3), lane.rejected);
        assertEquals("too many clients wait for a target", lane.reasons.get(0));
        assertEquals(2, lane.context.total.rejected.get());
    }

    @Test
    void shouldCountTogetherWithOtherLanes() throws Exception {
        lane(options().maxWaiting(2));
        WaitingPlaces.Place elsewhere = lane.limits.places.take(InetAddress.getLoopbackAddress(), why -> {});

        arrive(2);

        assertEquals(List.of(1), lane.rejected);
        lane.limits.places.giveBack(elsewhere);
        arrive(1);
        assertEquals(List.of(0, 2), lane.waiting());
    }

    @Test
    void shouldHoldNobodyWhenToldSo() throws Exception {
        lane(options().maxWaiting(0));

        arrive(1);

        assertEquals(List.of(0), lane.rejected);
    }

    @Test
    void shouldGiveThePlaceOfAClosedClientToAnother() throws Exception {
        lane(options().maxWaiting(2));
        arrive(2);

        lane.closeWaiting(0);
        arrive(1);

        assertEquals(List.of(1, 2), lane.waiting());
        assertEquals(List.of(), lane.rejected);
    }

    @Test
    void shouldRejectAtTheDeadlineAndNotBefore() throws Exception {
        lane(options());
        arrive(1);
        lane.pass(10_000);
        arrive(1);
        lane.pass(19_999);
        assertEquals(List.of(), lane.rejected);

        lane.pass(1);
        assertEquals(List.of(0), lane.rejected);
        lane.pass(9_999);
        assertEquals(List.of(0), lane.rejected);
        lane.pass(1);

        assertEquals(List.of(0, 1), lane.rejected);
        assertEquals("no target took the client within 30000 ms", lane.reasons.get(0));
        assertEquals(List.of(), lane.waiting());
    }

    @Test
    void shouldNotForgetTheDeadlineOfOneThatComesBackLate() throws Exception {
        try (BlackHole hole = new BlackHole()) {
            lane(options().maxConnectionsPerTarget(1));
            arrive(1);
            lane.pass(29_000);
            lane.targets(hole.as("hole"));
            assertEquals(List.of(), lane.waiting(), "the first is away, connecting");
            arrive(1);
            assertEquals(List.of(1), lane.waiting(), "there is no room for the second");

            // the connect has failed; the first should be gone since two seconds
            lane.clock.addAndGet(3_000 * LoopContextFixture.MILLI);
            lane.targets(); // and nobody tries that target again

            assertEquals(List.of(0), lane.rejected);
            assertEquals(List.of(1), lane.waiting());
        }
    }

    @Test
    void shouldKeepThePlaceOfOneThatIsAwayOnAConnect() throws Exception {
        try (BlackHole hole = new BlackHole()) {
            lane(options().maxConnectionsPerTarget(1).maxWaiting(1));
            arrive(1);
            lane.targets(hole.as("hole"));
            assertEquals(List.of(), lane.waiting(), "the first is away, connecting");
            arrive(1);
            assertEquals(List.of(1), lane.rejected, "the only place is the first one's");

            lane.clock.addAndGet(3_000 * LoopContextFixture.MILLI);
            lane.targets();

            assertEquals(List.of(0), lane.waiting());
            assertEquals(List.of(1), lane.rejected);
        }
    }

    @Test
    void shouldRetryAtGrowingIntervals() throws Exception {
        try (HeldPort dead = new HeldPort()) {
            lane(options().ejectAfter(0));
            lane.targets(dead.as("dead"));
            arrive(1);
            long failures = 1;
            for (int interval : new int[]{20, 40, 80, 160, 320, 500, 500, 500}) {
                assertEquals(failures, lane.connectFailures());
                lane.pass(interval - 1);
                assertEquals(failures, lane.connectFailures(), () -> "one millisecond before " + interval);
                lane.pass(1);
                failures++;
            }
            assertEquals(failures, lane.connectFailures());
        }
    }

    @Test
    void shouldBeginAnewWithShortIntervalsWhenAllHadGone() throws Exception {
        try (HeldPort dead = new HeldPort()) {
            lane(options().ejectAfter(0));
            lane.targets(dead.as("dead"));
            arrive(1);
            for (int i = 0; i < 10; i++) {
                lane.pass(500);
            }
            lane.closeWaiting(0);
            arrive(1);
            long failures = lane.connectFailures();

            lane.pass(20);

            assertEquals(failures + 1, lane.connectFailures());
        }
    }

    @Test
    void shouldNotTakeAConnectUnderWayForSuccess() throws Exception {
        try (BlackHole hole = new BlackHole()) {
            lane(options());
            arrive(1);
            for (int interval : new int[]{20, 40, 80, 160, 320}) {
                lane.pass(interval); // nothing to try, and the intervals grow
            }
            lane.targets(hole.as("hole"));
            lane.pass(3_000);
            assertEquals(1, lane.connectFailures());
            assertEquals(List.of(0), lane.waiting());

            lane.pass(499);
            assertEquals(List.of(0), lane.waiting());
            lane.pass(1);

            assertEquals(List.of(), lane.waiting(), "it tries again");
        }
    }

    private void arrive(int clients) throws Exception {
        for (int i = 0; i < clients; i++) {
            lane.arrive();
        }
    }
}
