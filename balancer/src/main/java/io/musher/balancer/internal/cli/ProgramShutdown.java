package io.musher.balancer.internal.cli;

import io.musher.balancer.Balancer;
import io.musher.balancer.loop.Plural;
import io.musher.balancer.loop.Signals;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Shutdown of the command line program: the first SIGTERM or SIGINT drains connections and exits, a second one cuts
 * those left. Signals within a second of the first count as the same one, because a terminal and a wrapper may both
 * send it.
 *
 * <p>Where the signals cannot be handled (the JVM was started with {@code -Xrs}), and when the JVM exits for another
 * reason, a shutdown hook drains without handling a second signal.
 */
final class ProgramShutdown {

    /** Extra wait after the deadline of the drain, when everything is closed at once, for a heavily loaded machine. */
    private static final long GRACE_SECONDS = 10;
    private static final int FAILED = 1;
    private static final long SAME_SIGNAL_NANOS = 1_000_000_000L;

    private final Balancer balancer;
    private final RejectionLogger rejections;
    private final Duration drain;
    private final PrintStream out;
    private final AtomicLong signalledAt = new AtomicLong();
    private final AtomicBoolean begun = new AtomicBoolean();
    private final CountDownLatch over = new CountDownLatch(1);

    ProgramShutdown(Balancer balancer, RejectionLogger rejections, Duration drain, PrintStream out) {
        this.balancer = balancer;
        this.rejections = rejections;
        this.drain = drain;
        this.out = out;
    }

    /** Installs the signal handlers and the shutdown hook. */
    void install() {
        Signals.handle("TERM", this::signalled);
        Signals.handle("INT", this::signalled);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (balancer.closed().isCompletedExceptionally()) {
                Runtime.getRuntime().halt(FAILED);
            }
            drainAndStop();
            Runtime.getRuntime().halt(0); // an orderly shutdown is a success, whichever signal requested it
        }, "musher-balancer-stop"));
        balancer.closed().whenComplete((closed, failure) -> {
            if (failure != null) {
                System.exit(FAILED);
            }
        });
    }

    private void signalled() {
        long now = System.nanoTime() | 1;
        if (signalledAt.compareAndSet(0, now)) {
            new Thread(() -> {
                drainAndStop();
                System.exit(0);
            }, "musher-balancer-signal").start();
        } else if (now - signalledAt.get() >= SAME_SIGNAL_NANOS) {
            out.println("musher-balancer: second signal, cutting "
                    + Plural.of(balancer.stats().active(), "connection"));
            balancer.shutdown(Duration.ZERO);
        }
    }

    private void drainAndStop() {
        if (!begun.compareAndSet(false, true)) {
            awaitOver();
            return;
        }
        out.println("musher-balancer: stopped accepting, waiting up to " + drain.toSeconds() + " s for "
                + Plural.of(balancer.stats().active(), "connection") + " to end");
        rejections.stop();
        try {
            balancer.shutdown(drain).get(drain.toSeconds() + GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            out.println("musher-balancer: the shutdown did not complete: " + e);
        }
        out.println("musher-balancer: stopped, " + Plural.of(balancer.stats().cut(), "connection") + " cut");
        out.flush();
        over.countDown();
    }

    private void awaitOver() {
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
