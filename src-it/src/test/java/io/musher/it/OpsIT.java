package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Commands on the cluster of a program that has attached it. */
class OpsIT {

    @RegisterExtension
    final Children children = new Children();

    @TempDir
    Path folder;

    @Test
    void shouldLetCommandsControlTheClusterOfAProgram() throws Exception {
        MusherProgram musher = new MusherProgram(children, folder);
        ProcessBuilder builder = new ProcessBuilder(Child.java(), "-cp", System.getProperty("java.class.path"),
                OpsProgram.class.getName());
        builder.environment().put("MUSHER_HOME", folder.resolve("home").toString());
        Child program = children.start(builder);
        program.awaitLine("controlled at .*control.sock", Duration.ofSeconds(90));

        MusherProgram.Result status = musher.run("ls");
        assertEquals(0, status.exit(), status::toString);
        assertTrue(status.out().contains("web-2") && status.out().contains("2/2"), status::out);
        assertEquals(0, musher.run("scale", "web", "3").exit());
        assertEquals(3, Answers.workers(Answers.processes(musher.status()).get(0)).size());
        assertEquals(0, musher.run("reload").exit());
        assertTrue(musher.run("logs", "web").out().contains("web-3 | sleeps"));
        assertEquals(0, musher.run("stop", "web").exit());
        assertEquals("stopped", Answers.processes(musher.status()).get(0).get("state"));
        assertEquals(0, musher.run("start", "--name", "shop").exit());
        assertEquals(3L, Answers.processes(musher.status()).get(0).get("ready"));
        assertEquals(0, musher.run("stop").exit());

        assertEquals(0, program.exitCode(Duration.ofSeconds(60)), program::report);
        assertTrue(program.stdout().contains("ends"), program::report);
    }
}
