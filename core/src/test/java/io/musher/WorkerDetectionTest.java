package io.musher;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Programs that find the marks of a worker, and are none, or are one twice. */
class WorkerDetectionTest {

    private static final String CLASS_PATH = System.getProperty("surefire.test.class.path",
            System.getProperty("java.class.path"));
    private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();

    @Test
    void shouldLiveOnWithASecondCopyOfMusher() throws Exception {
        StringBuffer output = new StringBuffer();
        try (Cluster cluster = Cluster.builder().name("copies").instances(1).keepAlive(false)
                .output(Output.to(line -> output.append(line.text()).append('\n')))
                .main(TwoCopies.class).start()) {
            Worker worker = cluster.workers().get(0);
            assertEquals("still here", worker.request("are you?", Duration.ofSeconds(20)).join().text());
            await("its words").untilAsserted(() -> assertTrue(output.toString().contains("second copy: true, ")
                    && output.toString().contains("keep Musher in one place"), output.toString()));
            assertEquals(List.of(worker), cluster.workers());
        }
    }

    @Test
    void shouldNotTakeAProgramThatStartsAClusterForTheWorker() throws Exception {
        try (ServerSocketChannel primary = ServerSocketChannel.open()
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            primary.configureBlocking(false);
            String ipc = "127.0.0.1:" + ((InetSocketAddress) primary.getLocalAddress()).getPort();
            Map<String, String> marks = Map.of("MUSHER_WORKER_ID", "7", "MUSHER_INSTANCE", "0", "MUSHER_NAME",
                    "outer-1", "MUSHER_KIND", "command",
                    "MUSHER_IPC", ipc, "MUSHER_TOKEN", "0123456789abcdef0123456789abcdef");
            String output = run(marks, JAVA, "-cp", CLASS_PATH, Inner.class.getName());
            assertTrue(output.contains("refused start() below a command worker") && output.contains("outer-1")
                    && output.contains("env -u MUSHER_IPC"), output);
            assertNull(primary.accept(), "a program that starts a cluster does not join another");
            assertTrue(run(marks, "env", "-u", "MUSHER_IPC", JAVA, "-cp", CLASS_PATH, Inner.class.getName())
                    .contains("started"));
        }
    }

    private static String run(Map<String, String> environment, String... words) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            return new String(process.getInputStream().readAllBytes());
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** Starts a cluster without asking whether it is a worker. */
    static final class Inner {
        private Inner() {}

        public static void main(String[] args) {
            try (Cluster cluster = Cluster.builder().name("inner").instances(1).command("sleep", "100").start()) {
                System.out.println("started " + cluster);
            } catch (IllegalStateException e) {
                System.out.println("refused " + e.getMessage());
            }
        }
    }

    /** A worker with Musher on its class path and in a class loader besides. */
    static final class TwoCopies {
        private TwoCopies() {}

        public static void main(String[] args) throws Exception {
            WorkerContext me = WorkerContext.current();
            me.onMessage(message -> message.reply("still here"));
            List<URL> urls = new ArrayList<>();
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                urls.add(new File(entry).toURI().toURL());
            }
            URLClassLoader webapp = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
            Object worker = webapp.loadClass("io.musher.Cluster").getMethod("isWorker").invoke(null);
            try {
                webapp.loadClass("io.musher.WorkerContext").getMethod("current").invoke(null);
            } catch (InvocationTargetException e) {
                System.out.println("second copy: " + worker + ", " + e.getCause());
            }
        }
    }
}
