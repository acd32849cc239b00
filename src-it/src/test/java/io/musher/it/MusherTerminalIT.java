package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What commands show on a terminal, and leave behind there. */
class MusherTerminalIT extends MusherTestBase {

    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final String FIRST_LINE = "{ \"$@\"; echo ended $? >&2; } | head -n 1; set -- true;";
    private static final String TWO = "{id: 'web', cmd: ['sh', '-c', 'echo hello; exec sleep 600'],"
            + " cluster: {instances: 2}}";

    private static void awaitText(PseudoTerminal terminal, String... texts) {
        await().atMost(PATIENCE).until(() -> {
            String screen = terminal.screen().text();
            return java.util.Arrays.stream(texts).allMatch(screen::contains);
        });
    }

    private void awaitReady() {
        await().atMost(PATIENCE).until(() -> musher.run("status").exit() == 0);
    }

    private static void assertRestored(PseudoTerminal.Screen screen) {
        assertTrue(screen.restored(), screen::toString);
        assertTrue(!screen.alternate() && screen.cursor(), screen::toString);
    }

    @ParameterizedTest
    @CsvSource({"24, 80", "50, 200"})
    void shouldShowTableEventsAndOutputOnAnAlternateScreenAndLeaveTheTerminalAsItWas(int rows, int columns)
            throws Exception {
        start(TWO);
        PseudoTerminal terminal = musher.onTerminal(rows, columns, "echo before;", "monit");
        awaitText(terminal, "web-2", "ready", "web-1 | hello", "ready: ", "q quits");

        PseudoTerminal.Screen screen = terminal.screen();
        assertTrue(screen.alternate() && !screen.cursor(), screen::toString);
        assertEquals("q quits", screen.rows().get(rows - 1));
        assertTrue(screen.rows().get(0).startsWith("shop  pid "), screen::text);
        assertEquals(0, screen.scrolled());
        assertTrue(screen.colours(), screen::text);
        terminal.type("q");

        PseudoTerminal.Screen end = terminal.end();
        assertEquals(0, end.exit());
        assertRestored(end);
        assertEquals(0, end.scrolled());
        assertEquals("before", end.text().strip());
    }

    @Test
    void shouldLeaveOutWorkersThatDoNotFitAndFollowTheSizeOfTheTerminal() throws Exception {
        start("{id: 'a-process-with-a-name-that-is-rather-long', cmd: 'exec sleep 600', cluster: {instances: 30}}");
        PseudoTerminal terminal = musher.onTerminal(24, 80, "", "monit");
        awaitText(terminal, "more lines: musher status", "30/30", "q quits");
        PseudoTerminal.Screen small = terminal.screen();
        assertTrue(small.text().contains("…ather-long-1 ") && !small.text().contains("…ther-long-30 "), small::text);

        terminal.resize(60, 120);

        await().atMost(PATIENCE).until(() -> terminal.screen().rows().get(59).equals("q quits"));
        PseudoTerminal.Screen large = terminal.screen();
        assertFalse(large.text().contains("more lines"), large::text);
        assertEquals(30, large.rows().stream().filter(row -> row.startsWith("  a-process")).count(), large::text);
        assertEquals(0, large.scrolled());
        terminal.type("\\x03");
        PseudoTerminal.Screen end = terminal.end();
        assertEquals(130, end.exit());
        assertRestored(end);
    }

    @Test
    void shouldRestoreTheTerminalWhenItIsStoppedOrThePrimaryIsKilled() throws Exception {
        start(TWO);
        PseudoTerminal stopped = musher.onTerminal(24, 80, "", "monit");
        awaitText(stopped, "q quits");
        Child.signal("TERM", stopped.pid());
        PseudoTerminal.Screen end = stopped.end();
        assertEquals(143, end.exit());
        assertRestored(end);

        PseudoTerminal left = musher.onTerminal(24, 80, "", "monit");
        awaitText(left, "q quits");
        Child.signal("KILL", musher.pid());
        end = left.end();
        assertEquals(3, end.exit());
        assertRestored(end);
        assertTrue(end.text().replace("\n", "").contains("musher start starts one"), end::text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "trap '' HUP;"})
    void shouldEndMonitWithItsTerminal(String before) throws Exception {
        start(TWO);
        PseudoTerminal terminal = musher.onTerminal(24, 80, before, "monit");
        awaitText(terminal, "q quits");

        terminal.hangUp();

        assertEquals(129, terminal.end().exit());
    }

    @Test
    void shouldStopARunWithItsTerminal() throws Exception {
        musher.file(TWO);
        PseudoTerminal terminal = musher.onTerminal(24, 80, "", "run");
        awaitText(terminal, "web: 2 workers ready");
        List<Object> workers = pids();

        terminal.hangUp();

        assertEquals(129, terminal.end().exit());
        assertTrue(workers.stream().noneMatch(pid -> ProcessHandle.of((Long) pid).isPresent()));
    }

    @Test
    void shouldStopARunWhoseReaderHasLeftIfThereIsATerminal() throws Exception {
        musher.file("{id: 'web', cmd: 'while :; do echo tick; sleep 0.1; done'}");
        PseudoTerminal.Screen end = musher.onTerminal(24, 80, FIRST_LINE, "run").end();
        assertTrue(end.text().contains("web-1 | tick") && end.text().contains("ended 1"), end::text);
        assertExit(3, musher.run("status"));

        Child service = musher.begin("set -- setsid -w \"$@\"; " + FIRST_LINE, "run");
        service.awaitLine("musher logs still shows it", PATIENCE);
        awaitReady();
    }

    @Test
    void shouldGoOnWhenTheDiskOfTheOutputIsFull() throws Exception {
        musher.file("{id: 'web', cmd: 'while :; do echo tick; sleep 0.1; done'}");
        PseudoTerminal terminal = musher.onTerminal(24, 300, "exec > /dev/full;", "run");
        awaitText(terminal, "or its disk is full; musher logs still shows it");
        awaitReady();

        terminal.hangUp();

        assertEquals(129, terminal.end().exit());
    }

    @Test
    void shouldJudgeEachStreamOfTheOutputByWhereItGoes() throws Exception {
        musher.file("{id: 'web', cmd: 'while :; do echo tick; [ -e both ] && echo tock >&2; sleep 0.1; done'}");
        PseudoTerminal terminal = musher.onTerminal(24, 300, "{ \"$@\" 2>&1 >/dev/full; echo ended $? >&2; }"
                + " | { grep -m 1 'still shows it'; while ! [ -e both ]; do sleep 0.1; done; };"
                + " set -- true;", "run");
        awaitText(terminal, "the output of workers cannot be written any more");
        awaitReady(); // nothing has left that reads the errors

        Files.createFile(folder.resolve("both"));

        PseudoTerminal.Screen end = terminal.end();
        assertTrue(end.text().contains("ended 1"), end::text);
        assertExit(3, musher.run("status"));
    }

    @Test
    void shouldEndMonitAlthoughTheTerminalTakesNoOutputOrThePrimaryHangs() throws Exception {
        start(TWO);
        PseudoTerminal paused = musher.onTerminal(24, 80, "", "monit");
        awaitText(paused, "q quits");
        paused.type("\\x13"); // Ctrl-S
        Child.signal("TERM", paused.pid());
        PseudoTerminal.Screen stopped = paused.end();
        assertEquals(143, stopped.exit());
        assertTrue(stopped.restored(), stopped::toString);

        PseudoTerminal waiting = musher.onTerminal(24, 80, "", "monit");
        awaitText(waiting, "q quits");
        Child.signal("STOP", musher.pid());
        try {
            waiting.type("q");
            PseudoTerminal.Screen end = waiting.end();
            assertEquals(0, end.exit());
            assertRestored(end);
        } finally {
            Child.signal("CONT", musher.pid());
        }
    }

    @Test
    void shouldEndLogsWhenTheirReaderHasLeftAndFailWhereTheyCannotBeWritten() throws Exception {
        start("{id: 'web', cmd: 'while :; do echo tick; sleep 0.1; done'},"
                + " {id: 'quiet', cmd: 'echo once; exec sleep 600'}");
        Child quiet = musher.begin(FIRST_LINE, "logs", "-f", "quiet");
        Child output = musher.begin(FIRST_LINE, "logs", "-f");
        Child log = musher.begin(FIRST_LINE, "logs", "-f", "--primary");
        assertEquals(0, output.exitCode(PATIENCE), output::report);
        assertEquals("ended 1", output.stderr().strip());
        log.awaitLine("web: ", PATIENCE);
        assertExit(0, musher.run("restart", "web")); // which is logged
        assertEquals(0, log.exitCode(PATIENCE), log::report);
        assertEquals("ended 1", log.stderr().strip());

        Child full = musher.begin("exec >/dev/full;", "status");
        assertEquals(1, full.exitCode(PATIENCE), full::report);
        assertTrue(full.stderr().contains("the output could not be written; is the disk full?"), full::report);

        assertEquals(0, quiet.exitCode(PATIENCE), quiet::report); // nothing was written that could have failed
        assertEquals("ended 1", quiet.stderr().strip());
    }

    @Test
    void shouldRefuseToDrawWhereThereIsNoTerminal() throws Exception {
        start(TWO);
        MusherProgram.Result piped = musher.run("monit");
        assertExit(2, piped);
        assertTrue(piped.err().contains("the output is none: use monit --once, status or logs -f"), piped::err);
        assertFalse(piped.out().contains("\033"), piped::out);
        assertExit(0, musher.run("monit", "--once"));

        PseudoTerminal dumb = musher.onTerminal(24, 80, "export TERM=dumb;", "monit");
        PseudoTerminal.Screen end = dumb.end();
        assertEquals(2, end.exit());
        assertTrue(end.text().contains("TERM names none"), end::text);
    }

    @Test
    void shouldColourOnTerminalsOnlyAndNotWhereThatIsUnwanted() throws Exception {
        start(TWO);
        assertTrue(musher.onTerminal(24, 100, "", "ls").end().colours());
        assertFalse(musher.onTerminal(24, 100, "export NO_COLOR=1;", "ls").end().colours());
        assertFalse(musher.onTerminal(24, 100, "export TERM=dumb;", "ls").end().colours());
        assertFalse(musher.run("ls").out().contains("\033"));
    }

    @Test
    void shouldShowOneLineForEachWorkerThatStartsOrIsReplaced() throws Exception {
        musher.file(TWO);
        PseudoTerminal.Screen started = musher.onTerminal(24, 80, "", "start").end();
        assertEquals("web-1: ready\nweb-2: ready\n\"shop\" is ready", started.text().strip());
        assertRestored(started);

        PseudoTerminal.Screen reloaded = musher.onTerminal(24, 80, "", "reload").end();
        assertEquals("web-1: ready\nweb-2: ready\n\"shop\": reload is done", reloaded.text().strip());
        assertEquals("web-1: starting\nweb-1: ready\nweb-2: starting\nweb-2: ready\n\"shop\": reload is done",
                musher.run("reload").out().strip());

        musher.file(TWO.replace("instances: 2", "instances: 8"));
        PseudoTerminal.Screen low = musher.onTerminal(5, 80, "", "reload").end();
        assertEquals("\"shop\": reload is done", low.rows().get(3), low::text);

        Files.delete(folder.resolve("musher.json"));
        PseudoTerminal.Screen stopped = musher.onTerminal(30, 80, "", "stop", "--name", "shop", "web").end();
        assertTrue(stopped.text().contains("web-8: exited: stopped (SIGTERM)"), stopped::text);
    }
}
