package io.musher;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.musher.internal.ipc.MessageFrame;
import io.musher.internal.message.JsonReader;
import java.io.File;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A host that loads a program with Musher, and unloads it: an application server, a plugin. */
class ClassLoaderTest {

    private static final String CLASS_PATH = System.getProperty("surefire.test.class.path",
            System.getProperty("java.class.path"));

    @Test
    void shouldLeaveNothingOfAClusterBehindInTheHost() throws Exception {
        ExecutorService host = Executors.newFixedThreadPool(2); // its threads outlive the program
        try {
            WeakReference<ClassLoader> loader = runIn(host);
            // the JDK keeps the class of the record it has last made such a method for
            Pinned own = new Pinned(Map.of());
            String others = own.equals(new Pinned(Map.of())) + " " + own.hashCode() + own;
            await("the class loader is collected").atMost(30, TimeUnit.SECONDS).until(() -> {
                System.gc();
                return loader.get() == null;
            });
            assertFalse(others.isEmpty());
        } finally {
            host.shutdown();
        }
    }

    private record Pinned(Map<String, String> content) {}

    private static WeakReference<ClassLoader> runIn(ExecutorService host) throws Exception {
        URL[] urls = Arrays.stream(CLASS_PATH.split(File.pathSeparator)).map(ClassLoaderTest::url).toArray(URL[]::new);
        URLClassLoader loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
        Class<?> program = loader.loadClass(Program.class.getName());
        try {
            host.submit(() -> program.getMethod("run").invoke(null)).get(60, TimeUnit.SECONDS);
            host.submit(() -> program.getMethod("serve").invoke(null)).get(60, TimeUnit.SECONDS);
            host.submit(() -> program.getMethod("write").invoke(null)).get(60, TimeUnit.SECONDS);
        } finally {
            loader.close();
        }
        return new WeakReference<>(loader);
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (java.net.MalformedURLException e) {
            throw new IllegalArgumentException(entry, e);
        }
    }

    /** What the host runs. */
    public static final class Program {

        private Program() {}

        record Content(String text, List<Long> numbers) {}

        /** A cluster from its start to its end, with completions that keep others waiting. */
        public static void run() throws Exception {
            try (Cluster cluster = Cluster.builder().name("hosted").command("sleep", "60").instances(1).keepAlive(false)
                    .stopPolicy(StopPolicy.ofDefaults().withKill(Duration.ofSeconds(1))).start()) {
                cluster.workers().get(0).send(Map.of("a", 1));
                CountDownLatch release = new CountDownLatch(1);
                CompletableFuture<Void> blocked = cluster.scale(2).thenRun(() -> {
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
                cluster.scale(2).get(20, TimeUnit.SECONDS);
                release.countDown();
                blocked.get(20, TimeUnit.SECONDS);
            }
        }

        /** A cluster with a common port, whose events wait for the balancer. */
        public static void serve() {
            try (Cluster cluster = Cluster.builder().name("hosted-port")
                    .command("sh", "-c", "exec python3 -m http.server --bind 127.0.0.1 $PORT")
                    .instances(2).commonPort(0).keepAlive(false)
                    .stopPolicy(StopPolicy.ofDefaults().withDrain(Duration.ZERO)).start()) {
                cluster.scale(1).join();
            }
        }

        /** Encodes on the calling thread. */
        public static void write() {
            ByteBuffer frame = MessageSender.shared(0, Map.of("a", new Content("message", List.of(1L))), 1000);
            byte[] json = new byte[frame.remaining() - MessageFrame.HEADROOM];
            frame.get(MessageFrame.HEADROOM, json);
            JsonReader reader = new JsonReader(json, 0, json.length);
            reader.as(Map.class);
            reader.value();
            new JsonReader("[\"x\"]".getBytes(StandardCharsets.UTF_8), 0, 5).asList(String.class);
        }
    }
}
