package io.musher.ops.internal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.HealthCheck;
import io.musher.Scheduling;
import io.musher.WarmUp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MusherFileTest {

    @TempDir
    Path folder;

    private FileSpec read(String text) throws Exception {
        return MusherFile.read(Files.writeString(folder.resolve("musher.json"), text), Optional.empty());
    }

    private String problems(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("musher.json"), text);
        return assertThrows(FileProblems.class, () -> MusherFile.read(file, Optional.empty())).getMessage();
    }

    private ProcessSpec only(String members) throws Exception {
        return read("{processes: [{id: 'web', " + members + "}]}").processes().get(0);
    }

    @Test
    void shouldReadEveryKeyOfAProcess() throws Exception {
        FileSpec file = read("""
                {
                  name: "shop",
                  terminateTimeout: 7,
                  logger: {stdout: "all.log", maxSize: "1M", keep: 2},
                  watcher: {interval: 100, exts: ["class"], match: ["classes"], skip: ["tmp"]},
                  processes: [{
                    id: "web", jar: "shop.jar", args: ["a"], jvmArgs: ["-Xmx64m"], cwd: "app",
                    env: {A: "x", B: 2, C: true}, autostart: false, overrun: true, timeout: 3600,
                    terminate: "0 3 * * *", watch: ["classes"], restart: "error", restartDelayMs: 50,
                    restartLimit: 3, terminateGracePeriod: 1, drain: 2.5, startTimeout: 9, readiness: "explicit",
                    health: [{http: "/health", role: "readiness", interval: 1, timeout: 0.5, rise: 2, fall: 3}],
                    maxMemory: "800M",
                    cluster: {instances: 2, commonPort: 3000, host: "127.0.0.1", startPort: 4000,
                        strategy: "least-time", scheduling: "auto", redirectCommonPort: false},
                    warmUp: {paths: ["/", "/a"], time: 0.5, required: true},
                    reload: {batch: 2, soak: 5, overlap: 1.5}, pidFile: "%n.pid",
                  }]
                }
                """);
        ProcessSpec web = file.processes().get(0);

        assertEquals("shop", file.name());
        assertEquals(new WatcherSpec(Duration.ofMillis(100), List.of("class"), List.of("classes"), List.of("tmp")),
                file.watcher());
        Path app = folder.resolve("app");
        assertEquals(new Program.Jar(app.resolve("shop.jar"), List.of("a"), List.of("-Xmx64m")), web.program());
        assertEquals(java.util.Map.of("A", "x", "B", "2", "C", "true"), web.env());
        assertFalse(web.autostart());
        assertTrue(web.overrun());
        assertEquals(Optional.of(Duration.ofHours(1)), web.timeout());
        assertEquals(List.of(app.resolve("classes")), web.watch());
        assertEquals(new ProcessSpec.Restart("error", Optional.of(Duration.ofMillis(50)), OptionalInt.of(3),
                Optional.empty()), web.restart());
        assertEquals(new ProcessSpec.Stop(Duration.ofSeconds(1), Duration.ofMillis(2_500), Duration.ofSeconds(7)),
                web.stop());
        assertEquals(List.of(HealthCheck.http("/health").asReadiness().withInterval(Duration.ofSeconds(1))
                .withTimeout(Duration.ofMillis(500)).withRise(2).withFall(3)), web.health());
        assertEquals(800L << 20, web.maxMemory().getAsLong());
        assertEquals(2, web.instances());
        assertEquals(new ProcessSpec.Port(OptionalInt.of(3_000), false, Optional.of("127.0.0.1"),
                OptionalInt.of(4_000), Optional.of("least-time"), Scheduling.AUTO, Optional.of(false)), web.port());
        assertEquals(Optional.of(new WarmUp(List.of("/", "/a"), Duration.ofMillis(500), true)), web.warmUp());
        assertEquals(new ProcessSpec.Reload(2, Duration.ofSeconds(5), Optional.of(Duration.ofMillis(1_500))),
                web.reload());
        assertEquals(Optional.of(folder.resolve("all.log")), web.logger().stdout());
        assertEquals(1L << 20, web.logger().maxSize());
        assertEquals(Optional.of(app.resolve("%n.pid")), web.pidFile());
        assertTrue(web.explicitReadiness());
        assertEquals("0 3 * * *", web.terminate().orElseThrow().toString());
    }

    @Test
    void shouldLetOneProcessInheritTheListener() throws Exception {
        ProcessSpec.Port port = only("cmd: 'x', cluster: {commonPort: 'inherit', strategy: 'ip-hash'}").port();

        assertTrue(port.inherited() && port.isShared());
        assertTrue(port.common().isEmpty());
        String two = "{id: 'ID', cmd: 'x', cluster: {commonPort: 'inherit'}}";
        String problems = problems("{processes: [" + two + "," + two.replace("ID", "b") + "]}");
        assertTrue(problems.contains("only one process of a primary can have"), problems);
    }

    @Test
    void shouldHaveTheDefaultsOfTheManual() throws Exception {
        ProcessSpec web = only("cmd: 'server'");

        assertEquals(new Program.ShellLine("server"), web.program());
        assertTrue(web.autostart());
        assertEquals(new ProcessSpec.Restart("always", Optional.empty(), OptionalInt.empty(), Optional.empty()),
                web.restart());
        assertEquals(new ProcessSpec.Stop(Duration.ZERO, Duration.ofSeconds(20), Duration.ofSeconds(5)), web.stop());
        assertEquals(1, web.instances());
        assertEquals(ProcessSpec.Port.NONE, web.port());
        assertEquals(Scheduling.RELAY, only("cmd: 'x', cluster: {commonPort: 3000}").port().scheduling());
        assertEquals(Optional.empty(), only("cmd: 'x', cluster: {commonPort: 3000}").port().redirects());
        assertEquals(Optional.empty(), web.warmUp());
        assertEquals(Optional.of(WarmUp.requests("/")),
                only("cmd: 'x', cluster: {commonPort: 3000}, warmUp: {paths: ['/']}").warmUp());
        assertEquals(Duration.ofSeconds(60), web.startTimeout());
        assertEquals(folder, web.directory());
        assertEquals(new ProcessSpec.Reload(1, Duration.ZERO, Optional.empty()), web.reload());
        assertFalse(only("cmd: ['job'], cron: '* * * * *'").autostart());
    }

    @Test
    void shouldTellAllMistakesAtOnceWithPlacesAndTheNearestNames() throws IOException {
        String text = problems("""
                {
                  "processes": [
                    {"id": "web", "cmd": "x", "cluster": {"instanses": 2}},
                    {"id": "web-2", "cmd": ["y"], "restart": "allways"},
                    {"id": "mail", "cwd": 5, "timeout": 0}
                  ]
                }
                """);

        assertEquals("""
                musher.json: 6 errors
                  3:43  processes[0].cluster.instanses: unknown key; did you mean "instances"?
                  4:6   processes[1].id: "web-2" is also the name of worker 2 of "web"
                  4:46  processes[1].restart: "allways" is none of always, error, never; did you mean "always"?
                  5:5   processes[2]: there is nothing to run: "cmd" or "jar" is missing
                  5:27  processes[2].cwd: is a number, expected a string
                  5:41  processes[2].timeout: is 0, expected a number of seconds, at least 1""", text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            worker: ['a.js']                                  | start the script as a command
            cmd: 'x', cron: '* * * * *', cluster: {instances: 2} | runs in one process
            cmd: 'x', cron: 'often'                           | has 1 field
            cmd: 'x', jar: 'y.jar'                            | not both
            cmd: 'x', args: ['y']                             | write it into "cmd"
            cmd: []                                           | names no program
            cmd: 'x', cluster: {commonPort: 70000}            | is 70000, expected a whole number from 1 to 65535
            cmd: 'x', cluster: {instances: 3, commonPort: 4001, startPort: 4000} | contain the common port 4001
            cmd: 'x', cluster: {instances: 10, startPort: 65530} | need ports up to 65539
            cmd: 'x', cluster: {strategy: 'fastest', commonPort: 1} | fastest
            cmd: 'x', cluster: {strategy: 'ip-hash'}          | has no effect without "commonPort"
            cmd: 'x', cluster: {commonPort: '3000'}           | is neither a whole number from 1 to 65535 nor "inherit"
            cmd: 'x', cluster: {commonPort: 'inherit', host: '::1'} | the inherited socket is bound to an address
            cmd: 'x', cluster: {commonPort: 'inherit'}, terminateGracePeriod: 1 | goes with a terminateGracePeriod of 0
            cmd: 'x', cluster: {scheduling: 'kernal', commonPort: 1} | did you mean "kernel"?
            cmd: 'x', cluster: {scheduling: 'kernel'}         | cluster.scheduling: has no effect without "commonPort"
            cmd: 'x', cluster: {redirectCommonPort: false}    | has no effect without "commonPort"
            cmd: 'x', cluster: {scheduling: 'kernel', commonPort: 1, strategy: 'ip-hash'} | KERNEL and strategy
            cmd: 'x', cluster: {scheduling: 'kernel', commonPort: 1, startPort: 4000} | scheduling KERNEL and startPort
            cmd: 'x', cluster: {scheduling: 'kernel', commonPort: 1}, health: [{tcp: true}] | KERNEL and healthCheck
            cmd: 'x', cluster: {scheduling: 'kernel', commonPort: 1}, warmUp: {paths: ['/']} | KERNEL and warmUp
            cmd: 'x', cluster: {commonPort: 1}, warmUp: {}    | the key "paths" is missing
            cmd: 'x', cluster: {commonPort: 1}, warmUp: {paths: []} | warmUp has no path
            cmd: 'x', cluster: {commonPort: 1}, warmUp: {paths: ['a']} | warmUp path 'a' does not begin with /
            cmd: 'x', cluster: {commonPort: 1}, warmUp: {paths: ['/'], time: 0} | is not within 1 ms to a day
            cmd: 'x', warmUp: {paths: ['/']}                  | warmUp needs a port
            cmd: 'x', health: [{tcp: true}]                   | needs a port
            cmd: 'x', cluster: {instances: 'many'}            | "many" is none of auto
            cmd: 'x', cluster: {instances: 2}, pidFile: 'a.pid' | put %n
            cmd: 'x', health: [{tcp: true, http: '/'}]        | expected one of
            cmd: 'x', health: [{http: 'no-slash'}]            | no-slash
            cmd: 'x', health: [{heartbeat: true}]             | 1:46  processes[0].health[0].heartbeat: a command has no
            cmd: 'x', health: [{http: '/', interval: 0}], cluster: {startPort: 4000} | interval 0 s is not within
            cmd: 'x', maxMemory: 'lots'                       | "lots" is no size
            cmd: 'x', env: {'A=B': 'c'}                       | is no name of an environment variable
            cmd: 'x', timeout: 1e999999999                    | is 1e999999999
            cmd: 'x', id2: 'y'                                | unknown key
            cmd: 'x', cron: '* * * * *', overrun: true, pidFile: 'a.pid' | put %n
            cmd: 'x', cron: '* * * * *', maxMemory: '1G'      | would run twice
            cmd: 'x', cron: '* * * * *', restart: 'error'     | restart: a job, which has "cron", runs at its times
            cmd: 'x', cluster: {commonPort: 1, redirectCommonPort: true} | cluster.redirectCommonPort: is for a "jar"
            cmd: 'x', reload: {overlap: 2}                    | reload.overlap: has no effect without "commonPort"
            cmd: 'x', reload: {overlap: 2}, cluster: {commonPort: 1, strategy: 'ip-hash'} | the strategy "ip-hash"
            cmd: 'x', cron: '* * * * *', reload: {batch: 2}   | reload: is for what is kept running
            cmd: 'x', cron: '* * * * *', readiness: 'explicit' | readiness: is for what is kept running
            cmd: 'x', cluster: {loadBalancerStrategy: 'x', commonPort: 1} | loadBalancerStrategy
            """)
    void shouldRefuse(String members, String message) throws IOException {
        String text = problems("{processes: [{id: 'web', " + members + "}]}");

        assertTrue(text.contains(message), text);
    }

    @Test
    void shouldTakeTheStrategyByItsFormerNameAndIgnoreWhatOnlyJobsDo() throws Exception {
        FileSpec file = read("{processes: [{id: 'web', cmd: 'x', overrun: true, cluster: {commonPort: 3000,"
                + " loadBalancerStrategy: 'ip-hash'}}]}");

        assertEquals(Optional.of("ip-hash"), file.processes().get(0).port().strategy());
        assertEquals(List.of("processes[0].overrun: is for jobs, which have \"cron\""), file.ignored());
    }

    @Test
    void shouldTakeHeartbeatsOfProgramsThatMayAnswerThem() throws Exception {
        assertEquals(1, only("jar: 'x.jar', health: [{heartbeat: true}]").health().size());
        assertEquals(1, only("cmd: 'x', readiness: 'explicit', health: [{heartbeat: true}]").health().size());
    }

    @Test
    void shouldSayWhatHasNoEffectOnACommandWithoutConnectionsAndOnAJob() throws Exception {
        assertEquals(1, read("{processes: [{id: 'web', cmd: 'x', drain: 9}]}").ignored().size());
        assertEquals(1, read("{processes: [{id: 'web', cmd: 'x', drain: 9, cluster: {commonPort: 3000,"
                + " scheduling: 'kernel'}}]}").ignored().size());
        assertEquals(List.of(),
                read("{processes: [{id: 'web', cmd: 'x', drain: 9, cluster: {commonPort: 3000}}]}").ignored());
        FileSpec job = read("{processes: [{id: 'job', cmd: 'x', cron: '* * * * *', watch: ['src']}]}");
        assertEquals(List.of("processes[0].watch: each run of a job sees what has changed before it"), job.ignored());
        assertEquals(List.of(), job.processes().get(0).watch());
    }

    @Test
    void shouldSayThatNothingMakesAWorkerLateThatHasNoPort() throws Exception {
        assertEquals(
                List.of("processes[0].startTimeout: a worker without a port is ready when it has run for a second"),
                read("{processes: [{id: 'web', cmd: 'x', startTimeout: 9}]}").ignored());
        assertEquals(List.of(),
                read("{processes: [{id: 'web', cmd: 'x', startTimeout: 9, cluster: {startPort: 4000}}]}").ignored());
    }

    @Test
    void shouldSayThatNothingIsWatched() throws Exception {
        String watcher = "watcher: {skip: ['node_modules']}";
        assertEquals(List.of("watcher: no process has \"watch\""),
                read("{" + watcher + ", processes: [{id: 'web', cmd: 'x'}]}").ignored());
        assertEquals(List.of(),
                read("{" + watcher + ", processes: [{id: 'web', cmd: 'x', watch: ['src']}]}").ignored());
    }

    @Test
    void shouldSayThatWhatIsNeverRestartedHasNeitherDelayNorLimit() throws Exception {
        FileSpec file = read("{processes: [{id: 'web', cmd: 'x', restart: 'never', restartDelayMs: 5,"
                + " restartLimit: 5}]}");

        assertEquals(List.of("processes[0].restartDelayMs: a process with \"restart\": \"never\" is not restarted",
                "processes[0].restartLimit: a process with \"restart\": \"never\" is not restarted"), file.ignored());
    }

    @Test
    void shouldNameTheKeysOfTheRootThatARunningPrimaryCannotTakeOver() throws Exception {
        String processes = "processes: [{id: 'web', cmd: 'x'}]";
        FileSpec running = read("{name: 'shop', " + processes + "}");

        assertEquals(List.of(), read("{name: 'shop', watcher: {exts: ['js']}, logger: {keep: 1}, " + processes + "}")
                .needRestart(running));
        assertEquals(List.of("name", "control", "watcher.interval"),
                read("{name: 'store', control: {socket: 'x.sock'}, watcher: {interval: 99}, " + processes + "}")
                        .needRestart(running));
    }

    @Test
    void shouldTreatNamesThatDifferInCaseAsOne() throws IOException {
        assertTrue(problems("{processes: [{id: 'web', cmd: 'x'}, {id: 'WEB', cmd: 'y'}]}")
                .contains("\"WEB\" is also the name of the process at 1:14"));
    }

    @Test
    void shouldNotOpenPupsInterfaceToOtherMachines() throws Exception {
        assertTrue(problems("{api: {hostname: '0.0.0.0'}, processes: [{id: 'a', cmd: 'x'}]}").contains("use ssh"));
        assertEquals(2,
                read("{api: {port: 16441, hostname: '127.0.0.1', revoked: []}, processes: [{id: 'a', cmd: 'x'}]}")
                        .ignored().size());
    }

    @Test
    void shouldAppendToThePathOfThePrimary() throws Exception {
        assertEquals(System.getenv("PATH") + ":/own:/more",
                only("cmd: 'x', path: '/more', env: {PATH: '/own'}").env().get("PATH"));
    }

    @Test
    void shouldSayWhatIsWrongWithTheFileItself() throws IOException {
        Path file = folder.resolve("musher.json");
        assertTrue(assertThrows(FileProblems.class, () -> MusherFile.read(file, Optional.empty())).getMessage()
                .contains("there is no such file"));
        Files.write(file, new byte[]{'{', (byte) 0xff, '}'});
        assertTrue(assertThrows(FileProblems.class, () -> MusherFile.read(file, Optional.empty())).getMessage()
                .contains("not written in UTF-8"));
        Files.write(file, new byte[(1 << 20) + 1]);
        assertTrue(assertThrows(FileProblems.class, () -> MusherFile.read(file, Optional.empty())).getMessage()
                .contains("more than 1 MiB"));
        assertTrue(problems("[]").contains("is a list, expected an object"));
        assertTrue(problems("{}").contains("\"processes\" is missing"));
        assertTrue(problems("{processes: {}}").contains("is an object, expected a list"));
        assertTrue(problems("").contains("the file is empty"));
        assertTrue(assertThrows(FileProblems.class,
                () -> MusherFile.read(folder.resolve("ecosystem.config.js"), Optional.empty())).getMessage()
                .contains("node -p"));
    }
}
