package io.musher.internal.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.internal.ipc.FrameType;
import io.musher.internal.ipc.RawPeer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A primary that a test plays by hand, and a worker runtime in this JVM, whose process exit is recorded and not
 * performed.
 */
final class FakePrimary implements AfterEachCallback, JvmExit {

    static final String TOKEN = "0123456789abcdef0123456789abcdef";

    private final ServerSocket server;
    private final Process primary;
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    FakePrimary() {
        try {
            server = new ServerSocket(0, 100, InetAddress.getByName("127.0.0.1"));
            server.setSoTimeout(20_000);
            primary = new ProcessBuilder("cat").start(); // lives until its input ends
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    WorkerRuntime join(boolean jvm) {
        WorkerEnvironment environment = new WorkerEnvironment(7, 2, "test-3", OptionalInt.empty(), "127.0.0.1",
                "127.0.0.1:" + server.getLocalPort(), TOKEN, jvm, 1 << 20);
        WorkerRuntime member = new WorkerRuntime(environment, Greeting.send(environment), this, new KeepAlive());
        opened.push(member::shutDown);
        member.onDrain(() -> said.add("drain"));
        member.onStop(() -> said.add("stop"));
        member.onDisconnect(() -> said.add("disconnected"));
        member.start();
        return member;
    }

    /** {@return the next connection, after its hello} */
    RawPeer greet() throws IOException {
        RawPeer peer = new RawPeer(server.accept());
        opened.push(peer);
        peer.expect("HELLO musher/1 " + TOKEN + " " + ProcessHandle.current().pid());
        return peer;
    }

    RawPeer welcome() throws IOException {
        return greet().send(FrameType.WELCOME, hail());
    }

    /** {@return the payload of a good welcome} */
    String hail() {
        return "musher/1 " + primary.pid();
    }

    void closeServer() throws IOException {
        server.close();
    }

    void killPrimary() {
        primary.destroyForcibly();
    }

    FakePrimary expect(String... events) throws InterruptedException {
        for (String event : events) {
            String next = said.poll(20, TimeUnit.SECONDS);
            assertNotNull(next, () -> "no " + event + " within 20 s");
            assertEquals(event, next);
        }
        return this;
    }

    void say(String event) {
        said.add(event);
    }

    void expectNothingMore() {
        assertTrue(said.isEmpty(), said::toString);
    }

    @Override
    public void exit(int status) {
        said.add("exit " + status);
    }

    @Override
    public void halt(int status) {
        said.add("halt " + status);
    }

    @Override
    public void haltAfter(long nanos, int status) {
        said.add("halt " + status + " in " + nanos / 1_000_000_000L + " s");
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
        server.close();
        primary.destroyForcibly().waitFor();
        List<String> names = List.of("musher-channel", "musher-listeners", "musher-primary-watch", "musher-deadline",
                "musher-keep-alive");
        Awaitility.await("the worker's threads end").until(
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> names.contains(thread.getName())));
    }
}
