package io.musher.it;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;

/**
 * A server that knows nothing of Musher: arguments are the kind of socket and the port, and perhaps the address, which
 * are hard-coded in real life. It answers each connection with its process id and the client's port, and stops on
 * SIGTERM as servers do.
 */
final class UnmodifiedServer {

    private static final int LONGEST_REQUEST = 4096;

    private UnmodifiedServer() {}

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[1]);
        switch (args[0]) {
            case "http" -> http(args.length > 2 ? new InetSocketAddress(args[2], port) : new InetSocketAddress(port));
            case "socket" -> socket(port);
            case "channel" -> channel(port);
            case "twice" -> {
                try (ServerSocket first = new ServerSocket(port); ServerSocket second = new ServerSocket(port)) {
                    System.out.println("bound twice: " + first + ", " + second);
                }
            }
            case "lenient" -> {
                try {
                    socket(port);
                } catch (BindException e) {
                    System.out.println("goes on without its port: " + e);
                    new CountDownLatch(1).await();
                }
            }
            case "silent" -> {
                try {
                    socket(port);
                } catch (BindException e) {
                    new CountDownLatch(1).await();
                }
            }
            case "besides" -> {
                try (ServerSocket management = new ServerSocket(Integer.parseInt(args[2]))) {
                    System.out.println("management on " + management.getLocalPort());
                    socket(port);
                }
            }
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void http(InetSocketAddress address) throws IOException {
        HttpServer server = HttpServer.create(address, 0);
        server.createContext("/", exchange -> {
            byte[] answer = name(exchange.getRemoteAddress()).getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> server.stop(1)));
    }

    private static void socket(int port) throws IOException {
        try (ServerSocket server = new ServerSocket()) {
            server.bind(new InetSocketAddress(port), 1024);
            while (true) {
                try (Socket client = server.accept()) {
                    answer(client.getInputStream(), client.getOutputStream(), client.getRemoteSocketAddress());
                }
            }
        }
    }

    private static void channel(int port) throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(port), 1024);
            while (true) {
                try (SocketChannel client = server.accept()) {
                    answer(Channels.newInputStream(client), Channels.newOutputStream(client),
                            client.getRemoteAddress());
                }
            }
        }
    }

    private static void answer(InputStream in, OutputStream out, SocketAddress client) throws IOException {
        ByteBuffer request = ByteBuffer.allocate(LONGEST_REQUEST);
        while (!new String(request.array(), 0, request.position(), StandardCharsets.US_ASCII).contains("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                return;
            }
            request.put((byte) next);
        }
        String name = name((InetSocketAddress) client);
        out.write(("HTTP/1.1 200 OK\r\nContent-Length: " + name.length() + "\r\nConnection: close\r\n\r\n" + name)
                .getBytes(StandardCharsets.US_ASCII));
    }

    private static String name(InetSocketAddress client) {
        return ProcessHandle.current().pid() + " " + client.getPort();
    }
}
