package io.musher.internal.ipc;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.balancer.loop.EventLoop;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A primary's channel server on a loop whose clock can be moved on; all closed after the test. */
public final class ChannelFixture implements AfterEachCallback, AutoCloseable {

    static final int MAX_FRAME = 1 << 20;

    private final AtomicLong ahead = new AtomicLong();
    private final AtomicInteger ids = new AtomicInteger();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    public final EventLoop loop;
    public final ChannelServer server;

    /** Opens it. */
    public ChannelFixture() {
        this(Runtime.getRuntime().maxMemory());
    }

    /** Opens it as in a JVM of such a heap. */
    ChannelFixture(long heap) {
        try {
            loop = new EventLoop("test-control", () -> System.nanoTime() + ahead.get());
            server = ChannelServer.open("test", loop, MAX_FRAME, heap);
            loop.start();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Runs something on the loop's thread, and waits for it. */
    public <T> T onLoop(Callable<T> task) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                result.complete(task.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result.get(20, TimeUnit.SECONDS);
    }

    /** As above. */
    public void run(Runnable task) throws Exception {
        onLoop(() -> {
            task.run();
            return null;
        });
    }

    /** Expects a worker; the first has id 1, and so on. */
    public RecordingChannelListener expect(String worker) throws Exception {
        RecordingChannelListener listener = new RecordingChannelListener(loop);
        int id = ids.incrementAndGet();
        onLoop(() -> listener.channel = server.expect(worker, id, listener, listener.handler));
        return listener;
    }

    public RawPeer connect() throws IOException {
        return add(new RawPeer(server.address()));
    }

    /** {@return a peer that has said hello, which has been heard} */
    public RawPeer join(RecordingChannelListener listener) throws Exception {
        RawPeer peer = connect().join(listener.channel.token());
        listener.expect("hello 4711");
        return peer;
    }

    /** Runs something beside the test, which may fail when the test is over. */
    void beside(Callable<?> task) {
        Thread thread = new Thread(() -> {
            try {
                task.call();
            } catch (Exception e) {
                // the other side has gone
            }
        }, "beside the test");
        thread.setDaemon(true);
        thread.start();
    }

    /** Moves the loop's clock; what is due then has run afterwards. */
    void pass(long nanos) throws Exception {
        ahead.addAndGet(nanos);
        run(() -> {});
        run(() -> {});
    }

    public synchronized <T extends AutoCloseable> T add(T resource) {
        opened.push(resource);
        return resource;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        close();
    }

    @Override
    public synchronized void close() {
        AssertionError failed = new AssertionError("something could not be closed");
        opened.push(this::closeServer);
        while (!opened.isEmpty()) {
            try {
                opened.removeLast().close();
            } catch (Exception | AssertionError e) {
                failed.addSuppressed(e);
            }
        }
        if (failed.getSuppressed().length > 0) {
            throw failed;
        }
    }

    private void closeServer() throws Exception {
        if (!loop.isClosed()) {
            run(server::close);
            loop.close();
        }
        assertTrue(loop.join(10_000), "the loop's thread has ended");
    }
}
