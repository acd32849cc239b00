package io.musher.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/**
 * A server that does what a test says, each connection on a thread of its own. The connection is closed after the
 * handler; one that fails is a connection that ends, but an {@link AssertionError} in it fails {@link #close()}.
 */
final class ScriptedServer implements AutoCloseable {

    /** What a connection is for. */
    interface Handler {
        void handle(Socket socket) throws Exception;
    }

    private final Handler handler;
    private final ServerSocket listening = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    private final List<Socket> sockets = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private AssertionError wrong;

    ScriptedServer(Handler handler) throws IOException {
        this.handler = handler;
        start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** As the balancer program wants its targets. */
    String target() {
        return "127.0.0.1:" + port();
    }

    @Override
    public void close() throws IOException {
        List<Thread> running;
        synchronized (this) {
            listening.close();
            for (Socket socket : sockets) {
                socket.close();
            }
            running = List.copyOf(threads);
        }
        for (Thread thread : running) {
            thread.interrupt();
            Threads.join(thread);
        }
        if (wrong != null) {
            throw wrong;
        }
    }

    private synchronized void start(Runnable task) {
        threads.add(Threads.start("server-" + port(), task));
    }

    private void accept() {
        try {
            while (true) {
                serve(listening.accept());
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private synchronized void serve(Socket socket) throws IOException {
        sockets.add(socket);
        if (listening.isClosed()) {
            socket.close();
        }
        start(() -> handle(socket));
    }

    private void handle(Socket socket) {
        try (socket) {
            handler.handle(socket);
        } catch (AssertionError e) {
            synchronized (this) {
                wrong = e;
            }
        } catch (Exception e) {
            // The client sees it.
        }
    }
}
