package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.balancer.Balancer;
import io.musher.balancer.BalancerStats;
import io.musher.balancer.Strategy;
import io.musher.balancer.Target;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An embedded balancer whose targets change all the time: no client notices. */
@Timeout(120)
class ReplaceTargetsIT {

    private static final int CHANGES = 1_000;

    @ParameterizedTest(name = "loops: {0}")
    @ValueSource(ints = {1, 2})
    void shouldBreakNoConnection(int loops) throws Exception {
        // The lists are the same in every run; the load's timing is not.
        Random random = new Random(loops);
        List<NioHttpServer> sites = new ArrayList<>();
        try (BackgroundLoad load = new BackgroundLoad();
                Balancer balancer = Balancer.builder().port(0).loops(loops)
                        .strategy(Strategy.leastConnections()).start()) {
            for (int i = 0; i < 4; i++) {
                sites.add(new NioHttpServer("site-" + i));
            }
            int port = balancer.address().getPort();
            balancer.updateTargets(some(sites, random)).get(20, TimeUnit.SECONDS);
            load.startKeptAlive(4, port);
            load.start(2, () -> StrictHttpClient.fetch(port));
            for (int i = 0; i < CHANGES; i++) {
                balancer.updateTargets(some(sites, random)).get(20, TimeUnit.SECONDS);
                load.awaitMore(8);
            }
            load.stop();
            BalancerStats stats = balancer.stats();
            assertEquals(0, stats.cut() + stats.rejected() + stats.connectFailures(), stats::toString);
            assertTrue(stats.moved() > CHANGES / 10, () -> "not much of a test: " + stats);
            assertEquals(sites.stream().mapToLong(NioHttpServer::answered).sum(), load.done());
        } finally {
            for (NioHttpServer site : sites) {
                site.close();
            }
        }
    }

    /** One to all of them, in any order, every other time as other targets at the same addresses. */
    private static List<Target> some(List<NioHttpServer> sites, Random random) {
        List<Target> targets = new ArrayList<>();
        String id = random.nextBoolean() ? "" : "-" + random.nextInt(10);
        for (NioHttpServer site : sites) {
            targets.add(new Target(site.name() + id, site.address(), 1 + random.nextInt(3)));
        }
        Collections.shuffle(targets, random);
        return targets.subList(0, 1 + random.nextInt(targets.size()));
    }
}
