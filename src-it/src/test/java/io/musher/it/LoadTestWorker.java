package io.musher.it;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.musher.WorkerContext;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A worker as anybody writes it: the JDK's HTTP server, which knows nothing of clusters, with the answers of {@link
 * LoadRequest}. Its argument is how it differs from that.
 */
final class LoadTestWorker {

    private LoadTestWorker() {}

    public static void main(String[] args) throws Exception {
        String mode = args.length == 0 ? "plain" : args[0];
        WorkerContext me = WorkerContext.current();
        HttpServer server = HttpServer.create(me.address(), 0);
        ExecutorService threads = Executors.newCachedThreadPool();
        server.setExecutor(threads);
        long openAt = System.nanoTime() + (List.of("warms-up", "hasty", "late").contains(mode) ? 1_000_000_000L : 0);
        for (LoadRequest errand : LoadRequest.values()) {
            server.createContext(errand.path, guarded(errand, openAt));
        }
        switch (mode) {
            case "slow-stop" -> me.onStop(() -> pause(1_000));
            case "warms-up" -> new Thread(() -> { // it listens long before it can serve
                pause(1_100);
                me.ready();
            }).start();
            case "hasty" -> me.ready();
            default -> {}
        }
        server.start();
        me.onStop(() -> server.stop(0));
        if (mode.equals("soak")) { // what is told before an exit arrives, however busy the machine is
            me.ready();
            pause(500);
            System.err.println("had enough");
            System.exit(3);
        }
    }

    private static HttpHandler guarded(LoadRequest errand, long openAt) {
        return exchange -> {
            try (exchange) {
                if (System.nanoTime() - openAt < 0) {
                    exchange.sendResponseHeaders(503, -1);
                } else {
                    serve(errand, exchange);
                }
            }
        };
    }

    private static void serve(LoadRequest errand, HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        byte[] answer = errand == LoadRequest.UPLOAD ? LoadRequest.checksum(body) : errand.answer;
        if (errand == LoadRequest.SLOW) {
            pause(50);
        }
        exchange.sendResponseHeaders(200, answer.length);
        exchange.getResponseBody().write(answer);
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
