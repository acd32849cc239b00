package io.musher.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A command on a terminal, and what that terminal shows. Needs Python. */
final class PseudoTerminal {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /**
     * What a terminal shows.
     *
     * @param rows its lines, without spaces at their ends
     * @param alternate whether it shows the alternate screen
     * @param cursor whether the cursor is visible
     * @param scrolled by how many lines the alternate screen has scrolled so far
     * @param colours whether anything was coloured so far
     * @param exit the exit code; null while the command runs
     * @param restored whether the settings are those from before the command; null while it runs, and
     *     after a hangup
     */
    record Screen(List<String> rows, boolean alternate, boolean cursor, long scrolled, boolean colours, Long exit,
            Boolean restored) {

        String text() {
            return String.join("\n", rows);
        }
    }

    private final Child driver;
    private final long pid;

    private PseudoTerminal(Child driver) throws InterruptedException {
        this.driver = driver;
        pid = Long.parseLong(driver.awaitLine("^process ([0-9]+)$", PATIENCE).group(1));
    }

    /** Starts a command on a terminal of this size. */
    static PseudoTerminal start(Children children, ProcessBuilder command, int rows, int columns)
            throws IOException, InterruptedException {
        String script = Path.of(System.getProperty("basedir", "."), "src/test/resources/pseudo_terminal.py")
                .toAbsolutePath().toString();
        List<String> words = new ArrayList<>(
                List.of("python3", script, Integer.toString(rows), Integer.toString(columns)));
        words.addAll(command.command());
        return new PseudoTerminal(children.start(command.command(words)));
    }

    /** The process of the command. */
    long pid() {
        return pid;
    }

    /** Types characters; escapes are those of Python, such as {@code \t}. */
    void type(String text) throws IOException {
        send("type " + text);
    }

    void resize(int rows, int columns) throws IOException {
        send("size " + rows + " " + columns);
    }

    /** Closes the terminal, as the end of an ssh session does. */
    void hangUp() throws IOException {
        send("hangup");
    }

    /** What it shows at present. */
    Screen screen() throws Exception {
        send("screen");
        return parse(driver.awaitLine("^\\{.*\\}$", PATIENCE).group());
    }

    /** Waits for the end of the command. */
    Screen end() throws InterruptedException {
        return parse(driver.awaitLine("^\\{.*\"exit\":.*\\}$", PATIENCE).group());
    }

    private void send(String line) throws IOException {
        driver.stdin().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        driver.stdin().flush();
    }

    @SuppressWarnings("unchecked")
    private static Screen parse(String line) {
        Map<String, Object> state = Answers.object(line);
        return new Screen((List<String>) state.get("rows"), (Boolean) state.get("alternate"),
                (Boolean) state.get("cursor"), (Long) state.get("scrolled"), (Boolean) state.get("colours"),
                (Long) state.get("exit"), (Boolean) state.get("restored"));
    }
}
