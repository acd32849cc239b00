package io.musher.it;

import io.musher.Cluster;
import io.musher.WorkerContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An HTTP/1.1 server on one thread, for thousands of connections: answers every request with its name. Requests have no
 * body and do not overtake their answers. Also a program: name and port are its arguments, a worker needs no port.
 */
final class NioHttpServer implements AutoCloseable {

    private static final int LONGEST_REQUEST = 512;

    private final String name;
    private final byte[] keptAlive;
    private final byte[] closed;
    private final Selector selector = Selector.open();
    private final ServerSocketChannel listening = ServerSocketChannel.open();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();
    private final Thread thread;

    NioHttpServer(String name) throws IOException {
        this(name, 0);
    }

    NioHttpServer(String name, int port) throws IOException {
        this.name = name;
        String head = "HTTP/1.1 200 OK\r\nContent-Length: " + name.length() + "\r\n";
        keptAlive = (head + "\r\n" + name).getBytes(StandardCharsets.US_ASCII);
        closed = (head + "Connection: close\r\n\r\n" + name).getBytes(StandardCharsets.US_ASCII);
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 4096);
        listening.configureBlocking(false);
        listening.register(selector, SelectionKey.OP_ACCEPT);
        thread = Threads.start("site-" + name, this::run);
    }

    /** Serves until it is killed. */
    public static void main(String[] arguments) throws Exception {
        int port = Cluster.isWorker() ? WorkerContext.current().port() : Integer.parseInt(arguments[1]);
        NioHttpServer site = new NioHttpServer(arguments[0], port);
        System.out.println("serves on port " + site.port());
        new CountDownLatch(1).await();
    }

    String name() {
        return name;
    }

    int port() {
        return listening.socket().getLocalPort();
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port());
    }

    /** As the balancer program wants its targets. */
    String target() {
        return "127.0.0.1:" + port();
    }

    /** Connections so far. */
    int accepted() {
        return accepted.get();
    }

    /** Requests so far. */
    int answered() {
        return answered.get();
    }

    @Override
    public void close() throws IOException {
        thread.interrupt();
        Threads.join(thread);
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                selector.select(this::ready);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void ready(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                accept();
            } else {
                read(key, (SocketChannel) key.channel());
            }
        } catch (IOException e) {
            // The connection was reset.
            key.cancel();
            closeQuietly(key);
        }
    }

    private void accept() throws IOException {
        for (SocketChannel channel; (channel = listening.accept()) != null;) {
            accepted.incrementAndGet();
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, ByteBuffer.allocate(LONGEST_REQUEST));
        }
    }

    private void read(SelectionKey key, SocketChannel channel) throws IOException {
        ByteBuffer request = (ByteBuffer) key.attachment();
        if (channel.read(request) < 0) {
            channel.close();
            return;
        }
        String text = new String(request.array(), 0, request.position(), StandardCharsets.US_ASCII);
        if (!text.endsWith("\r\n\r\n")) {
            return;
        }
        request.clear();
        boolean last = text.contains("Connection: close");
        // So few bytes always fit.
        channel.write(ByteBuffer.wrap(last ? closed : keptAlive));
        answered.incrementAndGet();
        if (last) {
            channel.close();
        }
    }

    private static void closeQuietly(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
