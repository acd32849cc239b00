package io.musher.internal.worker;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.internal.ipc.ChannelFixture;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The primary is killed with SIGKILL: no worker survives it, in whatever phase of its life. */
class PrimaryKilledTest {

    @RegisterExtension
    final ChannelFixture fixture = new ChannelFixture();

    @Test
    void shouldLeaveWithItsPrimary() throws Exception {
        assertLeaves(WorkerMains.Plain.class, "nothing");
    }

    @Test
    void shouldLeaveWithItsPrimaryWhenAHookHangs() throws Exception {
        assertLeaves(FailingWorkerMains.HangsInStop.class, "nothing");
    }

    @Test
    void shouldLeaveWithItsPrimaryAfterADisconnect() throws Exception {
        assertLeaves(WorkerMains.LivesOnAlone.class, "goodbye");
    }

    @Test
    void shouldLeaveWithItsPrimaryWhenItsShutdownHangs() throws Exception {
        assertLeaves(FailingWorkerMains.HangsInShutdown.class, "stop");
    }

    private void assertLeaves(Class<?> main, String what) throws Exception {
        TestWorkerProcess primary = fixture.add(new TestWorkerProcess(
                new ProcessBuilder(WorkerFixture.java(List.of(), WorkerMains.Primary.class, main.getName(), what)),
                null));
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
