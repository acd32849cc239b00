package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.musher.Scheduling;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Programs that bind the common port themselves, in workers that are the primary's own program once more. */
class CommonPortLaunchKindsIT {

    private static final Duration START = Duration.ofSeconds(50);
    private static final String LIBRARIES = BalancerProgram.path(Jars.core(), Jars.balancer(), Jars.slf4j());

    /** Workers listen on the port in the arguments, and know no other address. */
    private static final String SHOP = """
            package shop;

            import com.sun.net.httpserver.HttpServer;
            import io.musher.Cluster;
            import io.musher.Scheduling;
            import io.musher.WorkerContext;
            import java.net.InetSocketAddress;
            import java.util.stream.Collectors;

            public class Shop {
                public static void main(String[] args) throws Exception {
                    int port = Integer.parseInt(args[1]);
                    if (Cluster.isWorker()) {
                        String how = String.valueOf(System.getenv("MUSHER_BIND")).split(" ")[0];
                        byte[] answer = (WorkerContext.current().id() + " " + how + " "
                                + Shop.class.getModule().isNamed()).getBytes();
                        HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
                        server.createContext("/", exchange -> {
                            exchange.sendResponseHeaders(200, answer.length);
                            exchange.getResponseBody().write(answer);
                            exchange.close();
                        });
                        server.start();
                        WorkerContext.current().onStop(() -> server.stop(0));
                        return;
                    }
                    try (Cluster cluster = Cluster.builder().instances(2).commonPort(port)
                            .jvmArgs("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
                            .scheduling(Scheduling.valueOf(args[0])).start()) {
                        System.out.println("workers " + cluster.workers().stream()
                                .map(worker -> Integer.toString(worker.id())).collect(Collectors.joining(" ")));
                        System.in.read();
                    }
                }
            }
            """;

    @RegisterExtension
    final Children children = new Children();

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void shouldServeFromTheModulePath(Scheduling scheduling) throws Exception {
        Files.writeString(folder.resolve("module-info.java"),
                "module shop { requires io.musher; requires jdk.httpserver; }");
        SourceCompiler.compile(folder, "Shop", SHOP, "-p", LIBRARIES);
        serve(scheduling, "-p", LIBRARIES + ":" + folder.resolve("out"), "-m", "shop/shop.Shop");
    }

    @ParameterizedTest
    @EnumSource
    void shouldServeFromTheClassPath(Scheduling scheduling) throws Exception {
        SourceCompiler.compile(folder, "Shop", SHOP, "-cp", LIBRARIES);
        serve(scheduling, "-cp", LIBRARIES + ":" + folder.resolve("out"), "shop.Shop");
    }

    @ParameterizedTest
    @EnumSource
    void shouldServeFromAJarWithJarsInIt(Scheduling scheduling) throws Exception {
        SourceCompiler.compile(folder, "Shop", SHOP, "-cp", LIBRARIES);
        Path fat = NestedJars.pack(folder.resolve("fat.jar"), "shop.Shop", folder.resolve("out"), Jars.core(),
                Jars.balancer(), Jars.slf4j());
        serve(scheduling, "-jar", fat.toString());
    }

    private void serve(Scheduling scheduling, String... program) throws Exception {
        int port = FreePorts.free();
        List<String> words = new ArrayList<>();
        words.addAll(Arrays.asList(program));
        words.addAll(List.of(scheduling.name(), Integer.toString(port)));
        Child primary = children.command(Child.java(), words.toArray(String[]::new));
        String how = scheduling == Scheduling.RELAY ? "REDIRECT"
                : Runtime.version().feature() < 22 ? "REUSE_PORT" : "SHARED_LISTENER";
        boolean isModule = List.of(program).contains("-m");
        Set<String> workers = Stream.of(primary.awaitLine("workers (.*)", START).group(1).split(" "))
                .map(id -> id + " " + how + " " + isModule).collect(Collectors.toSet());
        Set<String> answers = new TreeSet<>();
        Awaitility.await("answers of " + workers).atMost(START).pollInterval(Duration.ofMillis(1)).until(() -> {
            answers.add(StrictHttpClient.fetch(port));
            return answers.containsAll(workers);
        });
        try (OutputStream stdin = primary.stdin()) {
            stdin.write('\n');
        }
        assertEquals(0, primary.exitCode(START), primary::report);
    }
}
