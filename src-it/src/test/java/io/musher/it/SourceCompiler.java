package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.ToolProvider;

/** Compiles sources of user programs in tests. */
final class SourceCompiler {

    private SourceCompiler() {}

    /** Writes a class and compiles all sources of the folder into {@code out} in it, without a warning. */
    static void compile(Path folder, String name, String source, String... options) throws IOException {
        Files.writeString(folder.resolve(name + ".java"), source);
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.addAll(List.of("-d", folder.resolve("out").toString(), "--release", "17", "-Xlint:all", "-Werror"));
        try (var sources = Files.newDirectoryStream(folder, "*.java")) {
            sources.forEach(file -> arguments.add(file.toString()));
        }
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        int status = ToolProvider.getSystemJavaCompiler().run(null, messages, messages,
                arguments.toArray(String[]::new));
        assertEquals(0, status, () -> messages.toString(StandardCharsets.UTF_8));
    }
}
