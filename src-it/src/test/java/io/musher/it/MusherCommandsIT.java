package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The commands of {@code musher.jar} on a primary in the background. */
class MusherCommandsIT extends MusherTestBase {

    private static final String SLEEPER = "{id: 'web', cmd: ['sleep', '600'], cluster: {instances: 2}}";

    @Test
    void shouldStartInASessionOfItsOwnWithoutInheritedDescriptorsAndReturnWhenThePortAnswers() throws Exception {
        String[] server = NonJavaServers.python();
        int port = FreePorts.free();
        Files.writeString(folder.resolve("server.py"), server[2]);
        musher.file("{id: 'web', cmd: ['" + server[0] + "', 'server.py'], cluster: {instances: 2, commonPort: " + port
                + "}}");

        Child start = musher.begin("exec 7>leak;", "start");
        MusherProgram.Result started = musher.end(start);

        assertExit(0, started);
        assertTrue(started.out().contains("web-1: ready") && started.out().contains("web-2: ready"), started::out);
        assertTrue(List.of("1", "2").contains(StrictHttpClient.fetch(port)));
        long pid = musher.pid();
        String[] stat = Files.readString(Path.of("/proc/" + pid + "/stat")).replaceFirst(".*\\) ", "").split(" ");
        assertEquals(pid, Long.parseLong(stat[3]), "the session");
        assertEquals("0", stat[4], "the terminal");
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            assertTrue(descriptors.noneMatch(each -> each.toFile().getAbsolutePath().endsWith("leak")
                    || target(each).endsWith("/leak")));
        }
        assertExit(0, musher.run("status"));

        assertExit(0, musher.run("stop"));
        assertFalse(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
        assertFalse(Files.exists(musher.home().resolve("control.sock")));
        assertTrue(FreePorts.isFree(port));
        assertExit(3, musher.run("status"));
        assertExit(3, musher.run("stop"));
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (java.io.IOException e) {
            return "";
        }
    }

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
    void shouldFailTheStartWithTheOutputOfAWorkerThatEndsAndSayThatItGaveUp() throws Exception {
        musher.file("{id: 'mail', cmd: 'echo run >>runs; echo no SMTP_HOST >&2; exit 7', restartLimit: 3,"
                + " restartDelayMs: 10}");

        MusherProgram.Result start = musher.run("start");

        assertExit(1, start);
        assertTrue(start.err().matches("(?s).*  \\| no SMTP_HOST\nmusher: mail: worker [12] \\(mail-1\\): exit code 7"
                + " \\(never became ready\\): \"no SMTP_HOST\"\nmusher: \"shop\" runs and goes on trying.*"),
                start::err);
        await().atMost(Duration.ofSeconds(30)).until(() -> process(0).get("state").equals("gave up"));
        MusherProgram.Result status = musher.run("ls");
        assertExit(1, status);
        assertTrue(status.out().contains("gave up") && status.out().endsWith("\"no SMTP_HOST\""), status::out);
        assertEquals(4, Files.readAllLines(folder.resolve("runs")).size());
        assertEquals(4L, process(0).get("failures"));
        assertTrue(process(0).get("why").toString().endsWith("\"no SMTP_HOST\""), process(0)::toString);
    }

    @Test
    void shouldShowACrashLoopOfWorkersThatWereStableAndAreReplacedAtOnce() throws Exception {
        start("{id: 'web', cmd: 'sleep 2.5; echo out of luck; exit 3'}"); // ready after a second

        await().atMost(Duration.ofSeconds(60)).until(() -> (Long) process(0).get("restarts") >= 4);

        assertEquals("crashing", process(0).get("state"));
        MusherProgram.Result status = musher.run("status");
        assertExit(1, status);
        assertTrue(status.out().matches("(?s).* crashing .*failed [0-9]+ times in a row, last .*exit code 3.*"
                + "\"out of luck\".*"), status::out);
        String log = musher.run("logs", "--primary").out();
        assertFalse(log.contains("is replaced in "), log);

        musher.file("{id: 'web', cmd: 'sleep 600'}");
        assertExit(0, musher.run("restart", "web"));
        assertExit(0, musher.run("status"));
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
    void shouldApplyTheFileAtAReloadAndChangeNothingWhereItCannot() throws Exception {
        start("{id: 'web', cmd: ['sh', '-c', 'echo greets $GREETING; exec sleep 600'], env: {GREETING: 'one'}}");
        List<Object> old = pids();

        Files.writeString(folder.resolve("musher.json"), "{name: 'shop', processes: [{id: 'web' cmd: 'x'}]}");
        MusherProgram.Result broken = musher.run("reload");
        assertExit(2, broken);
        assertTrue(broken.err().contains("1:"), broken::err);
        musher.file("{id: 'web', cmd: 'sleep 600', startTimeout: 7}");
        MusherProgram.Result refused = musher.run("reload");
        assertExit(1, refused);
        assertTrue(refused.err().contains("web: startTimeout") && refused.err().contains("musher restart web"),
                refused::err);
        assertEquals(old, pids());

        musher.file("{id: 'web', cmd: ['sh', '-c', 'echo greets $GREETING; exec sleep 600'], env: {GREETING: 'two'},"
                + " cluster: {instances: 2}}, {id: 'more', cmd: 'sleep 600'}");
        assertExit(0, musher.run("reload"));
        assertFalse(pids().contains(old.get(0)));
        assertEquals(2, pids().size());
        assertEquals("ready", process(1).get("state"));
        await().atMost(Duration.ofSeconds(20)).until(() -> musher.run("logs", "web").out()
                .contains("web-2 | greets two"));

        List<Object> good = pids();
        musher.file("{id: 'web', cmd: ['sh', '-c', 'echo cannot find db; exit 1'], cluster: {instances: 2}}");
        MusherProgram.Result failed = musher.run("reload");
        assertExit(1, failed);
        assertTrue(failed.err().contains("  | cannot find db") && failed.err().contains("reload failed"), failed::err);
        assertTrue(failed.err().contains("the config file still describes the one that failed"), failed::err);
        assertEquals(good, pids());
        MusherProgram.Result status = musher.run("status");
        assertExit(0, status);
        assertTrue(status.out().matches("(?s).*reload failed [0-9]+ (s|min) ago: .*cannot find db.*")
                && !status.out().contains("restarted"), status::out);
        assertEquals("ready", process(0).get("state"));
        assertTrue(musher.run("describe", "web").out().contains("failedReload"));
    }

    @Test
    void shouldStartAgainAfterThePrimaryWasKilledAndLeaveNothingBehind() throws Exception {
        start(SLEEPER);
        long primary = musher.pid();
        List<Object> workers = pids();
        MusherProgram.Result second = musher.run("run");
        assertExit(1, second);
        assertTrue(second.err().contains("process " + primary), second::err);

        Child.signal("KILL", primary);

        await().atMost(Duration.ofSeconds(30)).until(() -> ProcessHandle.of(primary).isEmpty());
        assertExit(3, musher.run("status"));
        assertExit(0, musher.run("start"));
        assertNotEquals(primary, musher.pid());
        await().atMost(Duration.ofSeconds(30)).until(() -> workers.stream()
                .noneMatch(pid -> ProcessHandle.of((Long) pid).isPresent()));
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

    @Test
    void shouldRotateTheLogOfThePrimaryWithWhatTheJvmItselfWrites() throws Exception {
        Files.writeString(folder.resolve("musher.json"), "{name: 'shop', logger: {maxSize: '4K', keep: 1}, processes:"
                + " [{id: 'web', cmd: 'exit 1', restartDelayMs: 20, restartLimit: 1000}]}");
        musher.run("start");
        Path log = musher.home().resolve("primary.log");
        Path copy = musher.home().resolve("primary.log.1");
        await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(copy));
        assertExit(0, musher.run("stop", "web"));
        await().atMost(Duration.ofSeconds(60)).until(() -> Files.size(log) < 4_096);
        Child.signal("QUIT", musher.pid());

        // a thread dump is larger than the limit: it is copied, and the log begins anew
        await().atMost(Duration.ofSeconds(60)).until(() -> Files.readString(copy).contains("Full thread dump")
                && Files.size(log) < 4_096);
        assertFalse(Files.exists(musher.home().resolve("primary.log.2")));
    }

    @Test
    void shouldNotPassFlagsOfThePrimaryOnToWorkers() throws Exception {
        IdleProgram.pack(folder.resolve("idle.jar"));
        start("{id: 'web', jar: 'idle.jar', args: ['flags'], jvmArgs: ['-Down=1']}");

        assertTrue(new LinuxProcess(musher.pid()).commandLine().contains("-XX:+UseSerialGC"));
        Path log = musher.home().resolve("logs/web-1.log");
        await().atMost(Duration.ofSeconds(60)).until(() -> Files.exists(log) && Files.size(log) > 0);
        String flags = Files.readString(log);
        assertTrue(flags.contains("-Down=1") && flags.contains("-Xmx"), flags);
        assertFalse(flags.contains("SerialGC") || flags.contains("-Xms") || flags.contains("HeapFreeRatio"), flags);

        String good = Files.readString(folder.resolve("musher.json"));
        Files.writeString(folder.resolve("musher.json"), good.replace("idle.jar", "missing.jar"));
        MusherProgram.Result reload = musher.run("reload");
        assertExit(1, reload);
        assertTrue(reload.err().contains("web: jar ") && reload.err().contains("missing.jar: there is no such file;"
                + " nothing was replaced"), reload::err);
        String described = musher.run("describe", "web").out();
        assertTrue(described.contains("reload failed") && described.contains("idle.jar"), described);
        Files.copy(folder.resolve("idle.jar"), folder.resolve("missing.jar"));
        assertExit(0, musher.run("reload"));
        assertTrue(musher.run("describe", "web").out().contains("missing.jar"));
    }
}
