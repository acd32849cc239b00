package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.ClusterEvent;
import io.musher.Exit;
import io.musher.Readiness;
import io.musher.StartupException;
import io.musher.Worker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Workers that are no JVMs: anything that listens on {@code PORT}, or just runs. */
class CommandWorkersIT {

    @RegisterExtension
    final Clusters clusters = new Clusters();

    @Test
    void shouldServeWithPython() throws Exception {
        serve(NonJavaServers.python());
    }

    @Test
    void shouldServeWithNode() throws Exception {
        serve(NonJavaServers.node());
    }

    /** As {@code npm start} does: the server is a child of the worker. */
    @Test
    void shouldServeWithAServerBehindAShell() throws Exception {
        NonJavaServers.installed("python3");
        serve("sh", "-c", "\"$@\"; exit $?", "sh", "python3", "-c", NonJavaServers.python()[2]);
    }

    private void serve(String... words) throws Exception {
        Cluster cluster = clusters.start(clusters.command(words).instances(2).commonPort(0));
        assertEquals(Set.of("1", "2"), answers(cluster));
        Worker killed = cluster.workers().get(0);
        assertFalse(killed.isConnected(), "it has no channel");
        clusters.history().awaitKinds(killed, "Forked", "Online", "Listening", "Ready");

        killed.kill();
        Exit exit = killed.onExit().get(30, TimeUnit.SECONDS);
        assertEquals(List.of(Optional.of("SIGKILL"), false), List.of(exit.signal(), exit.voluntary()));
        clusters.history().awaitReady(0, 2);
        await("the new one to serve").atMost(Duration.ofSeconds(20))
                .until(() -> answers(cluster).equals(Set.of("2", "3")));

        Worker stopped = cluster.workers().get(1);
        exit = stopped.stop().get(30, TimeUnit.SECONDS);
        assertEquals(List.of(Optional.of("SIGTERM"), true, Exit.Cause.STOPPED),
                List.of(exit.signal(), exit.voluntary(), exit.cause()));
        clusters.history().awaitKinds(stopped, "Forked", "Online", "Listening", "Ready", "Disconnected", "Exited");
        cluster.close();
        clusters.awaitNothingLeft();
    }

    @Test
    void shouldBeReadyWithoutAServerOnItsPortWhenStartedIsEnough() throws Exception {
        Cluster cluster = clusters
                .start(clusters.command("sh", "-c", "echo \"port $PORT\"; exec sleep 300").instances(1)
                        .startPort(FreePorts.free()).readiness(Readiness.STARTED));
        clusters.history().awaitKinds(cluster.workers().get(0), "Forked", "Online", "Ready");
    }

    @Test
    void shouldTakeAWorkerThatSpeaksTheProtocolThroughAGoodStop() throws Exception {
        Path example = Path.of(System.getProperty("basedir", "."), "..", "examples", "python", "worker.py");
        Cluster cluster = clusters.start(
                clusters.command(NonJavaServers.installed("python3"), example.toString()).instances(2).commonPort(0));
        assertEquals("hello\n", StrictHttpClient.fetch(cluster.commonPort()));
        Worker worker = cluster.workers().get(0);
        assertTrue(worker.isConnected(), "it said hello");
        clusters.history().awaitKinds(worker, "Forked", "Online", "Listening", "Ready");
        Exit exit = worker.stop().get(30, TimeUnit.SECONDS);
        assertEquals(List.of(OptionalInt.of(0), true), List.of(exit.code(), exit.voluntary()));
    }

    @Test
    void shouldHandOverArgumentsAsTheyWereWritten() {
        StartupException failure = assertThrows(StartupException.class, () -> clusters.start(
                clusters.command("printf", "<%s>\\n").args("$HOME", "*", "a  b", "", "'\"\\", "ü", "%i/%w")
                        .instances(1)));
        assertEquals("<$HOME>\n<*>\n<a  b>\n<>\n<'\"\\>\n<ü>\n<0/1>", failure.lastOutput().strip());
        assertTrue(failure.getMessage().contains("exit code 0 (exited before it was ready)"), failure::getMessage);
    }

    @Test
    void shouldTakeACommandForReadyThatHasRunForAWhile() throws Exception {
        Cluster cluster = clusters
                .start(clusters.command("sh", "-c", "echo instance $MUSHER_INSTANCE; exec sleep 300").instances(2));
        assertEquals(2, cluster.stats().ready());
        Worker worker = cluster.workers().get(1);
        await("its output").atMost(Duration.ofSeconds(20))
                .until(() -> clusters.history().output().contains("instance 1"));
        worker.signal("HUP");
        assertEquals(Optional.of("SIGHUP"), worker.onExit().get(30, TimeUnit.SECONDS).signal());
        clusters.history().await(ClusterEvent.Restarting.class, worker);
    }

    private static Set<String> answers(Cluster cluster) throws IOException {
        Set<String> answers = new TreeSet<>();
        for (int i = 0; i < 8; i++) {
            answers.add(StrictHttpClient.fetch(cluster.commonPort()));
        }
        return answers;
    }
}
