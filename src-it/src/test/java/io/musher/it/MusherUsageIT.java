package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The command line as its users meet it: exit codes, what errors say, documented fields, completion. */
class MusherUsageIT extends MusherTestBase {

    private static final String TWO = "{id: 'web', cmd: 'exec sleep 600', cluster: {instances: 2}},"
            + " {id: 'job', cmd: 'true', cron: '0 0 1 1 *'}, {id: 'off', cmd: 'exec sleep 600', autostart: false}";

    private void assertFails(int exit, String message, String... words) throws Exception {
        MusherProgram.Result result = musher.run(words);
        assertExit(exit, result);
        assertTrue(result.err().contains(message), result::err);
        assertTrue(result.out().isEmpty(), result::out);
    }

    @Test
    void shouldSayWhatToDoWhereNoPrimaryRuns() throws Exception {
        for (String command : List.of("status", "describe", "reload", "restart", "stop", "logs", "monit")) {
            assertFails(3, "no primary runs; musher start starts one", command);
        }
        assertFails(3, "musher start starts one", "scale", "web", "2");
        assertFails(3, "no primary runs as \"other\"; musher start", "status", "--name", "other");
        assertFails(3, "other.json, and there is no such file", "status", "-c", "other.json");
        assertFails(3, "type musher start -- node app.js", "start", "app.js");
        assertFails(2, "looked for musher.json", "start");
        musher.file(TWO);
        assertFails(3, "musher start starts one with all processes", "start", "web");
    }

    @Test
    void shouldNameWhatThereIsWhereAnIdIsUnknownOrUnfit() throws Exception {
        start(TWO);
        for (String command : List.of("status", "describe", "start", "restart", "reload", "stop", "logs")) {
            assertFails(4, "name one of web, job, off", command, "nothing");
        }
        assertFails(4, "name one of web, job, off", "scale", "nothing", "2");
        assertFails(4, "name one of web, job, off", "signal", "--id", "web-3", "HUP");
        assertFails(2, "musher start job runs it now", "scale", "job", "2");
        assertFails(2, "musher restart web-1 replaces one worker", "scale", "web-1", "2");
        assertFails(3, "there are shop, by --name", "status", "--name", "other");

        MusherProgram.Result both = musher.run("status", "--id", "web", "--id", "off", "--json");
        assertExit(0, both);
        assertEquals(2, Answers.processes(Answers.object(both.out().strip())).size());
        assertExit(0, musher.run("start", "off"));
        assertExit(0, musher.run("signal", "all", "CONT"));
        assertExit(0, musher.run("stop", "web", "off"));
        assertExit(0, musher.run("status"));
        assertExit(0, musher.run("start", "all"));
        assertEquals(2L, process(0).get("ready"));
    }

    /** The names in the row of a table of the manual. */
    private static Set<String> documented(String row) throws Exception {
        Path manual = Path.of(System.getProperty("basedir", "."), "..", "core", "ops", "README.md");
        String fields = Files.readAllLines(manual).stream().filter(line -> line.startsWith("| " + row + " |"))
                .findFirst().orElseThrow(() -> new AssertionError("no row for " + row)).split("\\|")[2];
        Set<String> names = new TreeSet<>();
        Matcher matcher = Pattern.compile("`([A-Za-z]+)`").matcher(fields);
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        return names;
    }

    private static Set<String> and(Set<String> names, Set<String> more) {
        Set<String> all = new TreeSet<>(names);
        all.addAll(more);
        return all;
    }

    @Test
    @SuppressWarnings("unchecked")
    void shouldPrintTheFieldsThatAreDocumented() throws Exception {
        start(TWO);
        Files.writeString(folder.resolve("musher.json"), Files.readString(folder.resolve("musher.json"))
                .replace("'exec sleep 600', cluster", "'echo no; exit 1', cluster"));
        assertExit(1, musher.run("reload", "web"));

        MusherProgram.Result status = musher.run("status", "--json");
        assertEquals(1, status.out().strip().lines().count());
        Map<String, Object> primary = Answers.object(status.out().strip());
        Map<String, Object> web = Answers.processes(primary).get(0);
        assertEquals(documented("the primary"), new TreeSet<>(primary.keySet()));
        assertEquals(documented("a process"), new TreeSet<>(web.keySet()));
        assertEquals(documented("a worker"), new TreeSet<>(Answers.workers(web).get(0).keySet()));
        assertEquals(and(documented("a process"), documented("a job, besides")),
                new TreeSet<>(Answers.processes(primary).get(1).keySet()));
        assertEquals(documented("failedReload, until a reload succeeds"),
                new TreeSet<>(((Map<String, Object>) web.get("failedReload")).keySet()));

        Map<String, Object> described = Answers.processes(Answers.object(musher.run("describe", "--json", "web").out()
                .strip())).get(0);
        assertEquals(and(documented("a process"), documented("a process that was asked for, besides")),
                new TreeSet<>(described.keySet()));
        assertEquals(documented("details"), new TreeSet<>(((Map<String, Object>) described.get("details")).keySet()));
        assertEquals(documented("a line of output"), new TreeSet<>(Answers.object(musher.run("logs", "web", "--json",
                "-n", "1").out().strip()).keySet()));
        try (SocketChannel channel = SocketChannel
                .open(UnixDomainSocketAddress.of(musher.home().resolve("control.sock")))) {
            MusherProgram.write(channel, "{\"do\":\"events\",\"since\":0}\n");
            assertEquals(documented("an event"),
                    new TreeSet<>(Answers.object(MusherProgram.readLine(channel)).keySet()));
        }
    }

    @Test
    void shouldFailTheProcessWhosePortIsTakenAndRunTheOthers() throws Exception {
        try (ServerSocket stranger = new ServerSocket(0)) {
            String port = Integer.toString(stranger.getLocalPort());
            musher.file("{id: 'web', cmd: 'exec sleep 300', cluster: {commonPort: " + port
                    + "}}, {id: 'other', cmd: 'exec sleep 300'}");
            MusherProgram.Result start = musher.run("start");
            assertExit(1, start);
            assertTrue(start.err().contains("web") && start.err().contains(port), start::err);
            await().atMost(Duration.ofSeconds(30)).until(() -> process(1).get("state").equals("ready"));
        }
    }

    @Test
    void shouldNameTheProcessAndFileOfThePrimaryThatHasTheName() throws Exception {
        start(TWO);
        MusherProgram.Result second = musher.run("run");
        assertExit(1, second);
        assertTrue(second.err().contains("process " + musher.pid()) && second.err().contains("musher.json"),
                second::err);
    }

    @Test
    void shouldRefuseAsRootAFileThatOthersMayWrite() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root must not trust others");
        musher.file(TWO);
        Path file = folder.resolve("musher.json");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertFails(2, file.toString(), "start");
        assertFails(2, file.toString(), "run");
    }

    @Test
    void shouldCompleteCommandsOptionsAndIdsInAnInteractiveShell() throws Exception {
        String longName = "a-process-with-a-name-that-is-longer-than-the-table-shows";
        start("{id: '" + longName + "', cmd: 'exec sleep 600'}, {id: 'web', cmd: 'exec sleep 600'}");
        Files.writeString(folder.resolve("musher"), musher.run("wrapper").out());
        assertTrue(folder.resolve("musher").toFile().setExecutable(true));
        PseudoTerminal shell = musher.onTerminal(24, 100,
                "export XDG_CACHE_HOME=$PWD/cache PATH=\"$PWD:$PATH\" JAVA_HOME="
                        + Path.of(Child.java()).getParent().getParent()
                        + " PS1='$ ' INPUTRC=/dev/null; set -- bash --norc -i;",
                "ignored");
        shell.type("bind 'set enable-bracketed-paste off'; source <(musher completion); echo lo\"a\"ded\\n");
        awaitText(shell, "loaded");

        shell.type("musher des\\t");
        awaitText(shell, "musher describe ");
        shell.type("a-pro\\t");
        awaitText(shell, "musher describe " + longName);
        shell.type("\\x15musher signal we\\t");
        awaitText(shell, "musher signal web ");
        shell.type("\\x15musher signal web H\\t");
        awaitText(shell, "musher signal web HUP ");
        shell.type("\\x15musher signal --name sh\\t");
        awaitText(shell, "musher signal --name shop ");
        shell.type("we\\t");
        awaitText(shell, "musher signal --name shop web ");
        shell.type(" SIGWIN\\t");
        awaitText(shell, "musher signal --name shop web SIGWINCH ");
        shell.type("\\x15musher run --inst\\t");
        awaitText(shell, "musher run --instances ");
        shell.type("\\x15exit\\n");
        assertEquals(0, shell.end().exit());
    }

    private static void awaitText(PseudoTerminal terminal, String text) {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            String screen = terminal.screen().text();
            assertTrue(screen.contains(text.strip()), screen);
        });
    }
}
