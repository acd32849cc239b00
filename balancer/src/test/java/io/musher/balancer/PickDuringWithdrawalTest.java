package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A loop that was about to pick a target while it was withdrawn: "no connections" does not mean drained yet. */
class PickDuringWithdrawalTest {

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    private final CountDownLatch picking = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private volatile String lastLoop = "";
    private volatile boolean armed;

    /** The second loop, once armed, stops in the middle of picking the first target. */
    private Candidate choose(List<Candidate> ready, InetAddress client) {
        lastLoop = Thread.currentThread().getName();
        if (!armed) {
            return ready.get(0);
        }
        if (!lastLoop.endsWith("-lb-1") || picking.getCount() == 0) {
            return ready.get(ready.size() - 1);
        }
        picking.countDown();
        try {
            go.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return ready.get(0);
    }

    @Test
    void shouldBePartOfTheDrain() throws Exception {
        ScriptedTarget a = fixture.manual();
        Target b = fixture.echo().as("b");
        Balancer balancer = fixture.balancer(o -> o.loops(2).targets(List.of(a.as("a"), b)).strategy(this::choose));
        try {
            Peer onFirstLoop = null;
            for (Peer client; onFirstLoop == null; onFirstLoop = lastLoop.endsWith("-lb-0") ? client : null) {
                client = fixture.connect(balancer).send("opaque");
                a.next().expect("opaque");
                if (!lastLoop.endsWith("-lb-0")) {
                    client.reset();
                }
            }
            BalancerFixture.await("one is left", () -> balancer.stats().active() == 1);
            armed = true;
            while (picking.getCount() > 0) {
                fixture.connect(balancer).send("late");
                picking.await(20, TimeUnit.MILLISECONDS);
            }
            balancer.updateTargets(List.of(b));
            CompletableFuture<Integer> drained = balancer.drain("a", Duration.ofMinutes(5));
            onFirstLoop.reset();
            assertThrows(TimeoutException.class, () -> drained.get(200, TimeUnit.MILLISECONDS),
                    "a loop still picks it");
            go.countDown();
            Peer late = a.next();
            late.expect("late");
            assertFalse(drained.isDone());
            late.reset();
            assertEquals(0, BalancerFixture.get(drained));
        } finally {
            go.countDown();
        }
    }
}
