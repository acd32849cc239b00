package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.musher.Cluster;
import io.musher.ClusterBuilder;
import io.musher.Exit;
import io.musher.Readiness;
import io.musher.StopPolicy;
import io.musher.Worker;
import io.musher.WorkerContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a worker finishes in its drain hooks is waited for as connections are: until the drain time is over. */
class DrainHooksIT {

    /** Longer than a hook that holds up its successors may take. */
    private static final Duration WORK = Duration.ofMillis(4_500);

    @RegisterExtension
    final Clusters clusters = new Clusters();

    private ClusterBuilder workers(Class<?> main) {
        return clusters.any().main(main).readiness(Readiness.EXPLICIT).instances(1)
                .stopPolicy(StopPolicy.ofDefaults());
    }

    private void awaitOutput(String text) {
        Awaitility.await(text).atMost(Duration.ofSeconds(20)).until(() -> clusters.history().output().contains(text));
    }

    private void assertOrder(String... texts) {
        String output = clusters.history().output();
        int at = -1;
        for (String text : texts) {
            int next = output.indexOf(text);
            assertTrue(next > at, () -> text + " comes in " + output);
            at = next;
        }
    }

    @Test
    void shouldLetDrainHooksEndBeforeTheStop() throws Exception {
        Cluster cluster = clusters.start(workers(Finishing.class));
        Exit exit = cluster.workers().get(0).stop().get(60, TimeUnit.SECONDS);
        assertEquals(List.of(0, Exit.Cause.STOPPED), List.of(exit.status(), exit.cause()));
        assertOrder("finishes its work", "has finished its work", "stops");
    }

    @Test
    void shouldLetDrainHooksEndBeforeTheStopBehindACommonPort() throws Exception {
        Cluster cluster = clusters.start(workers(Finishing.class).commonPort(0));
        cluster.stop().get(60, TimeUnit.SECONDS);
        assertOrder("finishes its work", "has finished its work", "stops");
    }

    @Test
    void shouldLetDrainHooksEndBeforeTheDisconnect() throws Exception {
        Cluster cluster = clusters.start(workers(Finishing.class));
        Worker worker = cluster.workers().get(0);
        worker.disconnect().onExit().get(60, TimeUnit.SECONDS);
        assertOrder("finishes its work", "has finished its work", "is disconnected");
    }

    @Test
    void shouldStopAtTheDrainDeadlineThoughADrainHookRuns() throws Exception {
        Cluster cluster = clusters.start(
                workers(NeverFinishing.class).stopPolicy(StopPolicy.ofDefaults().withDrain(Duration.ofSeconds(1))));
        Exit exit = cluster.workers().get(0).stop().get(60, TimeUnit.SECONDS);
        assertEquals(List.of(0, Exit.Cause.STOPPED), List.of(exit.status(), exit.cause()));
        assertOrder("finishes its work", "stops");
    }

    @Test
    void shouldLetDrainHooksEndWhenSomebodyElseSendsSigterm() throws Exception {
        Cluster cluster = clusters.start(workers(Finishing.class));
        Worker worker = cluster.workers().get(0);
        worker.signal("TERM");
        awaitOutput("finishes its work");
        assertEquals(0, worker.onExit().get(60, TimeUnit.SECONDS).status());
        assertOrder("finishes its work", "has finished its work", "stops");
    }

    @Test
    void shouldEndEventStreamsAtTheBeginningOfAStop() throws Exception {
        Cluster cluster = clusters.start(workers(Streaming.class).commonPort(0)
                .stopPolicy(StopPolicy.ofDefaults().withDrain(Duration.ofHours(1))));
        try (StrictHttpClient caller = new StrictHttpClient(cluster.commonPort())) {
            caller.send("GET /events HTTP/1.1\r\nHost: it\r\n\r\n");
            awaitOutput("streams");
            assertEquals(0, cluster.workers().get(0).stop().get(60, TimeUnit.SECONDS).status());
            assertEquals("HTTP/1.1 200 OK",
                    new BufferedReader(new InputStreamReader(caller.socket().getInputStream())).readLine());
        }
    }

    /** What the Javadoc of onDrain shows. */
    static final class Streaming {
        private Streaming() {}

        public static void main(String[] args) throws IOException {
            WorkerContext me = WorkerContext.current();
            HttpServer server = HttpServer.create(me.address(), 0);
            Set<HttpExchange> streams = ConcurrentHashMap.newKeySet();
            server.createContext("/events", exchange -> {
                exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
                exchange.sendResponseHeaders(200, 0);
                streams.add(exchange);
                if (me.isDraining()) {
                    exchange.close();
                }
                System.out.println("streams");
            });
            me.onDrain(() -> streams.forEach(HttpExchange::close));
            me.onStop(() -> server.stop(0));
            server.start();
            me.ready();
        }
    }

    /** Has work that takes its time. */
    static final class Finishing {
        private Finishing() {}

        public static void main(String[] args) {
            work(WORK);
        }
    }

    /** Has work that has no end. */
    static final class NeverFinishing {
        private NeverFinishing() {}

        public static void main(String[] args) {
            work(Duration.ofDays(1));
        }
    }

    private static void work(Duration time) {
        WorkerContext me = WorkerContext.current();
        me.onDrain(() -> {
            System.out.println("finishes its work");
            try {
                Thread.sleep(time.toMillis());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            System.out.println("has finished its work");
        });
        me.onStop(() -> System.out.println("stops"));
        me.onDisconnect(() -> System.out.println("is disconnected"));
        me.ready();
    }
}
