package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.ClusterEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Connections must not come back to the balancer they come from. */
class OwnAddressIT {

    @RegisterExtension
    final Children children = new Children();

    @RegisterExtension
    final Clusters clusters = new Clusters();

    @Test
    void shouldRefuseATargetThatIsTheProgramItself() throws Exception {
        int port = FreePorts.free();
        for (String[] places : new String[][]{{"127.0.0.1:" + port, "127.0.0.1:" + port},
                {"" + port, "127.0.0.1:" + port},
                {"0.0.0.0:" + port, "localhost:" + port}, {"localhost:" + port, "127.0.0.1:" + port}}) {
            Child child = children.jar(Jars.balancer(), "--listen", places[0], "--target", "192.0.2.1:80", "--target",
                    places[1]);
            assertEquals(2, child.exitCode(Child.PATIENCE), child::report);
            assertEquals("", child.stdout(), child::report);
            assertTrue(child.stderr().startsWith("musher-balancer: ")
                    && child.stderr().contains("target " + places[1] + " ")
                    && child.stderr().contains("is the balancer's own address"), child::report);
            assertEquals(1, child.stderr().lines().count(), child::report);
        }
    }

    @Test
    void shouldIgnoreAWorkerThatClaimsTheCommonPort() throws Exception {
        int port = FreePorts.free();
        Cluster cluster = clusters.start(clusters.jvm("claim", Integer.toString(port)).instances(2).commonPort(port));
        for (int i = 0; i < 4; i++) {
            assertEquals(Integer.toString(1 + i % 2), StrictHttpClient.fetch(port), cluster::toString);
        }
        clusters.history().awaitReady(0, 0);
        clusters.history().awaitReady(1, 0);
        assertTrue(clusters.history().recorded().stream().map(EventHistory.Recorded::event)
                .noneMatch(event -> event instanceof ClusterEvent.Listening listening && listening.port() == port),
                clusters.history()::toString);
    }
}
