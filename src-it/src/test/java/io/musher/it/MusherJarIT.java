package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code musher.jar}, from its command line. */
class MusherJarIT {

    private static final Path JAR = Path
            .of(System.getProperty("basedir", "."), "..", "core", "ops", "target", "musher.jar").toAbsolutePath();

    @RegisterExtension
    final Children children = new Children();

    @TempDir
    Path folder;

    /** Runs a command in the test's folder. A test run in the background of a shell ignores SIGINT, as would it. */
    private Child musher(String... words) throws Exception {
        List<String> rest = new ArrayList<>(List.of("-c", "cd \"$1\" && shift && exec env --default-signal=INT"
                + " MUSHER_HOME=home \"$@\"",
                "sh", folder.toString()));
        rest.addAll(List.of(words));
        return children.command("sh", rest.toArray(String[]::new));
    }

    private String[] jar(String... words) {
        String[] command = new String[words.length + 3];
        command[0] = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        command[1] = "-jar";
        command[2] = JAR.toString();
        System.arraycopy(words, 0, command, 3, words.length);
        return command;
    }

    @Test
    void shouldRunAProgramInSeveralWorkersBehindAPortWithoutAFile() throws Exception {
        String[] server = NonJavaServers.python();
        int port = FreePorts.free();
        Child primary = musher(jar("run", "-n", "2", "-p", Integer.toString(port), "--name", "web", "--", server[0],
                server[1], server[2]));
        primary.awaitLine("2 worker\\(s\\) ready on port " + port, Duration.ofSeconds(60));

        Set<String> answers = new TreeSet<>();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            answers.add(StrictHttpClient.fetch(port));
            return answers.equals(Set.of("1", "2"));
        });
        primary.signal("TERM");

        assertEquals(143, primary.exitCode(Duration.ofSeconds(60)), primary::report);
    }

    @Test
    void shouldReloadWhenAWatchedFileChangesAndKeepPidFiles() throws Exception {
        Path watched = Files.writeString(folder.resolve("app.txt"), "1");
        Files.writeString(folder.resolve("musher.json"), """
                {processes: [{id: "web", cmd: "sleep 300", watch: ["app.txt"], pidFile: "run/web.pid"}]}""");
        Child primary = musher(jar("run"));
        primary.awaitLine("web: 1 worker\\(s\\) ready", Duration.ofSeconds(60));
        Path pid = folder.resolve("run/web.pid");
        String first = Files.readString(pid);

        Files.writeString(watched, "2");

        primary.awaitLine("the rollout is complete", Duration.ofSeconds(60));
        assertFalse(Files.readString(pid).equals(first));
        primary.signal("INT");
        assertEquals(130, primary.exitCode(Duration.ofSeconds(60)), primary::report);
        assertFalse(Files.exists(pid));
    }

    @Test
    void shouldNotRunAJobTwiceAtATimeAndStopItAtItsTimeout() throws Exception {
        Files.writeString(folder.resolve("musher.json"), """
                {processes: [{id: "job", cmd: ["sh", "-c", "echo begin; sleep 5; echo never"], cron: "* * * * * *",
                 timeout: 2.5}]}""");
        Child primary = musher(jar("run"));

        primary.awaitLine("job: a run is skipped", Duration.ofSeconds(60));
        primary.awaitLine("takes longer than its timeout of 2.5 s", Duration.ofSeconds(60));
        primary.awaitLine("worker 2 \\(instance 0\\) forked", Duration.ofSeconds(60));
        assertFalse(primary.stdout().contains("never"), primary::report);
        primary.signal("TERM");
        assertEquals(143, primary.exitCode(Duration.ofSeconds(60)), primary::report);
    }

    @Test
    void shouldStopAllProcessesAtTheSameTime() throws Exception {
        String slow = "trap 'echo asked; sleep 1; echo ended; exit' TERM; echo up; while :; do sleep 0.1; done";
        Files.writeString(folder.resolve("musher.json"), "{processes: [{id: 'a', cmd: [\"sh\", \"-c\", \"" + slow
                + "\"]}, {id: 'b', cmd: [\"sh\", \"-c\", \"" + slow + "\"]}]}");
        Child primary = musher(jar("run"));
        primary.awaitLine("a: 1 worker\\(s\\) ready", Duration.ofSeconds(60));
        primary.awaitLine("b: 1 worker\\(s\\) ready", Duration.ofSeconds(60));

        primary.signal("TERM");
        assertEquals(143, primary.exitCode(Duration.ofSeconds(60)), primary::report);

        String output = primary.stdout();
        assertTrue(Math.max(output.indexOf("a-1 | asked"), output.indexOf("b-1 | asked")) < Math
                .min(output.indexOf("a-1 | ended"), output.indexOf("b-1 | ended")), primary::report);
        assertTrue(output.contains("a-1 | asked") && output.contains("b-1 | asked"), primary::report);
    }
}
