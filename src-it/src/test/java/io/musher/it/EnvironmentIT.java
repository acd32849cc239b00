package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.Launch;
import io.musher.Worker;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What workers find in their environment, and what nobody finds anywhere else. */
class EnvironmentIT {

    @RegisterExtension
    final Clusters clusters = new Clusters();

    @RegisterExtension
    final Children children = new Children();

    @Test
    void shouldTellAWorkerWhoItIs() throws Exception {
        int port = FreePorts.free();
        Cluster cluster = clusters
                .start(clusters.any().instances(2).startPort(port).launch(Launch.main(ScriptedWorker.class)
                        .env(Map.of("WHO", "instance %i, worker %w", "NODE_APP_INSTANCE", "mine"))));
        Worker second = cluster.workers().get(1);
        Map<String, String> environment = environment(second);
        Map<String, String> wanted = new TreeMap<>(
                Map.of("MUSHER_WORKER_ID", "2", "MUSHER_INSTANCE", "1", "MUSHER_NAME", "it-2",
                        "PUP_CLUSTER_INSTANCE", "1", "WHO", "instance 1, worker 2", "NODE_APP_INSTANCE", "mine"));
        for (String name : new String[]{"MUSHER_PORT", "PORT", "SERVER_PORT", "PUP_CLUSTER_PORT"}) {
            wanted.put(name, Integer.toString(port + 1));
        }
        wanted.put("MUSHER_HOST", "127.0.0.1");
        for (Map.Entry<String, String> each : wanted.entrySet()) {
            assertEquals(each.getValue(), environment.get(each.getKey()), each::getKey);
        }
        assertTrue(environment.get("MUSHER_IPC").matches("127\\.0\\.0\\.1:\\d+"), environment.get("MUSHER_IPC"));
        assertTrue(environment.get("MUSHER_TOKEN").matches("[0-9a-f]{32}"), "the token");
        assertFalse(environment(cluster.workers().get(0)).get("MUSHER_TOKEN").equals(environment.get("MUSHER_TOKEN")),
                "a token each");
    }

    @Test
    void shouldPutALaunchOverTheBuilderAndAForkOverBoth() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Cluster cluster = clusters.start(clusters.any().instances(1).commonPort(0).main(ScriptedWorker.class)
                .jvmArgs("-DA=builder", "-DB=builder").args("serve")
                .env(() -> {
                    Map<String, String> variables = new HashMap<>(clusters.mark());
                    variables.putAll(Map.of("A", "builder " + asked.incrementAndGet(), "B", "builder", "C", "builder",
                            "HOME", "/builder"));
                    return variables;
                }));
        assertEquals("builder 1 builder builder /builder", values(cluster.workers().get(0), "A", "B", "C", "HOME"));
        Launch launch = Launch.main(ScriptedWorker.class).env(Map.of("B", "launch", "C", "launch"))
                .jvmArgs("-DB=launch");
        assertTrue(cluster.deploy(launch).join().succeeded());
        Worker deployed = cluster.workers().get(0);
        assertEquals("builder 2 launch launch /builder", values(deployed, "A", "B", "C", "HOME"));
        assertEquals("builder launch", fetched(deployed, "/property?A") + " " + fetched(deployed, "/property?B"));
        assertEquals("serve", fetched(deployed, "/mode"), "the builder's arguments");
        Worker forked = cluster.fork(Map.of("C", "fork")).join();
        assertEquals("builder 2 launch fork /builder", values(forked, "A", "B", "C", "HOME"));
        assertTrue(cluster.reload().join().succeeded());
        assertEquals("builder 3 launch fork /builder", values(cluster.workers().get(1), "A", "B", "C", "HOME"));
        assertTrue(cluster.deploy(launch.args("stay")).join().succeeded());
        assertEquals("stay", fetched(cluster.workers().get(0), "/mode"), "the launch's arguments");
    }

    private static String values(Worker worker, String... names) throws Exception {
        Map<String, String> environment = environment(worker);
        return Stream.of(names).map(environment::get).collect(Collectors.joining(" "));
    }

    private static String fetched(Worker worker, String path) throws Exception {
        return StrictHttpClient.fetch(worker.port().orElseThrow(), path);
    }

    @Test
    void shouldRefuseVariablesOfAForkAtTheCall() throws Exception {
        Cluster cluster = clusters.start(clusters.any().instances(0).main(ScriptedWorker.class));
        assertThrows(IllegalArgumentException.class, () -> cluster.fork(Map.of("A=B", "c")));
        assertEquals(0, cluster.workers().size());
    }

    @Test
    void shouldTellNoPortWhereThereIsNone() throws Exception {
        Cluster cluster = clusters.start(clusters.jvm("idle").instances(1));
        LinuxProcess worker = new LinuxProcess(cluster.workers().get(0).pid().orElseThrow());
        for (String name : new String[]{"MUSHER_PORT", "PORT", "SERVER_PORT", "PUP_CLUSTER_PORT"}) {
            assertEquals(System.getenv(name), worker.variable(name).orElse(null), name);
        }
        assertEquals("0", worker.variable("NODE_APP_INSTANCE").orElseThrow());
    }

    @Test
    void shouldShowTheTokenNowhere() throws Exception {
        Child primary = children
                .start(new ProcessBuilder(Child.java(), "-Dorg.slf4j.simpleLogger.defaultLogLevel=trace", "-cp",
                        System.getProperty("java.class.path"), SelfForkingProgram.class.getName(), "2"));
        primary.awaitLine("serves on (\\d+)", Duration.ofSeconds(60));
        StringBuilder shown = new StringBuilder(new LinuxProcess(primary.pid()).commandLine());
        String[] tokens = new String[2];
        for (int id = 1; id <= 2; id++) {
            LinuxProcess worker = new LinuxProcess(
                    Long.parseLong(primary.awaitLine("worker " + id + " pid (\\d+)").group(1)));
            tokens[id - 1] = worker.variable("MUSHER_TOKEN").orElseThrow();
            shown.append('\n').append(worker.commandLine());
        }
        primary.signal("TERM");
        primary.exitCode(Duration.ofSeconds(30));
        shown.append('\n').append(primary.stdout()).append('\n').append(primary.stderr());
        assertTrue(shown.toString().contains("TRACE") || shown.toString().contains("DEBUG"),
                "all there is to log is logged");
        for (String token : tokens) {
            assertFalse(shown.toString().contains(token), shown::toString);
        }
    }

    private static Map<String, String> environment(Worker worker) throws Exception {
        Map<String, String> environment = new TreeMap<>();
        StrictHttpClient.fetch(worker.port().orElseThrow(), "/env").lines().forEach(line -> {
            String[] pair = line.split("=", 2);
            environment.put(pair[0], pair.length == 2 ? pair[1] : "");
        });
        return environment;
    }
}
