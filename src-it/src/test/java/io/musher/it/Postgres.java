package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A PostgreSQL server with a database of its own in a temporary folder; never run as root, which it refuses. */
final class Postgres implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final String USER = "bench";

    private final Children children;
    private final Path folder;
    private final Child server;
    private final int port;

    Postgres(Children children) throws IOException, InterruptedException {
        this.children = children;
        String initdb = NonJavaServers.installed("initdb");
        String postgres = NonJavaServers.installed("postgres");
        String pgbench = NonJavaServers.installed("pgbench");
        folder = Files.createTempDirectory(Path.of("/tmp"), "musher-postgres-");
        port = FreePorts.free();
        if (isRoot()) {
            run("chown", "postgres", folder.toString());
        }
        String data = folder.resolve("data").toString();
        run(unprivileged(initdb, "-D", data, "-U", USER, "-A", "trust", "--no-sync"));
        server = start(unprivileged(postgres, "-D", data, "-p", "" + port, "-c", "listen_addresses=127.0.0.1", "-c",
                "unix_socket_directories=", "-c", "fsync=off", "-c", "max_connections=100"));
        server.awaitLine("ready to accept connections", PATIENCE);
        Child filled = client(pgbench, port, "-i", "-s", "1", "-q");
        assertEquals(0, filled.exitCode(PATIENCE), filled::report);
    }

    int port() {
        return port;
    }

    /** Starts a client of the server's, which reaches it by this port. */
    Child client(String program, int by, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(program, "-h", "127.0.0.1", "-p", "" + by, "-U", USER));
        command.addAll(List.of(options));
        command.add("postgres");
        return start(command.toArray(String[]::new));
    }

    /** Stops it in good order: killed, it would leave shared memory behind. */
    @Override
    public void close() throws IOException {
        try {
            server.signal("INT");
            assertEquals(0, server.exitCode(PATIENCE), server::report);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the test gives up, its children are killed
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void run(String... command) throws IOException, InterruptedException {
        Child child = start(command);
        assertEquals(0, child.exitCode(PATIENCE), child::report);
    }

    private Child start(String... command) throws IOException {
        return children.start(new ProcessBuilder(command).directory(folder.toFile()));
    }

    private static String[] unprivileged(String... command) {
        if (!isRoot()) {
            return command;
        }
        List<String> wrapped = new ArrayList<>(
                List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"));
        wrapped.addAll(List.of(command));
        return wrapped.toArray(String[]::new);
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }
}
