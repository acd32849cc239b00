package io.musher.balancer.internal.cli;

import io.musher.balancer.Balancer;
import io.musher.balancer.Target;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;

/** Command line program: {@code java -jar musher-balancer.jar --listen 3000 --target 127.0.0.1:8000 …}. */
public final class BalancerMain {

    private BalancerMain() {}

    /**
     * Runs a balancer until SIGTERM or SIGINT.
     *
     * @param args the options, see {@code --help}
     */
    public static void main(String[] args) throws InterruptedException {
        quietWithoutLogger();
        int status = run(args, System.out, System.err);
        if (status >= 0) {
            System.exit(status);
        }
        new CountDownLatch(1).await();
    }

    /** {@return the exit status, or -1 if the balancer is running} */
    private static int run(String[] args, PrintStream out, PrintStream err) {
        Arguments arguments;
        Balancer balancer;
        RejectionLogger rejections = new RejectionLogger();
        try {
            arguments = Arguments.parse(args);
            if (arguments.help()) {
                out.print(Arguments.USAGE);
                return 0;
            }
            if (arguments.version()) {
                out.println("musher-balancer " + version());
                return 0;
            }
            balancer = arguments.builder().listener(rejections).start();
        } catch (IllegalArgumentException | IllegalStateException e) {
            err.println("musher-balancer: " + e.getMessage() + "; --help lists the options");
            return 2;
        } catch (UncheckedIOException e) {
            err.println("musher-" + e.getMessage());
            return 1;
        }
        new ProgramShutdown(balancer, rejections, arguments.drainTimeout(), out).install();
        InetSocketAddress at = balancer.address();
        out.println("musher-balancer: listens on port " + at.getPort() + ", targets "
                + String.join(" ", balancer.config().targets().stream().map(Target::id).toList()));
        return -1;
    }

    /** {@return the version from the jar's manifest or, on the module path, from the module descriptor} */
    private static String version() {
        String version = BalancerMain.class.getPackage().getImplementationVersion();
        ModuleDescriptor module = BalancerMain.class.getModule().getDescriptor();
        return version != null ? version
                : module != null ? module.rawVersion().orElse("of unknown version") : "of unknown version";
    }

    /** Silences slf4j's warning about a missing provider, because the standalone program usually has none. */
    private static void quietWithoutLogger() {
        if (System.getProperty("slf4j.internal.verbosity") == null) {
            System.setProperty("slf4j.internal.verbosity", "ERROR");
        }
    }
}
