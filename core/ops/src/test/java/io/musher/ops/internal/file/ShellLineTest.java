package io.musher.ops.internal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which lines a shell leaves to the program they run. */
class ShellLineTest {

    private static String of(String line) {
        return new Program.ShellLine(line).inPlaceOfShell();
    }

    @ParameterizedTest
    @ValueSource(strings = {"node server.js", "node", "./report.sh --all", "deno run --allow-net app.ts 2>&1",
            "node server.js --port $PORT >> ${LOG}/out.log 2> err.log", "java -jar 'my shop.jar'", "npm start"})
    void shouldRunAProgramInThePlaceOfTheShell(String line) {
        assertEquals("exec " + line, of(line));
    }

    @ParameterizedTest
    @ValueSource(strings = {"node a.js & node b.js", "cd app && node a.js", "a; b", "a | b", "echo $(date)", "(a)",
            "NODE_ENV=production node a.js", "exit 3", "echo 100%", "while ! [ -e end ]; do sleep 1; done",
            "exec node a.js", "$PROGRAM a", "echo `date`", "sleep 1\nsleep 2", "! false", "{ a", ""})
    void shouldLeaveEverythingElseToTheShell(String line) {
        assertEquals(line, of(line));
    }
}
