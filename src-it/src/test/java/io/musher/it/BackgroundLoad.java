package io.musher.it;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;

/** Threads that repeat a step until they are told to stop; the first failure of each is kept and ends it. */
final class BackgroundLoad implements AutoCloseable {

    /** What is repeated. */
    interface Step {
        void run() throws Exception;
    }

    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong done = new AtomicLong();
    private volatile boolean stopping;

    /** Starts so many threads. */
    void start(int count, Step step) {
        startUncounted(count, () -> {
            step.run();
            done.incrementAndGet();
        });
    }

    /** Starts so many threads that each keep a connection, with one request after the other. */
    void startKeptAlive(int count, int port) {
        startUncounted(count, () -> {
            try (StrictHttpClient caller = new StrictHttpClient(port)) {
                while (!stopping) {
                    caller.get();
                    done.incrementAndGet();
                }
            }
        });
    }

    /** Steps and kept-alive requests that went well. */
    long done() {
        return done.get();
    }

    /** Waits for so many more; throws when one has failed. */
    void awaitMore(long more) {
        long goal = done() + more;
        Awaitility.await("the load goes on").atMost(Child.PATIENCE).pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1)).until(() -> {
                    check();
                    return done() >= goal;
                });
    }

    /** Lets every step end, and throws if one has failed. */
    void stop() {
        close();
        check();
    }

    @Override
    public void close() {
        stopping = true;
        threads.forEach(Threads::join);
    }

    private void startUncounted(int count, Step step) {
        for (int i = 0; i < count; i++) {
            threads.add(Threads.start("load-" + threads.size(), () -> repeat(step)));
        }
    }

    private void check() {
        Throwable first = failures.peek();
        if (first != null) {
            AssertionError failed = new AssertionError(failures.size() + " failed after " + done + ": " + first, first);
            failures.stream().skip(1).forEach(failed::addSuppressed);
            throw failed;
        }
    }

    private void repeat(Step step) {
        try {
            while (!stopping) {
                step.run();
            }
        } catch (Throwable e) {
            failures.add(e);
        }
    }
}
