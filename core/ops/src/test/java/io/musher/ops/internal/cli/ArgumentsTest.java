package io.musher.ops.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {

    @TempDir
    Path folder;

    private String file(String name) throws Exception {
        return Files.createFile(folder.resolve(name)).toString();
    }

    @ParameterizedTest
    @CsvSource({"app.js, node", "app.mjs, node", "app.cjs, node", "app.py, python3", "app.sh, sh"})
    void shouldRunAScriptByItsInterpreter(String name, String interpreter) throws Exception {
        String script = file(name);

        Arguments arguments = Arguments.parse("start", script, "-i", "2");
        assertEquals(List.of(interpreter, script), arguments.program);
        assertEquals(OptionalInt.of(2), arguments.instances);
        assertEquals(List.of(), arguments.ids);

        arguments = Arguments.parse("run", script, "--", "--port", "1");
        assertEquals(List.of(interpreter, script, "--port", "1"), arguments.program);
    }

    @Test
    void shouldRunAJarAsWithTheOptionForIt() throws Exception {
        String jar = file("shop.jar");

        Arguments arguments = Arguments.parse("start", jar, "--", "a");
        assertEquals(Optional.of(jar), arguments.jar);
        assertEquals(List.of("a"), arguments.program);
        assertTrue(Arguments.parse("start", jar).hasProgram());
    }

    @Test
    void shouldTakeNothingElseForAScript() throws Exception {
        String script = file("app.js");
        String config = file("ecosystem.config.js");

        assertEquals(Optional.of(Path.of(config)), Arguments.parse("start", config).file);
        assertEquals(List.of(script), Arguments.parse("stop", script).ids);
        assertEquals(List.of("gone.js"), Arguments.parse("start", "gone.js").ids);
        assertEquals(List.of("web", script), Arguments.parse("start", "web", script).ids);
        assertFalse(Arguments.parse("start", file("app")).hasProgram());
    }

    @Test
    void shouldSayWhereTheArgumentsOfAScriptGo() throws Exception {
        String script = file("app.js");

        UsageException e = assertThrows(UsageException.class,
                () -> Arguments.parse("start", script, "-p", "3000", "fast"));
        assertTrue(e.getMessage().endsWith("type musher start -p 3000 " + script + " -- fast"), e.getMessage());
    }
}
