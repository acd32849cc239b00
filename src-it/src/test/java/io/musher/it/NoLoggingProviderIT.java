package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.ClusterEvent;
import io.musher.Launch;
import io.musher.Output;
import io.musher.Readiness;
import io.musher.RestartPolicy;
import io.musher.Rollout;
import io.musher.Worker;
import io.musher.WorkerContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is on standard error of a primary without a log: what its operator must know, once, and nothing else. */
class NoLoggingProviderIT {

    @RegisterExtension
    final Children children = new Children();

    private Child primary(String... arguments) throws Exception {
        String classes = Path.of(NoLoggingProviderIT.class.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
        ProcessBuilder builder = new ProcessBuilder(Child.java(), "-cp",
                BalancerProgram.path(Jars.core(), Jars.balancer(), Jars.slf4j(), Path.of(classes)),
                Primary.class.getName());
        builder.command().addAll(List.of(arguments));
        return children.start(builder);
    }

    private static long count(Child primary, String text) {
        return primary.stderr().lines().filter(line -> line.contains(text)).count();
    }

    private static void isQuietOtherwise(Child primary, long lines) {
        assertEquals(3, count(primary, "SLF4J(W)"), () -> "of the primary, and of no worker: " + primary.report());
        assertEquals(lines, primary.stderr().lines().filter(line -> line.startsWith("musher-")).count(),
                primary::report);
    }

    @Test
    void shouldTellOfACrashWithItsLastOutput() throws Exception {
        Child primary = primary("crash");
        primary.awaitLine("replaced");
        primary.signal("TERM");
        assertEquals(143, primary.exitCode(Child.PATIENCE), primary::report);
        assertEquals(1,
                count(primary,
                        "musher-cluster: worker 1 (cluster-1) exited: exit code 42 (crashed). Its last output:"),
                primary::report);
        assertEquals(1, count(primary, "  | last words"), primary::report);
        isQuietOtherwise(primary, 1);
    }

    @Test
    void shouldNotRepeatWhatHasJustAppeared() throws Exception {
        Child primary = primary("crash", "inherit");
        primary.awaitLine("replaced");
        primary.signal("TERM");
        assertEquals(143, primary.exitCode(Child.PATIENCE), primary::report);
        assertEquals(1, count(primary, "last words"), primary::report);
        isQuietOtherwise(primary, 1);
    }

    @Test
    void shouldTellThatAllIsGivenUpAndOfAFailedRollout() throws Exception {
        Child primary = primary("hopeless");
        assertEquals(1, primary.exitCode(Duration.ofSeconds(60)), primary::report);
        assertEquals(1, count(primary, "the rollout has failed"), primary::report);
        assertEquals(1, count(primary, "cluster-1 is given up"), primary::report);
        assertEquals(1, count(primary, "no worker is left"), primary::report);
        assertFalse(primary.stderr().contains("\tat "), primary::report);
    }

    @Test
    void shouldTellWhyTheStartFailed() throws Exception {
        Child primary = primary("start");
        assertEquals(1, primary.exitCode(Duration.ofSeconds(60)), primary::report);
        assertEquals(1, count(primary,
                "StartupException: cluster: worker 1 (cluster-1): exit code 7 (never became ready). Its last output:"),
                primary::report);
        assertEquals(1, count(primary, "last words"), primary::report);
        assertEquals(0, count(primary, "Caused by"), primary::report);
        assertTrue(count(primary, "\tat ") <= 4, primary::report);
        isQuietOtherwise(primary, 0);
    }

    @Test
    void shouldTellOfAWorkerThatListensElsewhere() throws Exception {
        int port = FreePorts.free();
        Child primary = primary("elsewhere", Integer.toString(port));
        String line = primary.awaitLine("^musher-cluster: worker 1 \\(cluster-1\\) does not listen on its port.*$",
                Duration.ofSeconds(60)).group();
        assertTrue(line.matches(".* its port [0-9]+ after 20 s: nothing accepts on .*; process [0-9]+ listens on .*:"
                + port + "; it is to listen on .*; it is waited for up to startTimeout \\(1 m\\)"), line);
        primary.signal("TERM");
        assertEquals(143, primary.exitCode(Child.PATIENCE), primary::report);
        isQuietOtherwise(primary, 1);
    }

    @Test
    void shouldExplainTheTraceOfAWorkerThatFindsTheCommonPortTaken() throws Exception {
        Child primary = primary("insisting", Integer.toString(FreePorts.free()));
        primary.awaitLine("^ready$");
        primary.signal("TERM");
        assertEquals(143, primary.exitCode(Child.PATIENCE), primary::report);
        assertEquals(1, count(primary, "java.net.BindException: Address already in use"), primary::report);
        assertEquals(1, count(primary, "musher-cluster: a worker found a port taken, which may be the common port"),
                primary::report);
        isQuietOtherwise(primary, 1);
    }

    /** Its worker says something and exits, at once or when it is told to. */
    static final class Talking {
        private Talking() {}

        public static void main(String[] args) throws Exception {
            if (args[0].equals("exit")) {
                System.err.println("last words");
                System.exit(7);
            }
            WorkerContext me = WorkerContext.current();
            me.onMessage(message -> {
                System.err.println("last words");
                Runtime.getRuntime().halt(42);
            });
            me.ready();
        }
    }

    /** Does what its first argument says. */
    static final class Primary {
        private Primary() {}

        public static void main(String[] args) throws Exception {
            switch (args[0]) {
                case "elsewhere" -> serve(FreePorts.free(), "socket", args[1]);
                case "insisting" -> serve(Integer.parseInt(args[1]), "http", args[1]);
                default -> talk(args);
            }
        }

        private static void serve(int commonPort, String... arguments) throws Exception {
            Cluster.builder().instances(1).commonPort(commonPort).main(UnmodifiedServer.class).args(arguments).start();
            System.out.println("ready");
        }

        private static void talk(String[] args) throws Exception {
            Output output = args.length > 1 ? Output.inherit() : Output.discard();
            RestartPolicy soon = RestartPolicy.always().withDelays(Duration.ofMillis(1), Duration.ofMillis(1))
                    .withGiveUp(1, Duration.ofSeconds(60))
                    .withStableAfter(args[0].equals("hopeless") ? Duration.ofHours(1) : Duration.ZERO);
            Cluster cluster = Cluster.builder().instances(1).output(output).main(Talking.class)
                    .args(args[0].equals("start") ? "exit" : "talk")
                    .restartPolicy(soon).readiness(Readiness.EXPLICIT).start();
            if (args[0].equals("hopeless")) {
                Rollout rollout = cluster.deploy(Launch.main(Talking.class).args("exit")).get(60, TimeUnit.SECONDS);
                if (rollout.succeeded()) {
                    throw new IllegalStateException("it succeeded");
                }
                cluster.scale(1).get(60, TimeUnit.SECONDS);
            }
            Worker first = cluster.workers().get(0);
            cluster.on(ClusterEvent.Ready.class, ready -> System.out.println("replaced"));
            first.send("end");
        }
    }
}
