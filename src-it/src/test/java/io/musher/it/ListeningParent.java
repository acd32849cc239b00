package io.musher.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A parent that has a socket and starts programs with it as their standard input, as systemd does; in Python, because
 * the JDK cannot pass a socket to a child.
 */
final class ListeningParent {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Arguments: the kind of input, then the command. Reads lines: start ARGUMENTS, stop PID, kill PID, block. */
    private static final String SCRIPT = """
            import os, pty, signal, socket, subprocess, sys
            kind, command = sys.argv[1], sys.argv[2:]
            port = 0
            def listening():
                server = socket.socket()
                server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                server.bind(('127.0.0.1', 0))
                server.listen(4096)
                return server
            if kind == 'listener':
                passed = listening()
                port = passed.getsockname()[1]
            elif kind == 'connected':
                server = listening()
                passed = socket.create_connection(server.getsockname())
            elif kind == 'datagram':
                passed = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                passed.bind(('127.0.0.1', 0))
            elif kind == 'unix':
                passed = socket.socket(socket.AF_UNIX)
                passed.bind('')
                passed.listen()
            elif kind == 'pipe':
                passed, other = os.pipe()
            elif kind == 'terminal':
                other, passed = pty.openpty()
            elif kind == 'null':
                passed = subprocess.DEVNULL
            else:
                passed = open(kind)
            print('parent has', port, flush=True)
            children = {}
            for line in sys.stdin:
                word, *rest = line.split()
                if word == 'start':
                    child = subprocess.Popen(command + rest, stdin=passed)
                    children[child.pid] = child
                    print('parent started', child.pid, flush=True)
                elif word == 'block':
                    os.set_blocking(passed.fileno(), True)
                    print('parent made it blocking', flush=True)
                else:
                    pid = int(rest[0])
                    os.kill(pid, signal.SIGTERM if word == 'stop' else signal.SIGKILL)
                    print('parent saw the end of', pid, children.pop(pid).wait(), flush=True)
            for child in children.values():
                child.kill()
            """;

    private final Child process;
    private final int port;

    /** Starts a parent; the kind of its socket is listener, or another one that is of no use. */
    ListeningParent(Children children, String kind, List<String> command) throws Exception {
        List<String> words = new ArrayList<>(List.of("-c", SCRIPT, kind));
        words.addAll(command);
        process = children.command(NonJavaServers.installed("python3"), words.toArray(String[]::new));
        port = Integer.parseInt(process.awaitLine("parent has (\\d+)").group(1));
    }

    /** Starts {@link InheritingPrimary} with the class path of the tests. */
    static ListeningParent ofPrimaries(Children children, String kind) throws Exception {
        return new ListeningParent(children, kind, List.of(Child.java(), "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), InheritingPrimary.class.getName()));
    }

    private void tell(String line) throws IOException {
        process.stdin().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.stdin().flush();
    }

    /** Starts the command with more arguments, and returns the process id. */
    long start(String... arguments) throws Exception {
        tell("start " + String.join(" ", arguments));
        return Long.parseLong(process.awaitLine("parent started (\\d+)", PATIENCE).group(1));
    }

    /** Starts a primary, and waits until it serves. */
    long serve(String... arguments) throws Exception {
        long pid = start(arguments);
        awaitLine("ready " + pid);
        return pid;
    }

    /** Sends SIGTERM, and waits for the end. */
    int stop(long pid) throws Exception {
        return end("stop", pid);
    }

    /** Sends SIGKILL, and waits for the end. */
    void kill(long pid) throws Exception {
        end("kill", pid);
    }

    private int end(String word, long pid) throws Exception {
        tell(word + " " + pid);
        return Integer.parseInt(process.awaitLine("parent saw the end of " + pid + " (-?\\d+)", PATIENCE).group(1));
    }

    /** Makes the socket blocking, as systemd does each time it starts a service with the socket. */
    void makeBlocking() throws Exception {
        tell("block");
        process.awaitLine("parent made it blocking");
    }

    String awaitLine(String regex) throws Exception {
        return process.awaitLine(regex, PATIENCE).group();
    }

    int port() {
        return port;
    }

    Child process() {
        return process;
    }
}
