package io.musher.it;

import static org.awaitility.Awaitility.await;

import io.musher.Cluster;
import io.musher.ClusterBuilder;
import io.musher.ClusterEvent;
import io.musher.Output;
import io.musher.ReloadPolicy;
import io.musher.RestartPolicy;
import io.musher.StopPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Clusters whose primary is the test itself. After a test they are stopped, and then nothing may be left of them: no
 * process, no orphan, no zombie, and in this JVM no socket, so no port. A failed test tells what they told.
 */
final class Clusters implements BeforeEachCallback, AfterEachCallback {

    /** One worker at a time, without an overlap, so that a rollout does not take its seconds. */
    static final ReloadPolicy AT_ONCE = ReloadPolicy.ofDefaults().withOverlap(Duration.ZERO);

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /** Workers start a little sooner with these. */
    private static final List<String> QUICK = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    private final ProcessFamily family = new ProcessFamily();
    private final List<Cluster> started = new CopyOnWriteArrayList<>();
    private final EventHistory history = new EventHistory();
    private Set<String> sockets = Set.of();

    /** Workers are {@link ScriptedWorker}; these are its arguments. */
    ClusterBuilder jvm(String... args) {
        return any().main(ScriptedWorker.class).args(args).jvmArgs(QUICK);
    }

    /** Workers are a command. */
    ClusterBuilder command(String... words) {
        return any().command(words);
    }

    /** Whatever has been ready counts as stable, so that it is replaced at once; its events and its output are kept. */
    ClusterBuilder any() {
        return Cluster.builder().name("it").env(family.mark()).keepAlive(false).output(Output.to(history::add))
                .restartPolicy(RestartPolicy.always().withStableAfter(Duration.ZERO)).reloadPolicy(AT_ONCE)
                .stopPolicy(StopPolicy.ofDefaults().withDrain(Duration.ofSeconds(3)).withKill(Duration.ofSeconds(3)))
                .on(ClusterEvent.class, history::add);
    }

    Cluster start(ClusterBuilder builder) {
        Cluster cluster = builder.start();
        started.add(cluster);
        return cluster;
    }

    /** What the environment must have, where a test says all of it. */
    Map<String, String> mark() {
        return family.mark();
    }

    EventHistory history() {
        return history;
    }

    /** Processes of this test's clusters, except the orphan reapers. */
    Set<ProcessHandle> alive() {
        return family.alive();
    }

    /** Waits until nothing is left; for the middle of a test. */
    void awaitNothingLeft() {
        await("an end of all processes").atMost(PATIENCE).untilAsserted(() -> {
            if (!family.alive().isEmpty() || !orphanReapers().isEmpty()) {
                throw new AssertionError(Stream.concat(family.alive().stream(), orphanReapers().stream())
                        .map(process -> process.pid() + " " + process.info().commandLine().orElse("?")).toList()
                        + " left");
            }
        });
        await("a reaping of all children").atMost(PATIENCE)
                .until(() -> LinuxProcess.zombies(ProcessHandle.current().pid()).isEmpty());
        await("a close of all sockets").atMost(PATIENCE).untilAsserted(() -> {
            Set<String> more = sockets();
            more.removeAll(sockets);
            if (!more.isEmpty()) {
                throw new AssertionError(more + " left");
            }
        });
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        SocketChannel.open().close(); // the JDK keeps one socket for itself from the first close on
        sockets = sockets();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        try {
            started.forEach(Cluster::close);
            awaitNothingLeft();
        } catch (RuntimeException | Error e) {
            family.alive().forEach(ProcessHandle::destroyForcibly);
            context.getExecutionException().ifPresent(e::addSuppressed);
            throw new AssertionError(e.getMessage() + "\n" + history, e);
        }
        context.getExecutionException()
                .ifPresent(failure -> failure.addSuppressed(new AssertionError("the events:\n" + history)));
    }

    private static List<ProcessHandle> orphanReapers() {
        return ProcessHandle.current().children()
                .filter(child -> child.isAlive()
                        && child.info().commandLine().orElse("").contains("musher-orphan-reaper"))
                .toList();
    }

    /** Those this JVM has. */
    private static Set<String> sockets() {
        Set<String> sockets = new TreeSet<>();
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            open.forEach(link -> {
                try {
                    String target = Files.readSymbolicLink(link).toString();
                    if (target.startsWith("socket:")) {
                        sockets.add(target);
                    }
                } catch (IOException e) {
                    // Closed meanwhile.
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sockets;
    }
}
