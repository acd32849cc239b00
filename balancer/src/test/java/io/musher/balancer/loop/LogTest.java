package io.musher.balancer.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LogTest {

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Log plain = new Log.Plain(new PrintStream(printed, true));

    @Test
    void shouldFillTheArgumentsIn() {
        plain.warn("{}: {} of {}", "a", 1, null);
        plain.warn("{} and {}", "few");
        plain.warn("{}", "many", "more");
        plain.warn("none {}");
        plain.warn("{}: cannot", "b", new IOException("no way"));
        plain.warn("{}", new IOException("in its place"));

        assertEquals(List.of("WARN a: 1 of null", "WARN few and {}", "WARN many", "WARN none {}",
                "WARN b: cannot: java.io.IOException: no way",
                "WARN java.io.IOException: in its place"), lines());
    }

    @Test
    void shouldShowWhereAnErrorComesFrom() {
        plain.error("{}: failed", "a", new IllegalStateException("fault"));

        assertEquals("ERROR a: failed: java.lang.IllegalStateException: fault", lines().get(0));
        assertTrue(lines().get(1).startsWith("    at io.musher.balancer.loop.LogTest."), lines().get(1));
    }

    @Test
    void shouldKeepQuietInNormalOperation() {
        plain.trace("{}", 1);
        plain.debug("{}", 1);
        plain.info("{}", 1);

        assertEquals(List.of(), lines());
    }

    /** Else the balancer's jar does not run without slf4j beside it. */
    @Test
    void shouldKeepSlf4jToClassesThatAreLoadedOnlyWhereItIs() throws Exception {
        Path classes = Path.of(Log.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (Stream<Path> files = Files.walk(classes)) {
            assertEquals(Set.of("Log$Slf4j.class", "OperatorLog$Providers.class", "module-info.class"),
                    files.filter(file -> file.toString().endsWith(".class") && contains(file, "org/slf4j/"))
                            .map(file -> file.getFileName().toString()).collect(Collectors.toSet()));
        }
    }

    private static boolean contains(Path file, String text) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> lines() {
        return printed.toString().lines().toList();
    }
}
