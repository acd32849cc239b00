package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tests of {@code musher.jar}, each in a folder of its own; a primary that a test has started is stopped after it. */
abstract class MusherTestBase {

    /** A process with two workers that do nothing. */
    static final String SLEEPER = "{id: 'web', cmd: ['sleep', '600'], cluster: {instances: 2}}";

    @RegisterExtension
    final Children children = new Children();

    @TempDir
    Path folder;

    MusherProgram musher;

    @BeforeEach
    final void prepare() {
        musher = new MusherProgram(children, folder);
    }

    @AfterEach
    final void stop() throws Exception {
        musher.stop();
    }

    /** Writes the config file of a primary called shop and starts it. */
    final void start(String processes) throws Exception {
        musher.file(processes);
        assertExit(0, musher.run("start"));
    }

    /** The status of a process, counted from 0. */
    final Map<String, Object> process(int number) throws Exception {
        return Answers.processes(musher.status()).get(number);
    }

    /** The processes of the first process' workers. */
    final List<Object> pids() throws Exception {
        return Answers.workers(process(0)).stream().map(worker -> worker.get("pid")).toList();
    }

    static void assertExit(int expected, MusherProgram.Result result) {
        assertEquals(expected, result.exit(), result::toString);
    }
}
