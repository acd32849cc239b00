package io.musher.balancer;

import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Ends the balancer program: the first signal stops it in good order, a second one cuts what is left. Signals within a second of
 * the first are the same one: a terminal and a wrapper may both send it.
 *
 * <p>SIGTERM and SIGINT are taken over by reflection: {@code sun.misc.Signal} is there on every JDK, but a compiler warns of it.
 * Where that fails, and for every other end of the JVM, a shutdown hook does the same without hearing a second signal.
 */
final class ProgramEnd {

    /** After the drain's deadline everything is closed at once; this is for a machine that is very busy. */
    private static final long GRACE_SECONDS = 10;
    private static final long SAME_NANOS = 1_000_000_000L;

    private final Balancer balancer;
    private final Duration drain;
    private final PrintStream out;
    private final AtomicLong signalledAt = new AtomicLong();
    private final AtomicBoolean begun = new AtomicBoolean();
    private final CountDownLatch over = new CountDownLatch(1);

    ProgramEnd(Balancer balancer, Duration drain, PrintStream out) {
        this.balancer = balancer;
        this.drain = drain;
        this.out = out;
    }

    /** Takes the signals over. */
    void install() {
        handle("TERM");
        handle("INT");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            leave();
            Runtime.getRuntime().halt(0); // an orderly end is a success, whatever signal asked for it
        }, "musher-balancer-stop"));
    }

    private void handle(String name) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object mine = Proxy.newProxyInstance(ProgramEnd.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                    signalled();
                    return null;
                }
                return method.getName().equals("hashCode") ? (Object) System.identityHashCode(proxy)
                        : method.getName().equals("equals") ? (Object) (proxy == arguments[0]) : "balancer";
            });
            signal.getMethod("handle", signal, handler).invoke(null, signal.getConstructor(String.class).newInstance(name), mine);
        } catch (ReflectiveOperationException e) {
            // no such signal here, or the JVM was started with -Xrs
        }
    }

    private void signalled() {
        long now = System.nanoTime() | 1;
        if (signalledAt.compareAndSet(0, now)) {
            new Thread(() -> {
                leave();
                System.exit(0);
            }, "musher-balancer-signal").start();
        } else if (now - signalledAt.get() >= SAME_NANOS) {
            out.println("musher-balancer: a second signal, cuts " + balancer.stats().active() + " connection(s)");
            balancer.shutdown(Duration.ZERO);
        }
    }

    private void leave() {
        if (!begun.compareAndSet(false, true)) {
            awaitOver();
            return;
        }
        out.println("musher-balancer: stops accepting, " + balancer.stats().active() + " connection(s) may end within "
                + drain.toSeconds() + " s");
        try {
            balancer.shutdown(drain).get(drain.toSeconds() + GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            out.println("musher-balancer: gave up waiting: " + e);
        }
        out.println("musher-balancer: stopped, " + balancer.stats().cut() + " connection(s) cut");
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
