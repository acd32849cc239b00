package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.musher.Cluster;
import io.musher.Launch;
import io.musher.Rollout;
import io.musher.WorkerContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A rollout succeeds only if all new workers accept connections at its end. */
class RolloutPortsIT {

    @RegisterExtension
    final Clusters clusters = new Clusters();

    @TempDir
    Path folder;

    @Test
    void shouldGoBackWhenTheFirstNewWorkerHasClosedItsPortAtTheEnd() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm().instances(2).commonPort(0));
        Rollout rollout = cluster.deploy(Launch.main(Fickle.class).args(folder.toString())).get(60, TimeUnit.SECONDS);
        assertEquals(Rollout.Outcome.FAILED, rollout.outcome(), rollout::toString);
        assertTrue(rollout.failure().orElseThrow().contains("worker 3 (it-1)"), rollout::toString);
        assertEquals(2, cluster.stats().ready());
        assertTrue(List.of("5", "6").contains(StrictHttpClient.fetch(cluster.commonPort())),
                "workers of the old program serve");
    }

    /** Its first instance closes its port when the second one is about to listen. */
    static final class Fickle {
        public static void main(String[] args) throws Exception {
            WorkerContext me = WorkerContext.current();
            Path close = Path.of(args[0], "close");
            Path closed = Path.of(args[0], "closed");
            if (me.instance() > 0) {
                Files.createFile(close);
                awaitFile(closed);
            }
            HttpServer server = HttpServer.create(me.address(), 0);
            server.start();
            if (me.instance() == 0) {
                Thread closer = new Thread(() -> {
                    awaitFile(close);
                    server.stop(0);
                    try {
                        Files.createFile(closed);
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
                closer.start();
            }
        }

        private static void awaitFile(Path file) {
            while (!Files.exists(file)) {
                LockSupport.parkNanos(5_000_000);
            }
        }
    }
}
