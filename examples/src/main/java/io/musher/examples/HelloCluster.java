package io.musher.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.musher.Cluster;
import io.musher.WorkerContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;

/**
 * Runs a small file server in several processes behind one port; {@code /hello} answers with the worker's id.
 *
 * <p>Configured by arguments (instances, port) or by environment variables: {@code INSTANCES} (default 4), {@code PORT}
 * (default 3000), {@code ROOT} (default: the working directory).
 */
public final class HelloCluster {

    private HelloCluster() {}

    /**
     * Starts the cluster in the primary and the HTTP server in a worker.
     *
     * @param args instances and port
     * @throws IOException if the server cannot start
     */
    public static void main(String[] args) throws IOException {
        if (Cluster.isWorker()) {
            serve(WorkerContext.current());
            return;
        }
        int instances = Integer.parseInt(args.length > 0 ? args[0] : System.getenv().getOrDefault("INSTANCES", "4"));
        int port = Integer.parseInt(args.length > 1 ? args[1] : System.getenv().getOrDefault("PORT", "3000"));
        Cluster cluster = Cluster.builder().name("hello").instances(instances).commonPort(port).start();
        System.out.printf("""
                READY: %d workers behind http://localhost:%d/hello. Try, in another terminal:
                  curl http://localhost:%2$d/hello        again and again: the workers take turns
                  kill -9 %3$d                       one worker; another takes its place
                Ctrl-C stops everything in good order.
                """, instances, cluster.commonPort(),
                cluster.workers().isEmpty() ? 0 : cluster.workers().get(0).pid().orElseThrow());
    }

    private static void serve(WorkerContext me) throws IOException {
        Path root = Path.of(System.getenv().getOrDefault("ROOT", ".")).toRealPath();
        HttpServer server = HttpServer.create(me.address(), 0);
        server.setExecutor(Executors.newFixedThreadPool(8));
        server.createContext("/hello", exchange -> answer(exchange, 200,
                ("hello from worker " + me.id() + "\n").getBytes(StandardCharsets.UTF_8)));
        server.createContext("/", exchange -> file(exchange, root));
        server.start();
        me.onStop(() -> server.stop(1));
    }

    private static void file(HttpExchange exchange, Path root) throws IOException {
        Path file = root.resolve(exchange.getRequestURI().getPath().substring(1)).normalize();
        if (file.startsWith(root) && Files.isRegularFile(file)) {
            answer(exchange, 200, Files.readAllBytes(file));
        } else {
            answer(exchange, 404, "no such file\n".getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
