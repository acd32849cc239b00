package io.musher.balancer;

import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The balancer as a program: {@code java -jar musher-balancer.jar --listen 3000 --target 127.0.0.1:8000 …}. */
final class BalancerMain {

    /** After the drain's deadline everything is closed at once; this is for a machine that is very busy. */
    private static final long GRACE_SECONDS = 10;

    private BalancerMain() { }

    /**
     * Runs until a signal.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) throws InterruptedException {
        quietWithoutLogger();
        int status = run(args, System.out, System.err);
        if (status >= 0) {
            System.exit(status);
        }
        new CountDownLatch(1).await();
    }

    /** {@return the exit status, or -1 when it serves now} */
    private static int run(String[] args, PrintStream out, PrintStream err) {
        Arguments arguments;
        Balancer balancer;
        try {
            arguments = Arguments.parse(args);
            if (arguments.help()) {
                out.print(Arguments.USAGE);
                return 0;
            }
            balancer = arguments.builder().listener(new Announcer(err)).start();
        } catch (IllegalArgumentException | IllegalStateException e) {
            err.println("musher-balancer: " + e.getMessage() + "; --help lists the options");
            return 2;
        } catch (UncheckedIOException e) {
            err.println("musher-" + e.getMessage());
            return 1;
        }
        Duration drain = arguments.drainTimeout();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> leave(balancer, drain, out), "musher-balancer-stop"));
        InetSocketAddress at = balancer.address();
        out.println("musher-balancer: listens on port " + at.getPort() + ", targets "
                + String.join(" ", balancer.config().targets().stream().map(Target::id).toList()));
        return -1;
    }

    /** A signal's default exit status would be 128 + its number; an orderly end is a success. */
    private static void leave(Balancer balancer, Duration drain, PrintStream out) {
        BalancerStats before = balancer.stats();
        out.println("musher-balancer: stops accepting, " + before.active() + " connection(s) may end within "
                + drain.toSeconds() + " s");
        try {
            balancer.shutdown(drain).get(drain.toSeconds() + GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            out.println("musher-balancer: gave up waiting: " + e);
        }
        out.println("musher-balancer: stopped, " + balancer.stats().cut() + " connection(s) cut");
        out.flush();
        Runtime.getRuntime().halt(0);
    }

    /** Run alone there is usually no logging backend beside it, and that is no error. */
    private static void quietWithoutLogger() {
        if (System.getProperty("slf4j.internal.verbosity") == null) {
            System.setProperty("slf4j.internal.verbosity", "ERROR");
        }
    }

    /** Says on stderr what an operator wants to know when there is no log. */
    private record Announcer(PrintStream err) implements BalancerListener {

        @Override
        public void ejected(Target target, String why) {
            err.println("musher-balancer: target " + target.id() + " is ejected: " + why);
        }

        @Override
        public void down(Target target, String why) {
            err.println("musher-balancer: target " + target.id() + " is down: " + why);
        }

        @Override
        public void restored(Target target) {
            err.println("musher-balancer: target " + target.id() + " is back");
        }

        @Override
        public void buffersSpent(String why) {
            err.println("musher-balancer: " + why + "; those stalled for longest are ended (said once in 10 s)");
        }

        @Override
        public void accepting(boolean paused) {
            err.println("musher-balancer: " + (paused ? "out of descriptors, stops accepting for now" : "accepts again"));
        }
    }
}
