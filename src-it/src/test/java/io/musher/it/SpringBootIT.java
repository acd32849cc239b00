package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real Spring Boot application in workers: it starts and is replaced, and where it cannot start, that is seen. */
@Timeout(value = 4, unit = TimeUnit.MINUTES) // some ten starts of such an application, on a busy machine
class SpringBootIT {

    private static final Duration START = Duration.ofSeconds(100);
    /** On a busy machine it may take its time from its goodbye to its exit. */
    private static final String LEAVES = "it said goodbye";

    @TempDir
    static Path folder;
    private static SpringBootSample shop;

    @RegisterExtension
    final Children children = new Children();

    @BeforeAll
    static void compile() throws IOException {
        shop = SpringBootSample.compile(folder);
    }

    private Child start(boolean jar, List<String> flags, String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of(Child.java(), "-XX:TieredStopAtLevel=1"));
        words.addAll(flags);
        words.addAll(jar ? shop.fromJar() : shop.fromClassPath());
        words.addAll(List.of(arguments));
        return children.start(new ProcessBuilder(words));
    }

    private static void type(Child primary, String line) throws IOException {
        primary.stdin().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        primary.stdin().flush();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldKeepTheOldVersionWhenTheNewOneCannotStart(boolean jar) throws Exception {
        Child primary = start(jar, List.of());
        int port = Integer.parseInt(primary.awaitLine("^port (\\d+)", START).group(1));
        assertEquals("old", body(port));
        type(primary, "--version=new --closed=true");
        String failure = primary.awaitLine("^rollout (.*)", START).group(1);
        assertTrue(failure.startsWith("failed: worker 3 (cluster-1)")
                && (failure.contains("exit code 1") || failure.contains(LEAVES)), failure);
        primary.awaitLine("^output: true");
        for (int i = 0; i < 4; i++) {
            assertEquals("old", body(port));
        }
        type(primary, "--version=new");
        assertEquals("done", primary.awaitLine("^rollout (.*)", START).group(1));
        primary.awaitLine("^output: false");
        for (int i = 0; i < 4; i++) {
            assertEquals("new", body(port));
        }
        primary.stdin().close();
        assertEquals(0, primary.exitCode(Duration.ofSeconds(40)), primary::report);
    }

    @Test
    void shouldSayWhyItDoesNotStart() throws Exception {
        Child primary = start(true, List.of(), "--closed=true");
        String failure = primary.awaitLine("^no start: (.*)", START).group(1);
        assertTrue(failure.contains("exit code 1 (never became ready)") || failure.contains(LEAVES), failure);
        primary.awaitLine("^output: true");
        assertEquals(3, primary.exitCode(Duration.ofSeconds(40)), primary::report);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--server.port=", "--management.server.port="})
    void shouldFailWhereAllWorkersInheritOnePort(String argument) throws Exception {
        Child primary = start(false, List.of(), argument + FreePorts.free());
        String failure = primary.awaitLine("^no start: (.*)", START).group(1);
        assertTrue(failure.contains("exit code 1 (never became ready)") || failure.contains(LEAVES), failure);
        assertEquals(3, primary.exitCode(Duration.ofSeconds(40)), primary::report);
        assertTrue(primary.stdout().contains("already in use"), primary::report);
    }

    private static String body(int port) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout((int) Child.PATIENCE.toMillis());
            socket.getOutputStream().write(
                    "GET / HTTP/1.1\r\nHost: it\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertTrue(answer.startsWith("HTTP/1.1 200"), answer);
            return answer.substring(answer.indexOf("\r\n\r\n") + 4);
        }
    }
}
