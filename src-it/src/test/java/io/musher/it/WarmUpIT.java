package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.ClusterBuilder;
import io.musher.Rollout;
import io.musher.StartupException;
import io.musher.WarmUp;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Requests that a worker gets before its first client. */
class WarmUpIT {

    @RegisterExtension
    final Clusters clusters = new Clusters();

    private ClusterBuilder warmed(WarmUp warmUp, String... args) {
        return clusters.jvm(args).instances(1).commonPort(0).warmUp(warmUp);
    }

    @Test
    void shouldSendNoClientToAWorkerThatAnswersOnlyAfterItsWarmUp() throws Exception {
        Cluster cluster = clusters.start(Proofs.shops(clusters, "late").warmUp(WarmUp.requests("/small").asRequired()));
        OpenLoopLoad shopping = new OpenLoopLoad(cluster.commonPort());
        try (shopping) {
            shopping.awaitMore(100);
            Rollout rollout = cluster.reload().get(60, TimeUnit.SECONDS);
            assertTrue(rollout.succeeded(), rollout::toString);
            shopping.awaitMore(100);
        }
        shopping.assertNoneFailed();
    }

    @Test
    void shouldFailTheStartWhenARequiredRequestFails() {
        StartupException failure = assertThrows(StartupException.class,
                warmed(WarmUp.requests("/", "/health").asRequired(), "ill").startTimeout(Duration.ofSeconds(5))::start);
        assertTrue(failure.getMessage().contains("GET /health: status 503"), failure::getMessage);
    }

    @Test
    void shouldStartWhateverBecomesOfOtherRequests() throws Exception {
        Cluster cluster = clusters.start(warmed(WarmUp.requests("/health").withTime(Duration.ofMillis(50)), "ill"));
        assertEquals("1", StrictHttpClient.fetch(cluster.commonPort()));
    }

    @Test
    void shouldNotReadAnEndlessAnswerUntilTheStartFails() throws Exception {
        Cluster cluster = clusters.start(warmed(WarmUp.requests("/endless").withTime(Duration.ofMillis(50))));
        assertEquals("1", StrictHttpClient.fetch(cluster.commonPort()));
    }

    @Test
    void shouldFailTheStartWhenTheWarmUpEndsTheWorker() {
        StartupException failure = assertThrows(StartupException.class, warmed(WarmUp.requests("/exit?4"))::start);
        assertTrue(failure.getMessage().contains("exit code 4"), failure::getMessage);
    }
}
