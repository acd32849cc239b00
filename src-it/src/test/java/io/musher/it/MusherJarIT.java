package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.it.SampleServer.Served;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code musher.jar}, from its command line. */
class MusherJarIT extends MusherTestBase {

    /** A test run in the background of a shell ignores SIGINT, as would what it starts. */
    private Child run(String... words) throws Exception {
        String[] command = Stream.concat(Stream.of("run"), Stream.of(words)).toArray(String[]::new);
        return musher.begin("set -- env --default-signal=INT \"$@\";", command);
    }

    @Test
    void shouldRunAProgramInSeveralWorkersBehindAPortWithoutAFile() throws Exception {
        String[] server = NonJavaServers.python();
        int port = FreePorts.free();
        Child primary = run("-n", "2", "-p", Integer.toString(port), "--name", "shop", "--", server[0], server[1],
                server[2]);
        primary.awaitLine("2 workers ready on port " + port, Duration.ofSeconds(60));

        Set<String> answers = new TreeSet<>();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            answers.add(StrictHttpClient.fetch(port));
            return answers.equals(Set.of("1", "2"));
        });
        primary.signal("TERM");

        assertEquals(143, primary.exitCode(Duration.ofSeconds(60)), primary::report);
    }

    @ParameterizedTest
    @ValueSource(strings = {"relay", "kernel", "auto"})
    void shouldRunAJarThatBindsTheCommonPortItself(String scheduling) throws Exception {
        int port = FreePorts.free();
        Path jar = SampleServer.JDK_HTTP_SERVER.pack(folder, Integer.toString(port));
        musher.file("{id: 'web', jar: '" + jar + "', cluster: {instances: 2, commonPort: " + port + ", scheduling: '"
                + scheduling + "'}}");
        Child primary = run();
        primary.awaitLine("web: 2 workers ready", Duration.ofSeconds(60));

        Set<Long> answers = new TreeSet<>();
        await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(1)).until(() -> {
            Served served = Served.by(port);
            answers.add(served.pid());
            return served.seesClient() != scheduling.equals("relay") && answers.size() == 2;
        });
        primary.signal("TERM");
        assertEquals(143, primary.exitCode(Duration.ofSeconds(60)), primary::report);
    }

    @Test
    void shouldReloadWhenAWatchedFileChangesAndKeepPidFiles() throws Exception {
        Path watched = Files.writeString(folder.resolve("app.txt"), "1");
        musher.file("{id: 'web', cmd: 'sleep 300', watch: ['app.txt'], pidFile: 'run/web.pid'}");
        Child primary = run();
        primary.awaitLine("web: 1 worker ready", Duration.ofSeconds(60));
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
    void shouldNotWarnOfAJobThatEndsWithCodeZeroNorRunOneTwiceAtATime() throws Exception {
        musher.file("{id: 'short', cmd: 'true', cron: '* * * * * *'},"
                + " {id: 'long', cmd: 'mkdir runs || touch twice; sleep 1.5; rmdir runs', cron: '* * * * * *'}");
        Child primary = run();
        await().atMost(Duration.ofSeconds(60)).until(() -> primary.stderr().split("short: .*exited: ").length > 2
                && primary.stderr().split("long: .*exited: ").length > 2);
        primary.signal("TERM");
        primary.exitCode(Duration.ofSeconds(60));

        assertFalse(primary.stderr().contains("WARN"), primary::report);
        assertFalse(Files.exists(folder.resolve("twice")));
    }

    @Test
    void shouldNotRunAJobTwiceAtATimeAndStopItAtItsTimeout() throws Exception {
        musher.file("{id: 'job', cmd: ['sh', '-c', 'echo begin; sleep 5; echo never'], cron: '* * * * * *',"
                + " timeout: 2.5}");
        Child primary = run();

        primary.awaitLine("job: a run is skipped", Duration.ofSeconds(60));
        primary.awaitLine("takes longer than its timeout of 2.5 s", Duration.ofSeconds(60));
        primary.awaitLine("worker 2 \\(job-1\\) forked", Duration.ofSeconds(60));
        assertFalse(primary.stdout().contains("never"), primary::report);
        primary.signal("TERM");
        assertEquals(143, primary.exitCode(Duration.ofSeconds(60)), primary::report);
    }

    @Test
    void shouldStopAllProcessesAtTheSameTime() throws Exception {
        String slow = "trap 'echo asked; sleep 1; echo ended; exit' TERM; echo up; while :; do sleep 0.1; done";
        musher.file("{id: 'a', cmd: [\"sh\", \"-c\", \"" + slow + "\"]}, {id: 'b', cmd: [\"sh\", \"-c\", \"" + slow
                + "\"]}");
        Child primary = run();
        primary.awaitLine("a: 1 worker ready", Duration.ofSeconds(60));
        primary.awaitLine("b: 1 worker ready", Duration.ofSeconds(60));

        primary.signal("TERM");
        assertEquals(143, primary.exitCode(Duration.ofSeconds(60)), primary::report);

        String output = primary.stdout();
        assertTrue(Math.max(output.indexOf("a-1 | asked"), output.indexOf("b-1 | asked")) < Math
                .min(output.indexOf("a-1 | ended"), output.indexOf("b-1 | ended")), primary::report);
        assertTrue(output.contains("a-1 | asked") && output.contains("b-1 | asked"), primary::report);
    }
}
