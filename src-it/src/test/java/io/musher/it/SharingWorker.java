package io.musher.it;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.musher.WorkerContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/**
 * A worker that binds the common port itself, in its own way: arguments are the kind of server and the port. It calls
 * {@code notReady()} and {@code ready()} when the primary says so.
 */
final class SharingWorker {

    private SharingWorker() {}

    public static void main(String[] args) throws Exception {
        WorkerContext me = WorkerContext.current();
        me.onMessage(message -> {
            if (message.text().equals("pause")) {
                me.notReady();
            } else {
                me.ready();
            }
        });
        int port = Integer.parseInt(args[1]);
        switch (args[0]) {
            case "selector" -> http(port, me);
            case "socket" -> socket(port);
            case "channel" -> channel(port);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    /** Answers what is in {@link LoadRequest}; stops when every connection that it knows has had its last answer. */
    private static void http(int port, WorkerContext me) throws IOException {
        Set<InetSocketAddress> connections = ConcurrentHashMap.newKeySet();
        HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", exchange -> answer(exchange, name()));
        for (LoadRequest errand : LoadRequest.values()) {
            server.createContext(errand.path, exchange -> {
                connections.add(exchange.getRemoteAddress());
                byte[] body = exchange.getRequestBody().readAllBytes();
                if (errand == LoadRequest.SLOW) {
                    pause(50);
                }
                boolean last = me.isDraining() || "close".equals(exchange.getRequestHeaders().getFirst("Connection"));
                if (last) {
                    exchange.getResponseHeaders().set("Connection", "close");
                }
                answer(exchange, errand == LoadRequest.UPLOAD ? LoadRequest.checksum(body) : errand.answer);
                if (last) {
                    connections.remove(exchange.getRemoteAddress());
                }
            });
        }
        server.start();
        me.onDrain(() -> {
            long deadline = System.nanoTime() + 5_000_000_000L;
            pause(200); // what was accepted just before has sent its request by then
            while (!connections.isEmpty() && System.nanoTime() - deadline < 0) {
                pause(5);
            }
        });
        me.onStop(() -> server.stop(1));
    }

    private static void answer(HttpExchange exchange, byte[] body) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static void socket(int port) throws IOException {
        try (ServerSocket server = new ServerSocket(port)) {
            while (true) {
                try (Socket client = server.accept()) {
                    answer(client.getInputStream(), client.getOutputStream());
                }
            }
        }
    }

    private static void channel(int port) throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(port));
            while (true) {
                try (SocketChannel client = server.accept()) {
                    answer(Channels.newInputStream(client), Channels.newOutputStream(client));
                }
            }
        }
    }

    private static void answer(InputStream in, OutputStream out) throws IOException {
        StringBuilder request = new StringBuilder();
        for (int c = in.read(); c >= 0 && request.indexOf("\r\n\r\n") < 0; c = in.read()) {
            request.append((char) c);
            if (request.indexOf("\r\n\r\n") >= 0) {
                byte[] body = name();
                out.write(("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                out.write(body);
                return;
            }
        }
    }

    private static byte[] name() {
        return Integer.toString(WorkerContext.current().id()).getBytes(StandardCharsets.US_ASCII);
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
