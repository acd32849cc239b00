package io.musher.internal.worker;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.internal.ipc.ChannelScene;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The primary is killed with SIGKILL: no worker survives it, in whatever phase of its life. */
class OrphanTest {

    @RegisterExtension
    final ChannelScene scene = new ChannelScene();

    @Test
    void shouldLeaveWithItsPrimary() throws Exception {
        assertLeaves(Mains.Plain.class, "nothing");
    }

    @Test
    void shouldLeaveWithItsPrimaryWhenAHookHangs() throws Exception {
        assertLeaves(BadMains.HangsInStop.class, "nothing");
    }

    @Test
    void shouldLeaveWithItsPrimaryAfterADisconnect() throws Exception {
        assertLeaves(Mains.LivesOnAlone.class, "goodbye");
    }

    @Test
    void shouldLeaveWithItsPrimaryWhenItsShutdownHangs() throws Exception {
        assertLeaves(BadMains.HangsInShutdown.class, "stop");
    }

    private void assertLeaves(Class<?> main, String what) throws Exception {
        WorkerProcess primary = scene.add(new WorkerProcess(
                new ProcessBuilder(WorkerScene.java(List.of(), Mains.Primary.class, main.getName(), what)), null));
        String said = primary.line();
        assertTrue(said.matches("worker \\d+"), primary::toString);
        ProcessHandle worker = ProcessHandle.of(Long.parseLong(said.substring(7))).orElseThrow();
        try {
            assertTrue(lives(worker));
            primary.signal("KILL");
            Awaitility.await("the worker leaves").atMost(Duration.ofSeconds(20)).until(() -> !lives(worker));
        } finally {
            worker.destroyForcibly();
        }
    }

    /** A process that nobody reaps stays listed, without a command. */
    private static boolean lives(ProcessHandle process) {
        return process.isAlive() && process.info().command().isPresent();
    }
}
