package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Commands on the cluster of a program that has attached it. */
class OpsIT extends MusherTestBase {

    @Test
    void shouldLetCommandsControlTheClusterOfAProgram() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(Child.java(), "-cp", System.getProperty("java.class.path"),
                OpsProgram.class.getName());
        builder.environment().put("MUSHER_HOME", folder.resolve("home").toString());
        Child program = children.start(builder);
        program.awaitLine("controlled at .*control.sock", Duration.ofSeconds(90));

        MusherProgram.Result status = musher.run("ls");
        assertExit(0, status);
        assertTrue(status.out().contains("web-2") && status.out().contains("2/2"), status::out);
        assertExit(0, musher.run("scale", "web", "3"));
        assertEquals(3, Answers.workers(Answers.processes(musher.status()).get(0)).size());
        assertExit(0, musher.run("reload"));
        assertTrue(musher.run("logs", "web").out().contains("web-3 | sleeps"));
        assertExit(0, musher.run("stop", "web"));
        assertEquals("stopped", Answers.processes(musher.status()).get(0).get("state"));
        assertExit(0, musher.run("start", "--name", "shop"));
        assertEquals(3L, Answers.processes(musher.status()).get(0).get("ready"));
        assertExit(0, musher.run("stop"));

        assertEquals(0, program.exitCode(Duration.ofSeconds(60)), program::report);
        assertTrue(program.stdout().contains("ends"), program::report);
    }
}
