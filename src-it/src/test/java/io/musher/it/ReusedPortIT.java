package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.musher.Cluster;
import io.musher.ClusterBuilder;
import io.musher.ClusterEvent;
import io.musher.Scheduling;
import io.musher.Worker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a primary says whose workers share the port by {@code SO_REUSEPORT}, on every Java. */
class ReusedPortIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Of each network namespace. */
    private static final Path OPTION = Path.of("/proc/sys/net/ipv4/tcp_migrate_req");
    private static final String IN_QUEUE = "because net.ipv4.tcp_migrate_req is off";
    private static final String NOT_READY = "(shop-1) called notReady(), but clients go on reaching it";

    /** Sets the kernel's option in a network of its own, switches the loopback interface on, becomes the command. */
    private static final String NETWORK = """
            import fcntl, os, socket, struct, sys
            siocsifflags, up = 0x8914, 1
            fcntl.ioctl(socket.socket(), siocsifflags, struct.pack('16sh14x', b'lo', up))
            with open(sys.argv[1], 'w') as option:
                option.write(sys.argv[2])
            os.execvp(sys.argv[3], sys.argv[3:])
            """;

    @RegisterExtension
    final Children children = new Children();

    private Child inNetworkOfItsOwn(String migrates, List<String> command) throws Exception {
        boolean root = Files.getOwner(Path.of("/proc/self")).getName().equals("root");
        List<String> words = new ArrayList<>(List.of(root ? "-n" : "-rn", NonJavaServers.installed("python3"), "-c",
                NETWORK, OPTION.toString(), migrates));
        words.addAll(command);
        return children.command(NonJavaServers.installed("unshare"), words.toArray(String[]::new));
    }

    private static List<String> primary() {
        int java = Runtime.version().feature();
        assumeTrue(java < 22 || java >= 24, "no flag keeps the workers from sharing a listener");
        List<String> words = new ArrayList<>(List.of(Child.java(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        if (java >= 24) {
            words.add("--illegal-native-access=deny");
        }
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), Primary.class.getName()));
        return words;
    }

    private static long count(Child primary, String text) {
        return primary.stderr().lines().filter(line -> line.contains(text)).count();
    }

    /** Where no network of its own can be had, twice with the kernel's option as it is. */
    @ParameterizedTest
    @ValueSource(strings = {"0", "1"})
    void shouldWarnOnceOfWhatTheKernelDoesNotKnowOfWorkers(String migrates) throws Exception {
        boolean isolated = inNetworkOfItsOwn(migrates, List.of("true")).exitCode(PATIENCE) == 0;
        List<String> words = primary();
        Child primary = isolated ? inNetworkOfItsOwn(migrates, words) : children.start(new ProcessBuilder(words));
        assertEquals(0, primary.exitCode(PATIENCE), primary::report);
        String option = isolated ? migrates : Files.readAllLines(OPTION).get(0);
        assertEquals(option.equals("1") ? 0 : 1, count(primary, IN_QUEUE), primary::report);
        assertEquals(1, count(primary, NOT_READY), primary::report);
    }

    /** Two clusters, of which one has a worker that is not ready twice. */
    static final class Primary {

        private Primary() {}

        public static void main(String[] args) throws Exception {
            Semaphore changes = new Semaphore(0);
            try (Cluster shop = cluster("shop").instances(1)
                    .on(ClusterEvent.NotReady.class, event -> changes.release())
                    .on(ClusterEvent.Ready.class, event -> changes.release()).start();
                    Cluster other = cluster("other").instances(0).start()) {
                Worker worker = shop.workers().get(0);
                await(changes);
                for (String message : List.of("pause", "resume", "pause")) {
                    worker.send(message);
                    await(changes);
                }
                System.out.println(shop.workers() + " " + other.workers());
            }
        }

        private static ClusterBuilder cluster(String name) throws Exception {
            int port = FreePorts.free();
            return Cluster.builder().name(name).main(SharingWorker.class).args("socket", Integer.toString(port))
                    .commonPort(port).scheduling(Scheduling.KERNEL);
        }

        private static void await(Semaphore change) throws InterruptedException {
            if (!change.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("no change of readiness");
            }
        }
    }
}
