package io.musher.ops.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineTest {

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... words) {
        return new CommandLine(folder, new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8)).run(words);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void shouldSayWhatAFileDescribesAndWhatItIgnores() throws Exception {
        Files.writeString(folder.resolve("pup.json"), """
                {name: "shop", plugins: [], processes: [
                  {id: "web", cmd: "x", cluster: {instances: 2, commonPort: 3000, startPort: 4000}},
                  {id: "job", cmd: "y", cron: "* * * * *"}]}""");

        assertEquals(0, run("check"));

        assertEquals("""
                ignored: plugins: are programs for Deno
                pup.json: "shop" is valid: web x 2 on port 3000, job (* * * * *)
                """, out());
    }

    @Test
    void shouldTakeTheFirstOfTheKnownFiles() throws Exception {
        Files.writeString(folder.resolve("ecosystem.json"), "{apps: [{script: 'a.js'}]}");
        Files.writeString(folder.resolve("musher.json"), "{processes: [{id: 'own', cmd: 'x'}]}");

        assertEquals(0, run("check"));
        assertTrue(out().contains("own"), out());
        assertEquals(0, run("check", "-c", "ecosystem.json"));
        assertEquals(0, run("check", "ecosystem.json"));
        assertTrue(out().endsWith(" is valid: a\n"), out());
        assertEquals(0, run("check", "--config=" + folder.resolve("ecosystem.json")));
    }

    @Test
    void shouldRefuseABadFileAndANeededOneThatIsMissing() throws Exception {
        assertEquals(2, run("check"));
        assertTrue(err().contains("looked for musher.json"), err());
        Files.writeString(folder.resolve("musher.json"), "{processes: [{id: 'a'}]}");
        assertEquals(2, run("run"));
        assertTrue(err().contains("there is nothing to run"), err());
    }

    @Test
    void shouldFindOutByCheckThatTheControlSocketCannotBe() throws Exception {
        Path file = folder.resolve("musher.json");
        String processes = "processes: [{id: 'web', cmd: 'x'}]}";
        Files.writeString(file, "{control: {socket: '/run/" + "x".repeat(120) + "'}, " + processes);
        assertEquals(2, run("check"));
        assertTrue(err().contains("control.socket: the path /run/xxx") && err().contains("name a shorter one"), err());

        Files.writeString(file, "{control: {socket: '/run/shop/x', group: 'no-such-group'}, " + processes);
        assertEquals(2, run("check"));
        assertTrue(err().contains("musher.json: control.group: this machine has no group \"no-such-group\": create"),
                err());

        Files.writeString(file, "{control: {socket: '/run/shop/x', group: '"
                + Files.readAttributes(folder, PosixFileAttributes.class).group().getName() + "'}, " + processes);
        assertEquals(0, run("check"));
    }

    @Test
    void shouldSayHowToConvertTheFileOfAFolderThatIsJavaScript() throws Exception {
        Files.writeString(folder.resolve("ecosystem.config.js"), "module.exports = {apps: []}");

        assertEquals(2, run("start"));

        assertTrue(err().contains("convert it once by") && err().contains("> ecosystem.json"), err());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            run -n 0 -- x          | --instances (-n) is 0, expected a whole number from 1 to 1000
            run ecosystem.config.js | ecosystem.config.js is JavaScript
            start no.json          | no.json cannot be read: there is no such file
            start a.json --only x  | type "autostart": false for the others
            walk                   | unknown command "walk"; musher --help
            stauts                 | did you mean "status"?
            STOP                   | did you mean "stop"?
            list                   | type musher ls
            jlist                  | --json
            show web               | type musher describe ID
            delete web             | without a file, type musher stop --name NAME
            kill                   | type musher stop
            flush                  | "maxSize" and "keep"
            save                   | type musher start
            startup                | type musher unit
            init                   | musher.json; musher check checks it
            install --name x       | type musher unit
            block web              | type musher stop ID
            unblock web            | type musher start ID
            reset web              | type musher restart ID
            monitor                | type musher monit
            --cmd x                | type musher run -- PROGRAM
            run --cmd x            | type musher run -- PROGRAM
            -c x.json status       | the command comes first
            ./server.js            | type musher run -- node ./server.js
            ./shop.jar             | type musher run --jar ./shop.jar
            run -n 0 --jar x.jar   | from 1 to 1000
            start app.js --watch   | type "watch": ["src"] in the config file
            restart x --update-env | type nothing, restart and reload read the config file
            start a.js -i 3 -p 9   | type musher start -n 3 -p 9 -- node a.js
            start a.jar -i 3       | type musher start -n 3 --jar a.jar
            run app.py             | type musher run -- python3 app.py
            monit web              | monit: unknown argument "web"
            status --follow        | go with logs
            status --time          | go with logs
            check --once           | --once goes with run, monit
            check --fast           | check: unknown option "--fast"
            check web              | check: unknown argument "web"
            scale web six          | "six" is no number
            scale web              | expected a process and a number
            scale web -x           | unknown option "-x"
            status -1              | unknown option "-1"
            check --json           | check: --json goes with status
            run --timeout 3 -- x   | run: --timeout goes with status
            reload --env x         | reload: a primary that runs keeps the --env that it was started with
            logs --env x           | logs: --env goes with run, start, check, unit
            run -Xmx1g --jar x.jar | "jvmArgs": ["-Xmx1g"] in the config file
            run --env x -- y       | goes without a program
            signal web             | expected a process or worker and a signal
            logs --since 10x       | is no time such as
            completion zsh         | for bash only
            stop -n 2              | stop: --instances (-n) goes with run, start, scale
            signal web USR1 -n 2   | signal: --instances (-n) goes with
            check -n 2             | check: --instances (-n) goes with
            check --name x         | check: --name has no effect
            wrapper -c x.json      | wrapper: -c has no effect
            status --detached      | status: --detached goes with run
            start --listen-timeout 9 | "startTimeout": 90 (seconds) in the config file
            start app.js -i max    | -- node app.js
            check -c               | -c needs a value
            check -- x             | goes with run
            run --                 | -- needs a program
            run -n 2               | need a program after --
            run -n two -- x        | "two" is no number
            run -n 5000 -- x       | is 5000, expected a whole number from 1 to 1000
            run -p 0 -- x          | is 0, expected a whole number from 1 to 65535
            run --name a/b -- x    | "a/b" is no name
            start -p 99999 -- x    | --port (-p) is 99999, expected a whole number from 1 to 65535
            start java -jar x.jar  | put -- before it: musher start -- java
            start -- v1.jar a      | did you mean: musher start --jar v1.jar, or -- java -jar v1.jar a
            run --jar no.jar       | --jar: there is no file
            check --jar x.jar      | goes with run or start
            run --jar x.jar a      | type musher run --jar x.jar -- a
            logs web --primary     | --primary goes with logs, without an ID
            run -- java -jar no.jar | java -jar: there is no file
            scale web +x           | "+x" is no number
            run -- app.js          | did you mean: musher run -- node app.js
            """)
    void shouldRefuse(String words, String message) {
        assertEquals(2, run(words.split(" ")));
        assertTrue(err().contains(message), err());
    }

    @Test
    void shouldHelp() {
        assertEquals(0, run("--help"));
        assertTrue(out().lines().allMatch(line -> line.length() <= 100), "lines fit");
        assertEquals(0, run());
        assertEquals(0, run("run", "-h"));
    }

    @Test
    void shouldEndWithZeroWhenNothingIsLeftToRun() throws Exception {
        Files.writeString(folder.resolve("musher.json"),
                "{processes: [{id: 'once', cmd: 'echo 100%; sleep 2', restart: 'never'},"
                        + " {id: 'off', cmd: 'x', autostart: false}]}");

        assertEquals(0, run("run"), this::err);

        assertEquals("once-1 | 100%\n", out());
    }

    @Test
    void shouldEndWithOneWhenEverythingWasGivenUpAfterTheRestartsOfTheFile() throws Exception {
        Files.writeString(folder.resolve("musher.json"),
                "{processes: [{id: 'bad', cmd: 'echo start; exit 3', restartLimit: 3, restartDelayMs: 10}]}");

        assertEquals(1, run("run"), this::err);

        assertEquals(4, out().lines().filter("bad-1 | start"::equals).count(), out());
    }

    @Test
    void shouldSayThatTheJarOfACommandIsMissingBeforeAnythingIsStarted() throws Exception {
        Files.writeString(folder.resolve("musher.json"),
                "{processes: [{id: 'bad', cmd: ['java', '-jar', 'no.jar'], restart: 'never'},"
                        + " {id: 'good', cmd: 'exit 0', restart: 'never'}]}");

        assertEquals(1, run("run"), this::err);

        assertTrue(err().contains("cannot run java -jar: there is no file " + folder.resolve("no.jar")), err());
    }

    @Test
    void shouldPrintAUnitWithTheSocketAsInputForAnInheritedPort() throws Exception {
        String file = "{name: 'shop', processes: [{id: 'web', cmd: 'x', cluster: {commonPort: PORT}}]}";
        Files.writeString(folder.resolve("musher.json"), file.replace("PORT", "'inherit'"));

        assertEquals(0, run("unit"), this::err);

        assertTrue(out().contains("shop.socket") && out().contains("\nStandardInput=socket\nStandardOutput=journal\n"
                + "StandardError=journal\nTimeoutStopSec="), this::out);
        out.reset();
        Files.writeString(folder.resolve("musher.json"), file.replace("PORT", "3000"));
        assertEquals(0, run("unit"), this::err);
        assertTrue(out().contains("\nSuccessExitStatus=143\nTimeoutStopSec=") && !out().contains("@"), this::out);
    }

    @Test
    void shouldPrintAUnitThatRunsWhatTheOptionsChoose() throws Exception {
        Path file = Files.writeString(folder.resolve("ecosystem.json"), "{apps: [{script: 'a.js', env_live: {A: 1}}]}");

        assertEquals(0, run("unit", "--env", "live", "--name", "store"), this::err);

        assertTrue(out().contains(" run -c " + file + " --name store --env live\n")
                && out().contains(" reload -c " + file + " --name store\n") && out().contains("Description=store"),
                this::out);
    }
}
