package io.musher;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A primary with an agent that listens on a port of its own, as exporters of metrics do. */
class JavaAgentTest {

    private static final String CLASS_PATH = System.getProperty("surefire.test.class.path",
            System.getProperty("java.class.path"));

    @TempDir
    private Path folder;

    @Test
    void shouldStartWorkersWithoutTheAgent() throws Exception {
        String output = run("-javaagent:");
        assertTrue(output.contains("started"), output);
    }

    @Test
    void shouldSayWhatToDoAboutAnAgentWhosePortIsTaken() throws Exception {
        String output = run("-javaagent:/another");
        assertTrue(output.contains("failed it: worker 1") && output.contains("removeJvmArgs("), output);
    }

    private String run(String removed) throws Exception {
        Path jar = folder.resolve("agent.jar");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", Agent.class.getName());
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        List<String> words = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-javaagent:" + jar + "=" + port,
                "-cp", CLASS_PATH, Primary.class.getName(), removed));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        try {
            return new String(process.getInputStream().readAllBytes());
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** Listens on the port that is its argument. */
    public static final class Agent {
        private static ServerSocket listening;

        private Agent() {}

        public static void premain(String port) throws IOException {
            listening = new ServerSocket(Integer.parseInt(port), 1, InetAddress.getLoopbackAddress());
            System.out.println("agent on " + listening.getLocalPort());
        }
    }

    /** Starts a worker, with flags removed that begin with its argument. */
    static final class Primary {
        private Primary() {}

        public static void main(String[] args) {
            if (Cluster.isWorker()) {
                WorkerContext.current();
                return;
            }
            try (Cluster cluster = Cluster.builder().name("it").instances(1).removeJvmArgs(args)
                    .startTimeout(Duration.ofSeconds(60)).start()) {
                System.out.println("started " + cluster.workers());
            } catch (StartupException e) {
                System.out.println("failed " + e.getMessage());
            }
        }
    }
}
