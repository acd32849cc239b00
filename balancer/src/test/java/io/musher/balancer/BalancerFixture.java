package io.musher.balancer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What a test opens: balancers, targets, clients; all closed after it, the youngest first. No test may log an error.
 */
final class BalancerFixture implements BeforeEachCallback, AfterEachCallback, AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final ErrorLog errors = new ErrorLog();

    synchronized <T extends AutoCloseable> T add(T resource) {
        opened.push(resource);
        return resource;
    }

    /** On 127.0.0.1, any port, one loop, unless the options say otherwise. */
    Balancer balancer(UnaryOperator<BalancerBuilder> options) {
        return add(options.apply(Balancer.builder().host("127.0.0.1").port(0).loops(1)).start());
    }

    Balancer balancer(Target... targets) {
        return balancer(b -> b.targets(List.of(targets)));
    }

    Peer connect(Balancer balancer) throws IOException {
        return add(Peer.connect(address(balancer)));
    }

    /** {@return where a client on this machine reaches it} */
    static InetSocketAddress address(Balancer balancer) throws IOException {
        InetSocketAddress address = balancer.address();
        return address.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(InetAddress.getByName("127.0.0.1"), address.getPort()) : address;
    }

    /** A target whose connections the test takes with {@link ScriptedTarget#next}. */
    ScriptedTarget manual() {
        return add(ScriptedTarget.manual());
    }

    ScriptedTarget target(ScriptedTarget.Script script) {
        return add(ScriptedTarget.running(script));
    }

    ScriptedTarget echo() {
        return target(ScriptedTarget.ECHO);
    }

    /** An HTTP server that answers with its name. */
    ScriptedTarget http(String name) {
        return target(new HttpTarget(name));
    }

    HeldPort dead() {
        return add(new HeldPort());
    }

    BlackHole blackHole() throws IOException {
        return add(new BlackHole());
    }

    /** Runs something beside the test. */
    <T> Future<T> beside(Callable<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                result.complete(task.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        }, "beside the test");
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    static <T> T get(Future<T> future) throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** {@return what the future failed with} */
    static Throwable failure(Future<?> future) throws InterruptedException, TimeoutException {
        try {
            throw new AssertionError("the future succeeded with " + get(future));
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    /** Waits until something is so; the alias says what. */
    static void await(String alias, Callable<Boolean> condition) {
        Awaitility.await(alias).atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5))
                .until(condition);
    }

    /** Waits until a count has begun and then has not grown for a while. */
    static void awaitStall(String alias, LongSupplier count) {
        long[] seen = {0, System.nanoTime()};
        await(alias, () -> {
            long now = count.getAsLong();
            if (now != seen[0]) {
                seen[0] = now;
                seen[1] = System.nanoTime();
            }
            return now > 0 && System.nanoTime() - seen[1] > 300_000_000;
        });
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        errors.begin();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        try {
            close();
        } finally {
            errors.end();
        }
    }

    @Override
    public synchronized void close() {
        AssertionError failed = new AssertionError("something could not be closed");
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                failed.addSuppressed(e);
            }
        }
        if (failed.getSuppressed().length > 0) {
            throw failed;
        }
    }
}
