package io.musher.internal.process.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class ParsingProperties {

    @Provide
    Arbitrary<List<String>> words() {
        return Arbitraries.strings().withChars("ab \t\n\"'\\#@").ofMaxLength(8).list().ofMinSize(1).ofMaxSize(8);
    }

    @Property(tries = 200)
    void shouldTellArgumentsApart(@ForAll("words") List<String> words, @ForAll @IntRange(max = 3) int flags) {
        List<String> program = new ArrayList<>(List.of("Shop"));
        program.addAll(words);
        List<String> commandLine = new ArrayList<>();
        for (int i = 0; i < flags; i++) {
            commandLine.add("-Dx=" + i);
        }
        commandLine.addAll(program);
        assertEquals(program, CommandLineParser.of(String.join(" ", program).strip(), commandLine).orElseThrow());
    }

    @Property(tries = 200)
    void shouldReadTheArgumentFilesItWrites(@ForAll("words") List<String> words) throws Exception {
        ArgumentFile arguments = ArgumentFile.file(words);
        Path file = Path.of(arguments.reference().substring(1));
        try {
            assertEquals(words, CommandLineParser.argumentFile(Files.readString(file)));
            assertEquals(PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(file));
        } finally {
            arguments.delete();
        }
        assertFalse(Files.exists(file));
    }

    @Property(tries = 200)
    void shouldReadTheOptionsItWrites(@ForAll("words") List<String> words) {
        assertEquals(words, JvmOptionsVariable.words(JvmOptionsVariable.of(words, List.of("-other"), "-other")));
    }
}
