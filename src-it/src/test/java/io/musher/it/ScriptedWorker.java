package io.musher.it;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.musher.Cluster;
import io.musher.WorkerContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A worker controlled by its first argument and by its requests: an exit in the first line, or to serve. The answer to
 * a request for {@code /} is the worker's id.
 */
final class ScriptedWorker {

    /** What a request makes it do; the answer is the text. */
    interface Deed {
        String answer(String query) throws Exception;
    }

    private static final Queue<byte[]> EATEN = new ConcurrentLinkedQueue<>();

    private ScriptedWorker() {}

    public static void main(String[] args) throws Exception {
        String mode = args.length == 0 ? "serve" : args[0];
        switch (mode) {
            case "exit" -> System.exit(Integer.parseInt(args[1]));
            case "throw" -> throw new IllegalStateException("this worker does not want to");
            case "hang" -> new CountDownLatch(1).await();
            case "idle" -> WorkerContext.current();
            case "ready" -> WorkerContext.current().ready();
            case "lifeless" -> {
                WorkerContext.current().onHeartbeat(() -> false);
                WorkerContext.current().ready();
            }
            case "claim" -> {
                WorkerContext.current().listening(Integer.parseInt(args[1]));
                serve(WorkerContext.current(), "elsewhere");
            }
            case "claims" -> WorkerContext.current().listening(Integer.parseInt(args[1]));
            case "wrong" -> {
                HttpServer elsewhere = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
                elsewhere.start();
                System.out.println("wrongly on " + elsewhere.getAddress().getPort());
                WorkerContext.current();
            }
            case "needs" -> {
                if (!Files.exists(Path.of(args[1]))) {
                    System.err.println("there is no " + args[1]);
                    System.exit(9);
                }
                serve(WorkerContext.current(), mode);
            }
            case "soak" -> {
                serve(WorkerContext.current(), mode);
                WorkerContext.current().ready();
                Thread.sleep(Long.parseLong(args[1])); // the life it has
                System.err.println("had enough");
                System.exit(3);
            }
            case "stubborn" -> {
                WorkerContext.current().onStop(() -> {
                    System.out.println("does not stop");
                    while (true) {
                        LockSupport.park();
                    }
                });
                WorkerContext.current().ready();
            }
            default -> serve(WorkerContext.current(), mode);
        }
    }

    private static void serve(WorkerContext me, String mode) throws IOException {
        HttpServer server = HttpServer
                .create(new InetSocketAddress(me.address().getAddress(), mode.equals("elsewhere") ? 0 : me.port()), 0);
        ExecutorService threads = Executors.newCachedThreadPool();
        server.setExecutor(threads);
        CountDownLatch release = new CountDownLatch(1);
        Map<String, Deed> deeds = Map.of(
                "/", query -> Integer.toString(me.id()),
                "/env", query -> System.getenv().entrySet().stream().map(each -> each.getKey() + "=" + each.getValue())
                        .sorted().collect(Collectors.joining("\n")),
                "/mode", query -> mode,
                "/property", query -> String.valueOf(System.getProperty(query)),
                "/child", query -> child(),
                "/eat", query -> eat(Integer.parseInt(query)),
                "/hold", query -> {
                    System.out.println("held");
                    release.await();
                    return "released";
                });
        Map<String, Consumer<String>> afterwards = Map.of(
                "/release", query -> release.countDown(),
                "/close", query -> server.stop(0),
                "/spin", query -> spin(),
                "/tell", query -> tell(me, query),
                "/exit", query -> System.exit(Integer.parseInt(query)),
                "/halt", query -> Runtime.getRuntime().halt(Integer.parseInt(query)));
        deeds.forEach((path, deed) -> server.createContext(path, exchange -> answer(exchange, deed)));
        server.createContext("/endless", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            while (true) {
                exchange.getResponseBody().write(new byte[1 << 10]); // fails when the client has gone
            }
        });
        HealthEndpoint.join(server, me, mode.equals("ill"));
        afterwards.forEach((path, deed) -> server.createContext(path, exchange -> {
            answer(exchange, query -> "yes");
            deed.accept(exchange.getRequestURI().getQuery());
        }));
        server.start();
        if (mode.equals("elsewhere")) {
            me.listening(server.getAddress().getPort());
        }
        me.onDrain(() -> System.out.println("worker " + me.id() + " drains"));
        me.onStop(() -> server.stop(0));
        me.onStop(() -> System.out.println("worker " + me.id() + " stops"));
        if (!mode.equals("stay")) {
            me.onDisconnect(() -> {
                server.stop(0);
                threads.shutdown();
            });
        }
    }

    private static void answer(HttpExchange exchange, Deed deed) throws IOException {
        try (exchange) {
            byte[] body = deed.answer(exchange.getRequestURI().getQuery()).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Keeps so many MiB, and uses them. */
    private static String eat(int megabytes) {
        for (int i = 0; i < megabytes; i++) {
            byte[] more = new byte[1 << 20];
            Arrays.fill(more, (byte) 1);
            EATEN.add(more);
        }
        return "eaten";
    }

    private static void spin() {
        for (long n = 0;; n++) {
            if (n < 0) {
                n = 0;
            }
        }
    }

    private static void tell(WorkerContext me, String what) {
        switch (what) {
            case "ready" -> me.ready();
            case "notReady" -> me.notReady();
            case "disconnect" -> me.disconnect();
            default -> throw new IllegalArgumentException(what);
        }
    }

    /** Starts a JVM as any program may, and hears whether that takes itself for a worker. */
    private static String child() throws IOException {
        Process child = new ProcessBuilder(Child.java(), "-cp", System.getProperty("java.class.path"),
                Asking.class.getName())
                .redirectErrorStream(true).start();
        return new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** A child of a worker. */
    static final class Asking {
        private Asking() {}

        public static void main(String[] args) {
            System.out.print("worker: " + Cluster.isWorker());
        }
    }
}
