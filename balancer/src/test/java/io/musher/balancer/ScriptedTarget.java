package io.musher.balancer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A server whose connections run a script, each on a daemon thread; or, without one, are handed to the test by {@link
 * #next}.
 *
 * <p>It keeps its port for its whole life, so it can stop listening and come back. What a script throws, other than an
 * IOException, fails the test when the target is closed.
 */
final class ScriptedTarget implements AutoCloseable {

    /** What happens on one connection; it is closed when the script ends. */
    interface Script {
        void serve(Peer client) throws Exception;
    }

    static final Script ECHO = client -> {
        byte[] buffer = new byte[65536];
        for (int n; (n = client.in().read(buffer)) > 0;) {
            client.socket.getOutputStream().write(buffer, 0, n);
        }
    };

    private final HeldPort port;
    private final Script script;
    private final Set<Peer> peers = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<Peer> handed = new LinkedBlockingQueue<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private ServerSocket server;
    private Thread acceptor;

    private ScriptedTarget(HeldPort port, Script script) {
        this.port = port;
        this.script = script;
    }

    /** Hands its connections to the test. */
    static ScriptedTarget manual() {
        return running(new HeldPort(), null);
    }

    static ScriptedTarget running(Script script) {
        return running(new HeldPort(), script);
    }

    static ScriptedTarget running(HeldPort port, Script script) {
        ScriptedTarget target = new ScriptedTarget(port, script);
        target.listen();
        return target;
    }

    /** Listens (again). */
    void listen() {
        try {
            server = port.listen();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ServerSocket listening = server;
        acceptor = daemon("accept " + port.address(), () -> {
            try {
                while (true) {
                    accepted(listening.accept());
                }
            } catch (IOException e) {
                // it listens no more
            }
        });
    }

    /** Connects are refused from now on; connections go on. */
    void stopListening() throws IOException, InterruptedException {
        server.close();
        acceptor.join(); // until it has left accept(), the kernel still listens
    }

    private void accepted(Socket socket) throws IOException {
        Peer peer = new Peer(socket);
        peers.add(peer);
        accepted.incrementAndGet();
        if (script == null) {
            handed.add(peer);
        } else {
            daemon("serve " + port.address(), () -> {
                try (peer) {
                    script.serve(peer);
                } catch (IOException e) {
                    // the connection is gone
                } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                } finally {
                    peers.remove(peer);
                }
            });
        }
    }

    /** {@return the next connection, in the order they came} */
    Peer next() throws InterruptedException {
        Peer peer = handed.poll(20, TimeUnit.SECONDS);
        if (peer == null) {
            throw new AssertionError("no connection reached " + port.address());
        }
        return peer;
    }

    /** {@return connections so far} */
    int accepted() {
        return accepted.get();
    }

    /** {@return whether no connection waits to be taken by {@link #next}} */
    boolean isQuiet() {
        return handed.isEmpty();
    }

    InetSocketAddress address() {
        return port.address();
    }

    Target as(String id) {
        return port.as(id);
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Peer peer : peers) {
            peer.close();
        }
        port.close();
        if (failure.get() != null) {
            throw new IllegalStateException("a script failed", failure.get());
        }
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
