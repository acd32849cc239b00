package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.balancer.BalancerStats.TargetState;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BackendTest {

    private static final long SECOND = 1_000_000_000;
    private static final Target TARGET = new Target("a", new InetSocketAddress("127.0.0.1", 8000), 50);

    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 3 * SECOND); // overflows on the way
    private final BalancerBuilder builder = Balancer.builder().port(0);

    private Backend backend() {
        return new Backend(TARGET, builder.build(), 2, clock::get, new NoBackendListener());
    }

    @Test
    void shouldHaveItsFullWeightAtOnceWithoutSlowStart() {
        assertEquals(50, backend().weight());
    }

    @Test
    void shouldRampUpFromATenth() {
        builder.slowStart(Duration.ofSeconds(10));
        Backend backend = backend();

        assertEquals(5, backend.weight());
        clock.addAndGet(SECOND);
        assertEquals(5, backend.weight());
        clock.addAndGet(SECOND);
        assertEquals(10, backend.weight(), 1e-9);
        clock.addAndGet(5 * SECOND);
        assertEquals(35, backend.weight(), 1e-9);
        clock.addAndGet(3 * SECOND);
        assertEquals(50, backend.weight());
        clock.addAndGet(3600 * SECOND);
        assertEquals(50, backend.weight());
    }

    @Test
    void shouldRampUpAnewWhenItComesBack() {
        builder.slowStart(Duration.ofSeconds(10));
        Backend backend = backend();
        clock.addAndGet(20 * SECOND);
        assertEquals(50, backend.weight());

        backend.setState(TargetState.EJECTED);
        clock.addAndGet(20 * SECOND);
        backend.setState(TargetState.READY);

        assertEquals(5, backend.weight());
        clock.addAndGet(10 * SECOND);
        assertEquals(50, backend.weight());
    }

    @Test
    void shouldKeepToItsLimit() {
        builder.maxConnectionsPerTarget(2);
        Backend backend = backend();

        assertTrue(backend.acquire());
        assertFalse(backend.isFull());
        assertTrue(backend.acquire());
        assertTrue(backend.isFull());
        assertFalse(backend.acquire());

        assertEquals(2, backend.active());
        assertFalse(backend.release());
        assertTrue(backend.acquire());
    }

    @Test
    void shouldHaveNoLimitByDefault() {
        Backend backend = backend();
        for (int i = 0; i < 1000; i++) {
            assertTrue(backend.acquire());
        }
        assertFalse(backend.isFull());
    }

    @Test
    void shouldNeverExceedItsLimitWhenManyAcquire() throws Exception {
        builder.maxConnectionsPerTarget(3);
        Backend backend = backend();

        int most = LimitsTest.mostAtOnce(backend::acquire, backend::release);

        assertTrue(most <= 3, () -> "held at once: " + most);
        assertEquals(0, backend.active());
    }

    @Test
    void shouldTellTheLastReleaseFromTheOthers() {
        Backend backend = backend();
        backend.acquire();
        backend.acquire();

        assertFalse(backend.release());
        assertTrue(backend.release());
    }

    @Test
    void shouldCountFailuresInARow() {
        Backend backend = backend();

        assertEquals(1, backend.countConnectFailure());
        assertEquals(2, backend.countConnectFailure());
        backend.resetConnectFailures();
        assertEquals(1, backend.countConnectFailure());
        backend.setState(TargetState.READY);

        assertEquals(1, backend.countConnectFailure());
    }

    @Test
    void shouldBeDrainedOnlyWithdrawnFencedAndEmpty() {
        Backend backend = backend();
        backend.acquire();
        backend.setState(TargetState.WITHDRAWN);
        assertTrue(backend.isWithdrawn());
        assertFalse(backend.isDrained(), "neither fenced nor empty");
        backend.release();
        assertFalse(backend.isDrained(), "empty, but a loop may still pick it");

        backend.unpickable(backend.stateChanges());

        assertTrue(backend.isDrained());
    }

    @Test
    void shouldNotTakeTheFenceOfAnEarlierWithdrawal() {
        Backend backend = backend();
        backend.setState(TargetState.WITHDRAWN);
        int first = backend.stateChanges();
        backend.setState(TargetState.READY);
        backend.setState(TargetState.WITHDRAWN);

        backend.unpickable(first);

        assertFalse(backend.isDrained());
        backend.unpickable(backend.stateChanges());
        assertTrue(backend.isDrained());
        backend.setState(TargetState.READY);
        assertFalse(backend.isDrained());
    }

    @Test
    void shouldAverageTheTimeToAnswer() {
        Backend backend = backend();
        assertEquals(0, backend.latencyNanos());

        answered(backend, 8000);
        assertEquals(8000, backend.latencyNanos(), "the first sample is the average");
        answered(backend, 0);
        assertEquals(7000, backend.latencyNanos(), 1);
        for (int i = 0; i < 200; i++) {
            answered(backend, 0);
        }

        assertTrue(backend.latencyNanos() >= 1, "0 means never measured");
        assertTrue(backend.latencyNanos() <= 8, () -> "it follows: " + backend.latencyNanos());
        assertEquals(202, backend.answers());
        assertEquals(8201, backend.latencyNanosTotal());
    }

    @Test
    void shouldForgetWhatIsLongAgo() {
        Backend backend = backend();
        answered(backend, 8000);
        clock.addAndGet(SECOND);
        answered(backend, 0);
        assertEquals(4000, backend.latencyNanos(), 1, "after a second a new answer counts half");
        clock.addAndGet(99 * SECOND);
        answered(backend, 0);
        assertEquals(40, backend.latencyNanos(), 1);
    }

    @Test
    void shouldMeasureAClientsPatienceWhenItWaitedLong() {
        Backend backend = backend();
        backend.recordUnanswered(SECOND / 20, clock.get(), backend.counters(0));
        assertEquals(0, backend.answers(), "a client that leaves soon says nothing");
        backend.recordUnanswered(SECOND, clock.get(), backend.counters(0));
        assertEquals(SECOND, backend.latencyNanos());
        backend.recordUnanswered(SECOND, clock.get(), backend.counters(0));
        assertEquals(1, backend.answers(), "an answer might have taken as long");
    }

    private void answered(Backend backend, long nanos) {
        backend.recordAnswer(nanos, clock.get(), backend.counters(1));
    }

    @Test
    void shouldAddUpItsLanes() {
        Backend backend = backend();
        backend.counters(0).accepted.add(2);
        backend.counters(1).accepted.add(3);
        backend.counters(1).moved.add(1);
        backend.acquire();
        backend.setState(TargetState.EJECTED);

        BalancerStats.TargetStats stats = backend.stats();

        assertEquals(5, stats.accepted());
        assertEquals(1, stats.moved());
        assertEquals(1, stats.active());
        assertEquals(1, stats.ejected());
        assertEquals(TargetState.EJECTED, stats.state());
        assertEquals(TARGET, stats.target());
    }

    @Test
    void shouldNameItselfWithItsAddress() {
        assertEquals("a (127.0.0.1:8000)", backend().toString());
    }
}
