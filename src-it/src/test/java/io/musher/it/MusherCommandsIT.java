package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The commands of {@code musher.jar} on a primary in the background. */
class MusherCommandsIT extends MusherTestBase {

    @Test
    void shouldStartAJarThatInsistsOnTheCommonPort() throws Exception {
        SourceCompiler.compile(folder, "Stubborn", """
                import com.sun.net.httpserver.HttpServer;
                import java.net.InetSocketAddress;

                public class Stubborn {
                    public static void main(String[] args) throws Exception {
                        HttpServer.create(new InetSocketAddress(Integer.parseInt(args[0])), 0).start();
                    }
                }
                """);
        NestedJars.pack(folder.resolve("stubborn.jar"), "Stubborn", folder.resolve("out"));
        int port = FreePorts.free();
        start("{id: 'web', jar: 'stubborn.jar', args: ['" + port + "'], cluster: {instances: 2, commonPort: " + port
                + "}}");
        assertEquals("ready", process(0).get("state"));
    }

    @Test
    void shouldScaleRestartSignalStopAndStart() throws Exception {
        start(SLEEPER + ", {id: 'job', cmd: 'true', cron: '0 0 1 1 *'}");
        List<Object> before = pids();

        assertExit(0, musher.run("scale", "web", "3"));
        assertEquals(3, pids().size());
        MusherProgram.Result table = musher.run("ls");
        assertTrue(table.out().contains("3/3") && table.out().contains("(file: 2)"), table::out);
        assertExit(0, musher.run("--id", "web", "--instances", "2"));
        assertExit(0, musher.run("scale", "web", "+2"));
        assertEquals(4, pids().size());
        assertExit(0, musher.run("scale", "web", "-2"));
        assertEquals(2, pids().size());
        MusherProgram.Result tooFew = musher.run("scale", "web", "-3");
        assertExit(2, tooFew);
        assertTrue(tooFew.err().contains("scale web by -3: it has 2 workers"), tooFew::err);
        assertExit(2, musher.run("scale", "job", "2"));
        assertExit(2, musher.run("scale", "web", "1001"));

        before = pids();
        assertExit(0, musher.run("restart", "web-2"));
        assertEquals(before.get(0), pids().get(0));
        assertNotEquals(before.get(1), pids().get(1));

        assertExit(4, musher.run("restart", "nothing"));
        assertExit(2, musher.run("signal", "web", "NOSUCH"));
        long first = (Long) pids().get(0);
        assertExit(0, musher.run("signal", "web-1", "KILL"));
        await().atMost(Duration.ofSeconds(30)).until(() -> process(0).get("state").equals("ready")
                && !pids().get(0).equals(first));
        assertEquals(1L, process(0).get("restarts"));

        assertExit(0, musher.run("stop", "web"));
        assertEquals("stopped", process(0).get("state"));
        assertExit(0, musher.run("status"));
        assertExit(0, musher.run("start"));
        assertEquals("ready", process(0).get("state"));
        assertEquals(2, pids().size());
    }

    @Test
    void shouldPrintAWrapperAndAUnitThatWork() throws Exception {
        musher.file(SLEEPER);
        Files.writeString(folder.resolve("musher"), musher.run("wrapper").out());
        Path java = Path.of(Child.java());
        String script = """
                export XDG_CACHE_HOME=$PWD/cache JAVA_HOME=%s
                sh musher check; echo exit $?
                sh musher status 2>/dev/null; echo exit $?; ls -d cache/* 2>&1
                sh musher start 2>&1
                sh musher status; ls cache; sh musher status --json; echo exit $?
                sh musher stop 2>&1;""".formatted(java.getParent().getParent());
        Child wrapped = musher.begin(script, "version");

        assertEquals(0, wrapped.exitCode(Duration.ofSeconds(90)), wrapped::report);
        List<String> lines = wrapped.stdout().lines().toList();
        assertEquals(List.of("musher.json: \"shop\" is valid: web x 2", "exit 0", "exit 3"), lines.subList(0, 3));
        List<String> archives = lines.stream().filter(line -> line.endsWith(".jsa")).toList();
        assertEquals(1, archives.size(), wrapped::report);
        assertTrue(lines.subList(3, lines.size()).contains("exit 0"), wrapped::report);
        assertTrue(Files.size(folder.resolve("cache").resolve(archives.get(0))) > 1_000_000, wrapped::report);
        assertEquals("", wrapped.stderr());

        String unit = musher.run("unit").out();
        assertTrue(unit.contains("run -c ") && unit.contains("/musher.json\n"), unit);
    }

    @Test
    void shouldDescribeAndFollowLogs() throws Exception {
        IdleProgram.pack(folder.resolve("idle.jar"));
        start("{id: 'web', cmd: ['sh', '-c', 'echo first; echo bad >&2; while read x; do :; done; sleep 600'],"
                + " env: {SECRET: 'hidden'}, maxMemory: '800M'},"
                + " {id: 'idle', jar: 'idle.jar', health: [{heartbeat: true, interval: 0.5}]},"
                + " {id: 'report', cmd: 'true', cron: '0 0 1 1 *', timeout: 60}");

        MusherProgram.Result described = musher.run("describe", "web");
        assertTrue(described.out().contains("SECRET") && !described.out().contains("hidden"), described::out);
        assertTrue(described.out().contains("web-1 | first"), described::out);
        assertTrue(described.out().matches("(?s).* maxMemoryBytes +838860800\n.*"), described::out);
        String idle = musher.run("describe", "idle").out();
        assertTrue(idle.matches("(?s).* health +heartbeat \\(liveness\\), every 0.5 s.*"), idle);
        await().atMost(Duration.ofSeconds(60)).until(() -> musher.run("logs", "--primary").out()
                .contains("worker 1 (idle-1) is not checked by heartbeats: its program has not joined"));
        String job = musher.run("describe", "report").out();
        assertTrue(job.matches("(?s).* cron +0 0 1 1 \\*\n.* timeoutSeconds +60\n.*"), job);
        String time = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}(Z|[+-][0-9]{2}:[0-9]{2}) web-1 \\| (bad|first)";
        MusherProgram.Result timed = musher.run("logs", "--time", "web");
        assertEquals(2, timed.out().lines().filter(line -> line.matches(time)).count(), timed::out);
        Child follows = musher.begin("", "logs", "-f", "-n", "1", "web");
        follows.awaitLine("web-1 \\| (bad|first)", Duration.ofSeconds(60));
        assertExit(0, musher.run("restart", "web"));
        follows.awaitLine("web-1 \\| first", Duration.ofSeconds(60));
        follows.awaitLine("web-1 \\| bad", Duration.ofSeconds(60));
        assertExit(0, musher.run("stop"));
        assertEquals(0, follows.exitCode(Duration.ofSeconds(60)), follows::report);
    }
}
