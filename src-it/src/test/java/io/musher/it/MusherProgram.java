package io.musher.it;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code musher.jar}, used by commands in a folder of its own and with a home of its own. */
final class MusherProgram {

    static final Path JAR = Path
            .of(System.getProperty("basedir", "."), "..", "core", "ops", "target", "musher.jar").toAbsolutePath()
            .normalize();
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /**
     * How a command ended.
     *
     * @param exit its exit code
     * @param out what it printed
     * @param err what it printed to the standard error
     */
    record Result(int exit, String out, String err) {}

    private final Children children;
    private final Path folder;
    private final Path home;

    MusherProgram(Children children, Path folder) {
        this.children = children;
        this.folder = folder;
        this.home = folder.resolve("home");
    }

    /** Writes the config file of a primary called shop. */
    void file(String processes) throws IOException {
        Files.writeString(folder.resolve("musher.json"), "{name: 'shop', processes: [" + processes + "]}");
    }

    /** Starts a command after these words of a shell, such as {@code umask 0;}. */
    Child begin(String before, String... words) throws IOException {
        return children.start(command(before, words));
    }

    /** Starts a command on a terminal. */
    PseudoTerminal onTerminal(int rows, int columns, String before, String... words) throws Exception {
        return PseudoTerminal.start(children, command(before, words), rows, columns);
    }

    private ProcessBuilder command(String before, String... words) {
        List<String> command = new ArrayList<>(List.of("sh", "-c",
                "cd \"$1\" && shift && " + before + " exec \"$@\"", "sh", folder.toString(), Child.java(), "-jar",
                JAR.toString()));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("MUSHER_HOME", home.toString());
        return builder;
    }

    /** Runs a command. */
    Result run(String... words) throws Exception {
        return end(begin("", words));
    }

    Result end(Child command) throws InterruptedException {
        int exit = command.exitCode(PATIENCE);
        return new Result(exit, command.stdout(), command.stderr());
    }

    Path folder() {
        return folder;
    }

    Path home() {
        return home.resolve("shop");
    }

    /** The process of the primary, as its lock file says. */
    long pid() throws IOException {
        return Long.parseLong(Files.readString(home().resolve("lock")).replaceAll("(?s).*\"pid\":([0-9]+).*", "$1"));
    }

    /** The answer of the command {@code status}. */
    Map<String, Object> status() throws Exception {
        return Answers.object(send("{\"do\":\"status\"}"));
    }

    SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(home().resolve("control.sock")));
    }

    /** Sends a line and returns the last line of the answer. */
    String send(String line) throws IOException {
        try (SocketChannel channel = connect()) {
            write(channel, line + "\n");
            BufferedReader answer = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
            String last = answer.readLine();
            while (last != null && !last.contains("\"ok\":")) {
                last = answer.readLine();
            }
            if (last == null) {
                throw new EOFException("no answer to " + line);
            }
            return last;
        }
    }

    static void write(SocketChannel channel, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Returns a line; an empty one at the end. */
    static String readLine(SocketChannel channel) throws IOException {
        StringBuilder line = new StringBuilder();
        var in = Channels.newInputStream(channel);
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            line.append((char) c);
        }
        return line.toString();
    }

    /** Ends the primary, if one runs, and all that it runs. */
    void stop() throws Exception {
        if (Files.exists(home().resolve("control.sock"))) {
            run("stop", "--name", "shop");
        }
    }
}
