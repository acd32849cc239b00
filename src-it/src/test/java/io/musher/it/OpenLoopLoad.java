package io.musher.it;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Scanner;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/**
 * Load that does not wait for the service: so many requests a second, each due at its time whatever became of the
 * others, and timed from then on. Fresh connections and kept-alive ones, small answers, slow ones, 1 MiB each way.
 * Nothing is tried twice.
 *
 * <p>Failed: refused, reset, short, wrong, a status of 500 or more, or not answered within 30 s. What took longer than
 * 5 s is counted apart, because a busy machine may be the reason, and is no failure; neither is a kept-alive connection
 * that the server ended while nobody used it.
 */
final class OpenLoopLoad implements AutoCloseable {

    /** One request that failed: from when it was due to when it had. */
    record Failure(LoadRequest errand, String kind, long begin, long end, String text) {}

    static final int RATE = 500;
    private static final int THREADS = 96;
    /** So many connections are kept alive at least, and used in turn. */
    private static final int KEPT = 24;
    private static final long SLOW_NANOS = 5_000_000_000L;
    private static final int PATIENCE_MILLIS = 30_000;
    /** Of twenty requests; the first half on kept-alive connections. */
    private static final List<LoadRequest> BASKET = List.of(
            LoadRequest.SMALL, LoadRequest.SMALL, LoadRequest.SLOW, LoadRequest.SMALL, LoadRequest.SMALL,
            LoadRequest.BIG, LoadRequest.SMALL, LoadRequest.SLOW, LoadRequest.SMALL, LoadRequest.UPLOAD,
            LoadRequest.SMALL, LoadRequest.SMALL, LoadRequest.SLOW, LoadRequest.SMALL, LoadRequest.SMALL,
            LoadRequest.SMALL, LoadRequest.SMALL, LoadRequest.SLOW, LoadRequest.BIG, LoadRequest.SMALL);

    private final int port;
    private final int rate;
    private final long start = System.nanoTime();
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong ended = new AtomicLong();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong slowest = new AtomicLong();
    private final AtomicLong slow = new AtomicLong();
    private final Queue<Failure> failures = new ConcurrentLinkedQueue<>();
    /** What went well: when it was due and how long it took, in turn. */
    private final Queue<long[]> times = new ConcurrentLinkedQueue<>();
    private final Deque<LoadClient> kept = new ConcurrentLinkedDeque<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopping;

    OpenLoopLoad(int port) {
        this(port, RATE);
    }

    OpenLoopLoad(int port, int rate) {
        this.port = port;
        this.rate = rate;
        for (int i = 0; i < THREADS; i++) {
            threads.add(Threads.start("shopping-" + i, this::shop));
        }
    }

    private void shop() {
        long[] mine = new long[1024];
        int count = 0;
        while (!stopping) {
            long index = next.getAndIncrement();
            long due = start + index * 1_000_000_000L / rate;
            for (long left; (left = due - System.nanoTime()) > 0 && !stopping;) {
                LockSupport.parkNanos(Math.min(left, 50_000_000));
            }
            if (!stopping) {
                int place = (int) (index % BASKET.size());
                long took = run(BASKET.get(place), place < BASKET.size() / 2, due);
                if (took > 0) {
                    if (count == mine.length) {
                        mine = Arrays.copyOf(mine, 2 * count);
                    }
                    mine[count++] = due;
                    mine[count++] = took;
                }
            }
        }
        times.add(Arrays.copyOf(mine, count));
    }

    /** {@return how long it took; 0 if it failed} */
    private long run(LoadRequest errand, boolean keptAlive, long due) {
        LoadClient shopper = null;
        try {
            shopper = keptAlive ? kept() : new LoadClient(port, PATIENCE_MILLIS);
            shopper.run(errand, !keptAlive);
            long took = System.nanoTime() - due;
            slowest.accumulateAndGet(took, Math::max);
            if (took > SLOW_NANOS) {
                slow.incrementAndGet();
            }
            done.incrementAndGet();
            if (keptAlive) {
                kept.addLast(shopper);
            } else {
                shopper.close();
            }
            return took;
        } catch (IOException | RuntimeException e) {
            failures.add(
                    new Failure(errand, kind(e), due, System.nanoTime(), (keptAlive ? "kept alive, " : "fresh, ") + e));
            close(shopper);
            if (keptAlive) {
                open.decrementAndGet();
            }
            return 0;
        }
    }

    private LoadClient kept() throws IOException {
        for (LoadClient shopper; open.get() >= KEPT && (shopper = kept.poll()) != null;) {
            if (!stale(shopper)) {
                return shopper;
            }
            ended.incrementAndGet();
            open.decrementAndGet();
            close(shopper);
        }
        open.incrementAndGet();
        return new LoadClient(port, PATIENCE_MILLIS);
    }

    private static boolean stale(LoadClient shopper) {
        try {
            return shopper.isStale();
        } catch (IOException e) {
            return true; // reset, while nobody used it
        }
    }

    private static String kind(Exception failure) {
        if (failure instanceof LoadClient.ServerFault) {
            return "status";
        } else if (failure instanceof SocketTimeoutException) {
            return "no answer";
        } else if (failure instanceof ConnectException) {
            return "refused";
        } else if (failure instanceof EOFException) {
            return "short";
        }
        return failure instanceof SocketException ? "reset" : "wrong";
    }

    private static void close(LoadClient shopper) {
        try {
            if (shopper != null) {
                shopper.close();
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Requests that went well. */
    long done() {
        return done.get();
    }

    /** Waits for so many more, whatever fails meanwhile. */
    void awaitMore(long more) {
        long goal = done() + more;
        Awaitility.await("the service goes on").atMost(Duration.ofSeconds(60)).pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2)).until(() -> done() >= goal);
    }

    /** Kept-alive connections that the server ended while nobody used them. */
    long ended() {
        return ended.get();
    }

    /** Requests that went well, but took longer than 5 s. */
    long slow() {
        return slow.get();
    }

    List<Failure> failures() {
        return List.copyOf(failures);
    }

    /** Lets every request end. */
    OpenLoopLoad stop() {
        stopping = true;
        threads.forEach(LockSupport::unpark);
        threads.forEach(Threads::join);
        for (LoadClient shopper; (shopper = kept.poll()) != null;) {
            close(shopper);
        }
        return this;
    }

    @Override
    public void close() {
        stop();
    }

    /** For people; when it has stopped. */
    String figures() {
        long[] all = took(due -> true);
        Map<String, Integer> kinds = new TreeMap<>();
        failures.forEach(failure -> kinds.merge(failure.kind(), 1, Integer::sum));
        return String.format(
                "%d requests, %d failed %s; p50 %.1f ms, p99 %.0f ms, slowest %.0f ms,"
                        + " %d slower than 5 s; %d kept-alive connections ended while idle",
                done.get() + failures.size(), failures.size(), kinds, all.length == 0 ? 0 : all[all.length / 2] / 1e6,
                all.length == 0 ? 0 : all[all.length * 99 / 100] / 1e6, slowest.get() / 1e6, slow.get(), ended.get());
    }

    /** {@return how long the requests took that were due then, sorted} */
    private long[] took(LongPredicate when) {
        return times.stream()
                .flatMapToLong(mine -> IntStream.range(0, mine.length / 2).filter(i -> when.test(mine[2 * i]))
                        .mapToLong(i -> mine[2 * i + 1]))
                .sorted().toArray();
    }

    /** One part of a run: requests that were due from one moment on. */
    private record Phase(String name, long begin) {}

    /** {@return requests, failures, p50, p99 and the slowest in ms of the phases of this name} */
    private String figures(String name, List<Phase> phases) {
        LongPredicate within = due -> {
            String current = "";
            for (Phase phase : phases) {
                current = due - phase.begin >= 0 ? phase.name : current;
            }
            return current.equals(name);
        };
        long[] all = took(within);
        long failed = failures.stream().filter(failure -> within.test(failure.begin())).count();
        return all.length == 0 ? name + "\t0\t" + failed
                : String.format(Locale.ROOT, "%s\t%d\t%d\t%.2f\t%.2f\t%.2f", name, all.length + failed, failed,
                        all[all.length / 2] / 1e6, all[all.length * 99 / 100] / 1e6, all[all.length - 1] / 1e6);
    }

    /** Throws unless all went well. */
    void assertNoneFailed() {
        if (!failures.isEmpty()) {
            throw new AssertionError(
                    figures() + "\n" + String.join("\n", failures.stream().limit(20).map(this::describe).toList()));
        }
    }

    private String describe(Failure failure) {
        return String.format("%s at %d to %d ms: %s, %s", failure.errand(), (failure.begin() - start) / 1_000_000,
                (failure.end() - start) / 1_000_000, failure.kind(), failure.text());
    }

    /**
     * As a program, for comparisons: port and rate are its arguments; each line of its input names the phase that
     * begins, an empty one before the first. At the end of the input, prints one line with the figures of each name.
     */
    public static void main(String[] arguments) {
        List<Phase> phases = new ArrayList<>();
        OpenLoopLoad shopping = new OpenLoopLoad(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
        try (shopping; Scanner lines = new Scanner(System.in, StandardCharsets.UTF_8)) {
            while (lines.hasNextLine()) {
                phases.add(new Phase(lines.nextLine(), System.nanoTime()));
            }
        }
        phases.stream().map(Phase::name).distinct()
                .forEach(name -> System.out.println(shopping.figures(name, phases)));
        shopping.failures().stream().limit(5).map(shopping::describe).forEach(System.err::println);
    }
}
