package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What the load of the proofs counts as a failure. */
class OpenLoopLoadIT {

    @Test
    void shouldCountASlowAnswerApartFromFailures() throws Exception {
        AtomicBoolean first = new AtomicBoolean(true);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ExecutorService threads = Executors.newCachedThreadPool();
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            if (first.getAndSet(false)) {
                pause();
            }
            byte[] body = List.of(LoadRequest.values()).stream()
                    .filter(errand -> errand.path.equals(exchange.getRequestURI().getPath())).findFirst()
                    .orElseThrow().answer;
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try (OpenLoopLoad shopping = new OpenLoopLoad(server.getAddress().getPort(), 5)) {
            Awaitility.await("a slow answer").atMost(Duration.ofSeconds(40)).until(() -> shopping.slow() > 0);
            shopping.stop().assertNoneFailed();
            assertTrue(shopping.figures().contains("slower than 5 s"), shopping::figures);
        } finally {
            server.stop(0);
            threads.shutdown();
            assertTrue(threads.awaitTermination(20, TimeUnit.SECONDS));
        }
    }

    /** The time of the answer is what is tested. */
    private static void pause() {
        try {
            Thread.sleep(5_500);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
