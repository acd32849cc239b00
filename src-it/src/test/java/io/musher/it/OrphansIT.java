package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.musher.Cluster;
import io.musher.ClusterEvent;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whatever ends a primary, nobody outlives it: not workers, not what they have started, not what watches them. */
class OrphansIT {

    /** One child in its group, one in a session of its own, as a daemon. */
    private static final String FAMILY = "sleep 300 & setsid sleep 300 & exec sleep 300";
    /** Neither it nor its child ends on SIGTERM. */
    private static final String DEAF = "trap '' TERM; sleep 300 & while :; do sleep 300; done";

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @RegisterExtension
    final Children children = new Children();

    @Test
    void shouldEndCommandsAndTheirChildrenWhenThePrimaryIsKilled() throws Exception {
        shouldEndWithThePrimary(3, FAMILY);
    }

    @Test
    void shouldEndDeafCommandsWhenThePrimaryIsKilled() throws Exception {
        shouldEndWithThePrimary(3, DEAF);
    }

    private void shouldEndWithThePrimary(int each, String script) throws Exception {
        Child primary = children.java(Shells.class, script);
        primary.awaitLine("READY", Duration.ofSeconds(30));
        List<ProcessHandle> all = marked(primary);
        assertEquals(2 * each + 1, all.size(), () -> all + ", the reaper among them");
        primary.signal("KILL");
        primary.exitCode(PATIENCE);
        for (ProcessHandle process : all) {
            await(process.pid() + " to end").atMost(PATIENCE)
                    .until(() -> !process.isAlive() || process.info().command().isEmpty());
        }
    }

    @Test
    void shouldLeaveNeitherZombiesNorChildrenWhileThePrimaryLives() throws Exception {
        Child primary = children.java(Shells.class, FAMILY);
        primary.awaitLine("READY", Duration.ofSeconds(30));
        List<ProcessHandle> before = marked(primary);
        for (int id = 1; id <= 2; id++) {
            long pid = Long.parseLong(primary.awaitLine("worker " + id + " pid (\\d+)").group(1));
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            primary.awaitLine("Exited " + id + " code -1 signal SIGKILL");
        }
        for (int id = 3; id <= 4; id++) {
            primary.awaitLine("Ready " + id, Duration.ofSeconds(30));
        }
        assertEquals(List.of(), LinuxProcess.zombies(primary.pid()));
        before.retainAll(primary.family());
        assertEquals(List.of(), before, "what a killed worker had started is gone as well");
        primary.signal("TERM");
        assertEquals(143, primary.exitCode(PATIENCE), primary::report);
    }

    /** All but the primary itself. */
    private static List<ProcessHandle> marked(Child primary) {
        Stream<ProcessHandle> below = ProcessHandle.of(primary.pid()).orElseThrow().descendants();
        return Stream.concat(below, primary.family().stream()).filter(process -> process.pid() != primary.pid())
                .distinct()
                .collect(Collectors.toList());
    }

    /** A primary with two shells. */
    static final class Shells {
        private Shells() {}

        public static void main(String[] args) {
            Cluster cluster = Cluster.builder().name("shells").instances(2).command("sh", "-c", args[0])
                    .on(ClusterEvent.class, SelfForkingProgram::print).start();
            cluster.workers().forEach(
                    worker -> System.out.println("worker " + worker.id() + " pid " + worker.pid().orElseThrow()));
            System.out.println("READY");
        }
    }
}
