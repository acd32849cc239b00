package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The example, run by the command in the README, as a new user does: requests, a killed worker, Ctrl-C. */
class HelloClusterIT {

    private static final Path TOP = Path.of(System.getProperty("basedir", "."), "..");
    private static final Pattern COMMAND = Pattern
            .compile("(?s)mvn -q package -DskipTests && java (.*?HelloCluster)\\n");

    @RegisterExtension
    final Children children = new Children();

    @Test
    void shouldDoWhatTheReadmePromises() throws Exception {
        int port = FreePorts.free();
        Child primary = start(port);
        primary.awaitLine("READY: 4 workers behind http://localhost:" + port + "/hello", Duration.ofSeconds(60));
        long shown = Long.parseLong(primary.awaitLine("kill -9 (\\d+)").group(1));

        Set<String> answers = new TreeSet<>();
        for (int i = 0; i < 100; i++) {
            answers.add(StrictHttpClient.fetch(port, "/hello").strip());
        }
        assertEquals(4, answers.size(), answers::toString);
        assertTrue(answers.stream().allMatch(answer -> answer.matches("hello from worker [1-4]")), answers::toString);
        assertEquals(5, primary.family().size(), "n + 1 processes");
        assertTrue(StrictHttpClient.fetch(port, "/README.md").startsWith("# Musher"), "it serves files");

        ProcessHandle.of(shown).orElseThrow().destroyForcibly();
        await("another one in its place").atMost(Duration.ofSeconds(30))
                .until(() -> StrictHttpClient.fetch(port, "/hello").strip().equals("hello from worker 5"));
        assertEquals(5, primary.family().size());

        Child.signal("INT", -primary.pid());
        assertEquals(130, primary.exitCode(Duration.ofSeconds(30)), primary::report);
        assertEquals(Set.of(), primary.family());
        assertTrue(FreePorts.isFree(port), "the port is free");
        List<String> errors = primary.stderr().lines().toList();
        assertEquals(1, errors.size(), "nothing that looks like trouble but what was made: " + errors);
        assertTrue(
                errors.get(0).matches("musher-\\w+: worker [1-4] \\(hello-[1-4]\\) exited: SIGKILL \\(crashed\\)"),
                errors::toString);
    }

    @Test
    void shouldLeaveCtrlCToThePrimary() throws Exception {
        int port = FreePorts.free();
        Child primary = start(port, "2");
        primary.awaitLine("READY", Duration.ofSeconds(60));
        for (ProcessHandle worker : primary.family()) {
            if (worker.pid() != primary.pid()) {
                Child.signal("INT", worker.pid());
            }
        }
        for (int i = 0; i < 20; i++) {
            assertTrue(StrictHttpClient.fetch(port, "/hello").matches("(?s)hello from worker [12]\\n"),
                    "a worker does not end on SIGINT");
        }
        primary.signal("TERM");
        assertEquals(143, primary.exitCode(Duration.ofSeconds(30)), primary::report);
    }

    /** In a process group of its own and with SIGINT not ignored, as a terminal's shell does. */
    private Child start(int port, String... instances) throws IOException {
        Matcher matcher = COMMAND.matcher(Files.readString(TOP.resolve("README.md")));
        assertTrue(matcher.find(), "the README has the command");
        String command = "exec " + Child.java() + " " + matcher.group(1);
        ProcessBuilder builder = new ProcessBuilder("setsid", "env", "--default-signal=INT", "sh", "-c",
                command + " \"$@\"", "sh")
                .directory(TOP.toFile());
        builder.command().addAll(List.of(instances.length == 0 ? "4" : instances[0], Integer.toString(port)));
        return children.start(builder);
    }
}
