package io.musher.ops.internal.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The {@code apps} of PM2's files. */
class AppsTest {

    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    @TempDir
    Path folder;

    private FileSpec read(String text, String variant) throws Exception {
        return MusherFile.read(Files.writeString(folder.resolve("ecosystem.json"), text), Optional.ofNullable(variant));
    }

    private ProcessSpec app(String members) throws Exception {
        return read("{apps: [{script: 'server.js', " + members + "}]}", null).processes().get(0);
    }

    @Test
    void shouldReadAnApplicationWithEnvironmentsAndADeploySection() throws Exception {
        String text = """
                {
                  /** applications */
                  apps : [
                    {name : "API", script : "api.js", env: {COMMON: "true"}, env_production : {NODE_ENV: "production"}},
                    // a second one
                    {name : "WEB", script : "web.js"}
                  ],
                  deploy : {production : {user : "node", host : "127.0.0.1", "post-deploy" : "npm install"}}
                }
                """;
        FileSpec file = read(text, null);

        assertEquals(List.of("API", "WEB"), file.processes().stream().map(ProcessSpec::id).toList());
        assertEquals(new Program.Words(List.of("node", "api.js")), file.processes().get(0).program());
        assertEquals(Map.of("COMMON", "true"), file.processes().get(0).env());
        assertEquals(Map.of("COMMON", "true", "NODE_ENV", "production"),
                read(text, "production").processes().get(0).env());
        assertEquals(1, file.ignored().size());
    }

    @Test
    void shouldRefuseAnEnvironmentThatNoApplicationHas() throws Exception {
        String app = "{apps: [{script: 'server.js', env_test: {A: 'b'}}]}";
        assertEquals(Map.of("A", "b"), read(app, "test").processes().get(0).env());
        assertTrue(assertThrows(FileProblems.class, () -> read(app, "tset")).getMessage()
                .contains("--env tset: no app has \"env_tset\""));
        assertTrue(assertThrows(FileProblems.class, () -> read("{processes: [{id: 'a', cmd: 'x'}]}", "test"))
                .getMessage().contains("--env test is for PM2's"));
    }

    @Test
    void shouldReadASingleApplicationNamedAfterItsScript() throws Exception {
        ProcessSpec app = read("{\"apps\": {\"treekill\": false, \"script\": \"app.js\"}}", null).processes().get(0);

        assertEquals("app", app.id());
    }

    @ParameterizedTest
    @CsvSource({"'max', 0", "0, 0", "-1, -1", "3, 3", "'2', 2"})
    void shouldCountInstancesAsPm2Does(String instances, int expected) throws Exception {
        int number = expected > 0 ? expected : Math.max(1, PROCESSORS + expected);
        String value = instances.matches("-?[0-9]+") ? instances : "'" + instances + "'";

        ProcessSpec app = app("instances: " + value + ", exec_mode: 'cluster', env: {PORT: 8002, A: 'b'}");

        assertEquals(number, app.instances());
        assertEquals(OptionalInt.of(8_002), app.port().common());
        assertEquals(Map.of("A", "b"), app.env());
    }

    /** Which have nothing to do with each other, such as the workers of a queue. */
    @Test
    void shouldRunSeveralProcessesThatShareNoPort() throws Exception {
        for (String members : List.of("exec_mode: 'fork', instances: 3", "interpreter: 'python3', instances: 3",
                "exec_mode: 'fork', instances: 3, env: {PORT: 8001}")) {
            ProcessSpec app = app(members);
            assertEquals(3, app.instances(), members);
            assertEquals(OptionalInt.empty(), app.port().common(), members);
        }
        assertEquals(OptionalInt.of(8_001), app("interpreter: 'python3', instances: 3, port: 8001").port().common());
        assertEquals(2, read("{apps: [{script: 'a.jar', instances: 2}]}", null).processes().get(0).instances());
    }

    @Test
    void shouldLeaveThePortToAnApplicationThatIsNotClustered() throws Exception {
        ProcessSpec app = app("env: {PORT: 8001}");

        assertEquals(Map.of("PORT", "8001"), app.env());
        assertEquals(OptionalInt.empty(), app.port().common());
    }

    @Test
    void shouldTranslateLimitsTimesAndFiles() throws Exception {
        ProcessSpec app = app("""
                name: 'web', max_restarts: 4, restart_delay: '3s', kill_timeout: 1600, max_memory_restart: '200M',
                cron_restart: '0 3 * * *', watch: true, out_file: 'o.log', error_file: 'e.log', pid_file: 'web.pid',
                stop_exit_codes: [0], args: '--a b', node_args: '--max-old-space-size=64', cwd: 'sub',
                min_uptime: '10s', wait_ready: true, listen_timeout: 9500""");
        Path sub = folder.resolve("sub");

        assertEquals(new ProcessSpec.Restart("error", Optional.of(Duration.ofSeconds(3)), OptionalInt.of(4),
                Optional.of(Duration.ofSeconds(10))), app.restart());
        assertEquals(Duration.ofMillis(9_500), app.startTimeout());
        assertEquals(Duration.ofMillis(1_600), app.stop().kill());
        assertEquals(200L << 20, app.maxMemory().getAsLong());
        assertEquals("0 3 * * *", app.terminate().orElseThrow().toString());
        assertEquals(List.of(sub), app.watch());
        assertEquals(Optional.of(sub.resolve("o.log")), app.logger().stdout());
        assertEquals(Optional.of(sub.resolve("e.log")), app.logger().stderr());
        assertEquals(Optional.of(sub.resolve("web.pid")), app.pidFile());
        assertEquals(new Program.Words(List.of("node", "--max-old-space-size=64", "server.js", "--a", "b")),
                app.program());
        assertEquals("never", app("autorestart: false").restart().when());
    }

    @Test
    void shouldTakeAProgramThatOnlyCronStartsAgainAsAJob() throws Exception {
        ProcessSpec job = app("autorestart: false, cron_restart: '*/5 * * * *', max_restarts: 3");
        assertEquals("*/5 * * * *", job.schedule().orElseThrow().toString());
        assertTrue(job.autostart());
        assertEquals(Optional.empty(), job.terminate());
        FileSpec limited = read("{apps: [{script: 'a.js', autorestart: false, cron_restart: '0 1 * * *',"
                + " max_memory_restart: '1G'}]}", null);
        assertTrue(limited.ignored().toString().contains("a job is not restarted; limit its memory"));
    }

    /** PM2 goes on without a worker that is not ready by then, so that many files have a short time. */
    @Test
    void shouldNotTakeAShortListenTimeoutForALimit() throws Exception {
        FileSpec file = read("{apps: [{script: 'a.js', listen_timeout: 1000}]}", null);

        assertEquals(Duration.ofSeconds(60), file.processes().get(0).startTimeout());
        assertTrue(file.ignored().get(0).startsWith("apps[0].listen_timeout: less than 3000 ms"),
                file.ignored()::toString);
    }

    @Test
    void shouldTellEachWorkerItsInstanceInPm2sVariableOrTheOneThatIsNamed() throws Exception {
        assertEquals(Optional.of("NODE_APP_INSTANCE"), app("env: {A: 'b'}").instanceVariable());
        assertEquals(Optional.of("NUMBER"), app("instance_var: 'NUMBER'").instanceVariable());
        assertEquals(Optional.empty(),
                read("{processes: [{id: 'a', cmd: 'x'}]}", null).processes().get(0).instanceVariable());
    }

    @Test
    void shouldSayThatMinUptimeHasNoEffectWithoutRestarts() throws Exception {
        FileSpec file = read("{apps: [{script: 'a.js', autorestart: false, min_uptime: '5s', max_restarts: 3}]}", null);

        assertEquals(List.of("apps[0].min_uptime", "apps[0].max_restarts"),
                file.ignored().stream().map(line -> line.substring(0, line.indexOf(':'))).toList());
        assertEquals(Optional.empty(), file.processes().get(0).restart().goodLife());
    }

    @Test
    void shouldWriteOutputToOneFileAndSayWhichIsLeftOut() throws Exception {
        FileSpec file = read("{apps: [{script: 'a.js', out_file: 'NULL', log_file: 'all.log', err: 'e.log'}]}", null);

        assertEquals(Optional.of(Path.of("/dev/null")), file.processes().get(0).logger().stdout());
        assertEquals(Optional.of(folder.resolve("e.log")), file.processes().get(0).logger().stderr());
        assertEquals(List.of("apps[0].log_file: output goes to one file, the one that is named by another key"),
                file.ignored());
    }

    @Test
    void shouldTakeDateFormatsForTimesInFilesAndSayWhatTheTimesLookLike() throws Exception {
        for (String members : List.of("log_date_format: 'YYYY-MM-DD'", "time: true",
                "time: true, log_date_format: 'YYYY-MM-DD HH:mm Z', log_type: 'json', out: 'o.log'")) {
            FileSpec file = read("{apps: [{script: 'server.js', " + members + "}]}", null);
            assertTrue(file.processes().get(0).logger().decorateFiles(), members);
            assertEquals(members.contains("format"), file.ignored().toString().contains("begins with its time"));
        }
    }

    /** All that PM2's schema knows and nothing here answers to, except by a line. */
    @Test
    void shouldIgnoreWhatHasNoMeaningHereAndWhatIsSwitchedOff() throws Exception {
        List<String> keys = List.of("vizion", "trace", "v8", "deep_monitoring", "windowsHide", "kill_retry_time",
                "post_update", "io", "exp_backoff_restart_delay", "watch_options");
        FileSpec file = read("{apps: [{script: 'a.js', shutdown_with_message: false, disable_logs: false, "
                + String.join(": 1, ", keys) + ": 1}]}", null);

        assertEquals(keys.size(), file.ignored().size(), () -> file.ignored().toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            instances: 2                       | add "port"
            exec_mode: 'cluster'               | add "port"
            uid: 'www'                         | User=
            shutdown_with_message: true        | SIGTERM
            ignore_watch: ['x']                | watcher
            watch_delay: 500                   | "watcher": {"interval": 1000}
            disable_logs: true                 | "console": false
            name_prefix: 'shop-'               | write it into "name"
            cron: '0 1 * * *'                  | write "cron_restart"
            user: 'www'                        | User=
            log_type: 'xml'                    | none of json
            scripts: 'y'                       | did you mean "script"?
            stop_exit_codes: [3]               | only [0]
            kill_timeout: 'soon'               | "soon" is no time
            instances: 'lots', port: 3000      | expected a number or "max"
            instances: 2, port: 9, pid_file: 'a' | apps[0].pid_file: several workers
            pid: 5                             | apps[0].pid: is a number
            instance_var: 'A=B'                | "A=B" is no name of an environment variable
            min_uptime: 'long'                 | "long" is no time
            listen_timeout: -1                 | apps[0].listen_timeout
            max_memory_restart: 'much'         | apps[0].max_memory_restart
            out_file: ' '                      | apps[0].out_file
            max_restarts: -1                   | apps[0].max_restarts
            """)
    void shouldRefuse(String members, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("ecosystem.json"),
                "{apps: [{script: 'server.js', " + members + "}]}");

        String text = assertThrows(FileProblems.class, () -> MusherFile.read(file, Optional.empty())).getMessage();

        assertTrue(text.contains(message) && text.contains("apps[0]"), text);
    }
}
