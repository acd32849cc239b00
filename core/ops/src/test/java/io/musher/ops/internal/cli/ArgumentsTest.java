package io.musher.ops.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

    @ParameterizedTest
    @CsvSource({"#!/bin/bash, bash", "#!/usr/bin/env bash, bash", "#! /bin/ksh, ksh", "#!/bin/sh, sh", "echo, sh",
            "#!/usr/bin/perl, sh"})
    void shouldRunAShellScriptByTheShellOfItsFirstLine(String first, String shell) throws Exception {
        Path script = Files.writeString(folder.resolve("tick.sh"), first + "\necho tick\n");

        assertEquals(List.of(shell, script.toString()), Arguments.parse("start", script.toString()).program);
    }

    @Test
    void shouldKeepTheOptionOfTheFirstLineOfAShellScript() throws Exception {
        String script = Files.writeString(folder.resolve("tick.sh"), "#!/bin/bash -e\n").toString();

        Arguments arguments = Arguments.parse("start", script, "--", "fast");

        assertEquals(List.of("bash", "-e", script, "fast"), arguments.program);
        UsageException e = assertThrows(UsageException.class, () -> Arguments.parse("start", script, "fast"));
        assertTrue(e.getMessage().endsWith("type musher start " + script + " -- fast"), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"npm, start", "web, node app.js"})
    void shouldSayWhatWordsBeforeTheDashesMayMean(String word, String program) {
        List<String> words = new ArrayList<>(List.of("start", word, "--"));
        words.addAll(List.of(program.split(" ")));

        UsageException e = assertThrows(UsageException.class,
                () -> Arguments.parse(words.toArray(String[]::new)));

        assertTrue(e.getMessage().endsWith("type musher start -- " + word + " " + program + "; for a name, type musher"
                + " start --name " + word + " -- " + program), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"reload, stop", "restart, stop", "start, max"})
    void shouldSayWhatElseToTypeOfWhatPm2Takes(String command, String hint) throws Exception {
        String[] words = command.equals("start") ? new String[]{command, file("app.js"), "-i", "0"}
                : new String[]{command, "--env", "production"};

        UsageException e = assertThrows(UsageException.class, () -> Arguments.parse(words));

        assertTrue(e.getMessage().contains(hint), e.getMessage());
    }

    @Test
    void shouldNotPutAnInterpreterBeforeAWholeCommandLine() {
        assertEquals("node app.js", Hints.program("node app.js"));
        assertEquals("node app.js", Hints.program("app.js"));
    }

    @Test
    void shouldKnowTheVersionOptionOfOthers() throws Exception {
        assertEquals("version", Arguments.parse("-v").command);
    }
}
