package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.ClusterBuilder;
import io.musher.ClusterEvent;
import io.musher.Launch;
import io.musher.Rollout;
import io.musher.Scheduling;
import io.musher.StartupException;
import io.musher.Worker;
import io.musher.balancer.Strategy;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Worker JVMs that listen on the common port themselves, each with a socket of its own. */
class KernelSchedulingIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int ENOUGH = 20;
    /** Whether the workers get the listener of the primary, not sockets of their own. */
    private static final boolean SHARES_LISTENER = Runtime.version().feature() >= 22;

    private static final String SHOP = """
            import java.net.ServerSocket;
            import java.net.Socket;

            public class Shop {
                public static void agentmain(String arguments) {}

                public static void main(String[] args) throws Exception {
                    try (ServerSocket server = new ServerSocket(Integer.parseInt(args[0]))) {
                        while (true) {
                            try (Socket client = server.accept()) {
                                client.getInputStream().read(new byte[4096]);
                                String body = ProcessHandle.current().pid() + " " + client.getPort();
                                client.getOutputStream().write(("HTTP/1.1 200 OK\\r\\nContent-Length: " + body.length()
                                        + "\\r\\n\\r\\n" + body).getBytes());
                            }
                        }
                    }
                }
            }
            """;

    @RegisterExtension
    final Clusters clusters = new Clusters();

    @TempDir
    Path folder;

    private ClusterBuilder kernel(int port) {
        return clusters.any().jvmArgs("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC").instances(2).commonPort(port)
                .scheduling(Scheduling.KERNEL);
    }

    private ClusterBuilder unmodified(int port, String kind, String... more) {
        List<String> args = new ArrayList<>(List.of(kind, Integer.toString(port)));
        args.addAll(List.of(more));
        return kernel(port).main(UnmodifiedServer.class).args(args);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "socket", "channel"})
    void shouldShareThePortAmongUnmodifiedServers(String kind) throws Exception {
        int port = FreePorts.free();
        Cluster cluster = clusters.start(unmodified(port, kind));
        assertEquals(port, cluster.commonPort());
        assertTrue(cluster.workers().stream().allMatch(worker -> worker.port().getAsInt() == port));
        assertTrue(cluster.stats().balancer().isEmpty());
        CommonPortClient.awaitAllServe(cluster);
        Worker killed = cluster.workers().get(0);
        killed.kill();
        clusters.history().await(ClusterEvent.Exited.class, killed);
        for (int i = 0; i < ENOUGH; i++) {
            assertTrue(CommonPortClient.answeringProcess(port) != killed.pid().getAsLong());
        }
        clusters.history().awaitReady(0, killed.id());
        CommonPortClient.awaitAllServe(cluster);
        cluster.scale(1).join();
        CommonPortClient.awaitAllServe(cluster);
    }

    @Test
    void shouldShareThePortAmongTheWorkersOfAJarThatKnowsNothingOfMusher() throws Exception {
        int port = FreePorts.free();
        SourceCompiler.compile(folder, "Shop", SHOP);
        Path jar = NestedJars.pack(folder.resolve("shop.jar"), "Shop", folder.resolve("out"));
        CommonPortClient.awaitAllServe(clusters.start(kernel(port).jar(jar).args(Integer.toString(port))));
    }

    @Test
    void shouldInstallTheHookByAnAgentWhereTheMainClassCannotBeWrapped() throws Exception {
        int port = FreePorts.free();
        SourceCompiler.compile(folder, "Shop", SHOP);
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, "Shop");
        manifest.getMainAttributes().putValue("Launcher-Agent-Class", "Shop");
        Path jar = folder.resolve("shop.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            out.putNextEntry(new JarEntry("Shop.class"));
            out.write(Files.readAllBytes(folder.resolve("out").resolve("Shop.class")));
        }
        CommonPortClient.awaitAllServe(clusters.start(kernel(port).jar(jar).args(Integer.toString(port))));
    }

    @Test
    void shouldGiveWorkersThatAskTheCommonPort() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm().instances(2).commonPort(0).scheduling(Scheduling.KERNEL));
        Set<String> answers = new TreeSet<>();
        Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(1)).until(() -> {
            answers.add(StrictHttpClient.fetch(cluster.commonPort()));
            return answers.equals(Set.of("1", "2"));
        });
    }

    @Test
    void shouldReportWhereWorkersListenBeforeTheyAreReady() throws Exception {
        int port = FreePorts.free();
        Cluster cluster = clusters.start(unmodified(port, "http"));
        for (Worker worker : cluster.workers()) {
            clusters.history().awaitKinds(worker, "Forked", "Online", "Listening", "Ready");
            ClusterEvent.Listening listening = clusters.history().await(ClusterEvent.Listening.class, worker);
            assertEquals(port, listening.port());
            assertTrue(listening.address().getAddress().isAnyLocalAddress(), listening::toString);
        }
    }

    private static void assertServesOn127001Only(Cluster cluster) throws IOException {
        CommonPortClient.awaitAllServe(cluster);
        InetSocketAddress other = new InetSocketAddress("127.0.0.2", cluster.commonPort());
        assertThrows(ConnectException.class, () -> new Socket(other.getAddress(), other.getPort()).close());
    }

    @ParameterizedTest
    @ValueSource(strings = {"KERNEL", "AUTO"})
    void shouldListenWhereTheApplicationBinds(String scheduling) throws Exception {
        int port = FreePorts.free();
        Cluster cluster = clusters
                .start(unmodified(port, "http", "127.0.0.1").scheduling(Scheduling.valueOf(scheduling)));
        assertTrue(cluster.stats().balancer().isEmpty());
        assertServesOn127001Only(cluster);
        assertEquals(new InetSocketAddress("127.0.0.1", port),
                clusters.history().await(ClusterEvent.Listening.class, cluster.workers().get(1)).address());
        Worker killed = cluster.workers().get(0);
        killed.kill();
        clusters.history().awaitReady(0, killed.id());
        assertServesOn127001Only(cluster);
        if (SHARES_LISTENER) {
            Rollout everywhere = cluster
                    .deploy(Launch.main(UnmodifiedServer.class).args("http", Integer.toString(port))).join();
            assertTrue(everywhere.lastOutput().contains("is on 127.0.0.1, where an application"),
                    everywhere::toString);
            assertServesOn127001Only(cluster);
        }
    }

    @Test
    void shouldNotMoveWhileApplicationsListenOnAllAddresses() throws Exception {
        int port = FreePorts.free();
        Cluster cluster = clusters.start(unmodified(port, "http"));
        Rollout local = cluster
                .deploy(Launch.main(UnmodifiedServer.class).args("http", Integer.toString(port), "127.0.0.1")).join();
        assertEquals(!SHARES_LISTENER, local.succeeded(), local::toString);
        if (SHARES_LISTENER) {
            assertTrue(local.lastOutput().contains("set host(\"127.0.0.1\")"), local::toString);
        }
        CommonPortClient.awaitAllServe(cluster);
    }

    @Test
    void shouldSayWhereTheApplicationCannotBind() {
        StartupException failure = assertThrows(StartupException.class,
                () -> clusters.start(unmodified(FreePorts.free(), "http", "192.0.2.1").instances(1)));
        assertTrue(failure.lastOutput().contains(SHARES_LISTENER
                ? "the primary cannot listen on 192.0.2.1 for this application: Cannot assign requested address"
                : "Cannot assign requested address"), failure::lastOutput);
    }

    @Test
    void shouldNotListenOnMoreAddressesThanTheHostOfTheCluster() throws Exception {
        Cluster cluster = clusters.start(unmodified(FreePorts.free(), "http").host("127.0.0.1"));
        assertServesOn127001Only(cluster);
        Worker killed = cluster.workers().get(0);
        killed.kill();
        clusters.history().awaitReady(killed.instance(), killed.id());
        assertServesOn127001Only(cluster);
        assertEquals(1, cluster.stats().restarts());
    }

    @Test
    void shouldServeOnTheHostOfTheClusterWhereTheApplicationBindsIt() throws Exception {
        Cluster cluster = clusters.start(unmodified(FreePorts.free(), "http", "127.0.0.1").host("127.0.0.1"));
        assertServesOn127001Only(cluster);
        assertEquals(new InetSocketAddress("127.0.0.1", cluster.commonPort()),
                clusters.history().await(ClusterEvent.Listening.class, cluster.workers().get(0)).address());
    }

    @Test
    void shouldRefuseAnotherAddressThanTheHostOfTheCluster() throws Exception {
        StartupException failure = assertThrows(StartupException.class,
                () -> clusters.start(unmodified(FreePorts.free(), "http", "127.0.0.2").host("127.0.0.1")));
        assertTrue(failure.lastOutput().contains("set host(\"127.0.0.2\")"), failure::lastOutput);
    }

    @Test
    void shouldReportWhereRelayedWorkersListenToo() throws Exception {
        Cluster relayed = clusters.start(clusters.jvm().instances(1).commonPort(0));
        Worker worker = relayed.workers().get(0);
        clusters.history().awaitKinds(worker, "Forked", "Online", "Listening", "Ready");
        assertEquals(new InetSocketAddress("127.0.0.1", worker.port().getAsInt()),
                clusters.history().await(ClusterEvent.Listening.class, worker).address());
    }

    @Test
    void shouldReplaceAllWorkersInAReload() throws Exception {
        int port = FreePorts.free();
        Cluster cluster = clusters.start(unmodified(port, "http"));
        List<Worker> before = cluster.workers();
        assertTrue(cluster.reload().join().succeeded());
        for (Worker old : before) {
            clusters.history().await(ClusterEvent.Exited.class, old);
        }
        assertTrue(cluster.workers().stream().noneMatch(before::contains));
        CommonPortClient.awaitAllServe(cluster);
    }

    @Test
    void shouldRefuseASecondBindInOneWorker() throws Exception {
        StartupException failure = assertThrows(StartupException.class,
                () -> clusters.start(unmodified(FreePorts.free(), "twice")));
        assertTrue(failure.lastOutput().contains("BindException: Address already in use"), failure::lastOutput);
        assertFalse(failure.getMessage().contains("native transport"), failure::getMessage);
    }

    @Test
    void shouldNotShareOtherPorts() throws Exception {
        StartupException failure = assertThrows(StartupException.class, () -> clusters
                .start(unmodified(FreePorts.free(), "besides", Integer.toString(FreePorts.free()))));
        assertTrue(failure.lastOutput().contains("BindException: Address already in use"), failure::lastOutput);
    }

    @Test
    void shouldHoldThePortWithoutWorkers() throws Exception {
        int port = FreePorts.free();
        Cluster cluster = clusters.start(unmodified(port, "http").instances(0));
        for (InetAddress address : new InetAddress[]{null, InetAddress.getLoopbackAddress()}) {
            try (ServerSocket stranger = new ServerSocket()) {
                stranger.setReuseAddress(true);
                assertThrows(BindException.class, () -> stranger.bind(new InetSocketAddress(address, port)));
            }
        }
        cluster.scale(1).join();
        CommonPortClient.awaitAllServe(cluster);
        cluster.close();
        clusters.start(unmodified(port, "http").instances(1)); // the connections that linger do not count
    }

    /** Commands have sockets of their own on every Java, worker JVMs the primary's on newer ones. */
    @ParameterizedTest
    @CsvSource({"jvm, jvm, ''", "jvm, command, ''", "jvm, command, 127.0.0.1", "command, jvm, ''",
            "command, jvm, 127.0.0.1", "command, command, ''"})
    void shouldRefuseASecondClusterOnThePort(String first, String second, String host) throws Exception {
        int port = FreePorts.free();
        clusters.start(idle(first, port));
        ClusterBuilder other = host.isEmpty() ? idle(second, port) : idle(second, port).host(host);
        StartupException failure = assertThrows(StartupException.class, () -> clusters.start(other.name("other")));
        assertTrue(failure.getMessage().contains((host.isEmpty() ? "port " : host + ":") + port)
                && failure.getMessage().contains("another program or cluster has it"), failure::getMessage);
    }

    private ClusterBuilder idle(String kind, int port) {
        return kind.equals("jvm") ? unmodified(port, "http").instances(0)
                : clusters.command("true").instances(0).commonPort(port).scheduling(Scheduling.KERNEL);
    }

    @Test
    void shouldChooseTheKernelByItselfUnlessAnOptionNeedsTheBalancer() throws Exception {
        int port = FreePorts.free();
        Cluster direct = clusters.start(unmodified(port, "http").scheduling(Scheduling.AUTO));
        CommonPortClient.awaitAllServe(direct);
        assertTrue(direct.stats().balancer().isEmpty());
        Cluster relayed = clusters.start(clusters.jvm().name("relayed").instances(1).commonPort(0)
                .scheduling(Scheduling.AUTO).strategy(Strategy.ipHash()));
        assertTrue(relayed.stats().balancer().isPresent());
    }
}
