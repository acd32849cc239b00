package io.musher.it;

import io.musher.Cluster;
import io.musher.ClusterBuilder;
import io.musher.Output;
import io.musher.RestartPolicy;
import io.musher.Scheduling;
import io.musher.StartupException;
import io.musher.StopPolicy;
import java.time.Duration;

/** A primary that accepts from the socket it was started with; its first argument says what else it does. */
final class InheritingPrimary {

    private InheritingPrimary() {}

    public static void main(String[] args) throws Exception {
        try {
            switch (args[0]) {
                case "RELAY" -> serve(builder().main(LoadTestWorker.class));
                case "RELAY-many" -> serve(builder().main(NioHttpServer.class).args("a".repeat(101)));
                case "RELAY-3" -> serve(builder().main(LoadTestWorker.class).balancer(options -> options.loops(3)));
                case "KERNEL" -> serve(builder().main(SharingWorker.class).args("selector", args[1])
                        .scheduling(Scheduling.KERNEL));
                case "AUTO" -> serve(builder().main(SharingWorker.class).args("selector", args[1])
                        .scheduling(Scheduling.AUTO));
                case "command" -> serve(commands(NonJavaServers.python()));
                case "command-KERNEL" -> serve(commands("sleep", "60").scheduling(Scheduling.KERNEL));
                case "broken" -> serve(commands("false").restartPolicy(RestartPolicy.never()));
                case "port" -> serve(builder().main(LoadTestWorker.class).commonPort(Integer.parseInt(args[1])));
                case "again" -> startAgain();
                case "two" -> startTwo();
                default -> throw new IllegalArgumentException(args[0]);
            }
        } catch (StartupException e) {
            System.out.println("refused: " + e.getMessage());
            System.exit(3);
        }
    }

    private static ClusterBuilder builder() {
        return commands().jvmArgs("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
                "-Dsun.net.httpserver.nodelay=true");
    }

    /** Two workers, of this command unless another program is set. */
    private static ClusterBuilder commands(String... words) {
        ClusterBuilder builder = Cluster.builder().name("shop").inheritListener().instances(2)
                .stopPolicy(StopPolicy.ofDefaults().withDrain(Duration.ofSeconds(10)))
                .output(Output.inherit()).signals(false).shutdownHook(false);
        return words.length == 0 ? builder : builder.command(words);
    }

    /** Prints to both outputs before and after, to which the end of the cluster must do nothing. */
    private static void serve(ClusterBuilder builder) {
        Cluster cluster = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            cluster.close();
            System.out.println("stopped, says standard output");
            System.err.println("stopped, says standard error");
        }));
        System.out.println("ready " + ProcessHandle.current().pid() + " on " + cluster.commonPort());
    }

    private static void startAgain() throws Exception {
        for (int i = 0; i < 3; i++) {
            try (Cluster cluster = builder().main(LoadTestWorker.class).start()) {
                new LoadClientOnce(cluster.commonPort());
                System.out.println("served");
            }
        }
        System.out.println("served all");
    }

    private static void startTwo() throws Exception {
        try (Cluster first = builder().main(LoadTestWorker.class).start()) {
            try {
                builder().name("other").main(LoadTestWorker.class).start().close();
            } catch (StartupException e) {
                System.out.println("refused: " + e.getMessage());
            }
            new LoadClientOnce(first.commonPort());
            System.out.println("served all");
        }
    }

    /** One request. */
    private record LoadClientOnce(int port) {
        LoadClientOnce {
            try (LoadClient client = new LoadClient(port, 30_000)) {
                client.run(LoadRequest.SMALL, true);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }
}
