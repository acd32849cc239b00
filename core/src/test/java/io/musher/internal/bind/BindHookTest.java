package io.musher.internal.bind;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.internal.worker.MainRunner;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The hook in JVMs of its own: it cannot be taken out again. */
@EnabledOnOs(OS.LINUX)
class BindHookTest {

    private static final String CLASSES = System.getProperty("java.class.path");

    /** A worker's program that tries what {@code main} is told to on the port. */
    static final class Program {

        public static void main(String[] args) throws IOException {
            int port = Integer.parseInt(args[0]);
            if (System.getenv(BindHook.HOST).equals("127.0.0.1")) {
                local(port);
                return;
            }
            try (ServerSocket other = new ServerSocket(0); Socket client = new Socket()) {
                isTrue(!other.getOption(StandardSocketOptions.SO_REUSEPORT), "other ports are not touched");
                client.bind(new InetSocketAddress(port));
                isTrue(!client.getOption(StandardSocketOptions.SO_REUSEPORT), "clients are not touched");
            }
            try (ServerSocket server = new ServerSocket(port)) {
                isTrue(server.getOption(StandardSocketOptions.SO_REUSEPORT), "a server socket shares the port");
                assertThrows(BindException.class, () -> new ServerSocket(port));
                assertThrows(BindException.class, () -> ServerSocketChannel.open().bind(new InetSocketAddress(port)));
                assertThrows(BindException.class,
                        () -> ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", port)));
            }
            try (ServerSocketChannel server = ServerSocketChannel.open()
                    .bind(new InetSocketAddress("127.0.0.1", port));
                    ServerSocketChannel other = ServerSocketChannel.open()
                            .bind(new InetSocketAddress("127.0.0.2", port))) {
                isTrue(server.getOption(StandardSocketOptions.SO_REUSEPORT), "a channel shares the port");
                isTrue(other.isOpen(), "another address is not in use");
            }
            ServerSocket closed = new ServerSocket(port);
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
                    Socket accepted = closed.accept()) {
                closed.close();
                isTrue(accepted.isConnected() && client.isConnected(), "connections do not count as listeners");
                new ServerSocket(port).close();
            }
            try (AsynchronousServerSocketChannel server = AsynchronousServerSocketChannel.open()
                    .bind(new InetSocketAddress(port))) {
                isTrue(server.getOption(StandardSocketOptions.SO_REUSEPORT), "an asynchronous channel shares it");
            }
            System.out.println("all is as it should be");
        }

        /** Does the same where the cluster's host is 127.0.0.1. */
        private static void local(int port) throws IOException {
            BindException all = assertThrows(BindException.class, () -> new ServerSocket(port));
            isTrue(all.getMessage().contains("all addresses, but the cluster's host is 127.0.0.1"), all.getMessage());
            BindException other = assertThrows(BindException.class,
                    () -> ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.2", port)));
            isTrue(other.getMessage().contains("set host(\"127.0.0.2\")"), other.getMessage());
            new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1")).close();
            System.out.println("all is as it should be");
        }

        private static void isTrue(boolean condition, String what) {
            if (!condition) {
                throw new AssertionError("not true: " + what);
            }
        }
    }

    /** {@return a port that the system gives to no other socket, as it is below those} */
    private static int freePort() throws IOException {
        while (true) {
            try (ServerSocket free = new ServerSocket(ThreadLocalRandom.current().nextInt(20_000, 30_000))) {
                return free.getLocalPort();
            } catch (BindException e) {
                // in use: another one
            }
        }
    }

    private static String run(String... flags) throws Exception {
        return runAt("0.0.0.0", flags);
    }

    private static String runAt(String host, String... flags) throws Exception {
        int port = freePort();
        ProcessBuilder builder = new ProcessBuilder(
                Stream.of(Stream.of(ProcessHandle.current().info().command().orElseThrow()), Stream.of(flags),
                        Stream.of("-cp", CLASSES, MainRunner.class.getName(), Program.class.getName(),
                                Integer.toString(port)))
                        .flatMap(words -> words).toList());
        builder.environment().put(BindRule.VARIABLE,
                new BindRule(BindRule.Kind.REUSE_PORT, port).text());
        builder.environment().put(BindHook.HOST, host);
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        return output;
    }

    @Test
    void shouldShareTheCommonPortOnly() throws Exception {
        assertEquals("all is as it should be", run().strip());
    }

    @Test
    void shouldListenNowhereButOnTheHostOfTheCluster() throws Exception {
        assertEquals("all is as it should be", runAt("127.0.0.1").strip());
    }

    @Test
    void shouldDoSoByAFlagWhereThatIsNeeded() throws Exception {
        assertEquals("all is as it should be",
                run("--limit-modules=java.base,java.logging", "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED").strip());
    }

    @Test
    void shouldSayWhatToDoWhereItCannotBeInstalled() throws Exception {
        String output = run("--limit-modules=java.base");
        assertTrue(output.contains("scheduling KERNEL does not work on Java " + Runtime.version())
                && output.contains("use Scheduling.RELAY"), output);
    }

    @Test
    void shouldFindWhatItNeedsInThisJava() {
        assertEquals(Optional.empty(), BindHook.missing());
    }

    @Test
    void shouldNameAllItsClasses() throws Exception {
        Path folder = Path.of(BindHook.class.getResource("BindHook.class").toURI()).getParent();
        try (Stream<Path> files = Files.list(folder)) {
            Predicate<String> needed = name -> !name.startsWith("JdkStubs") && !name.equals("package-info")
                    && !name.contains("$$Lambda");
            Set<String> all = files.map(file -> file.getFileName().toString().replace(".class", "")).filter(needed)
                    .collect(Collectors.toCollection(TreeSet::new));
            assertEquals(all, new TreeSet<>(BindHook.CLASSES));
        }
    }

    @Test
    void shouldReadTheRulesThatItWrites() {
        BindRule rule = new BindRule(BindRule.Kind.REUSE_PORT, 3000);
        assertEquals(rule, BindRule.parse(rule.text()));
        BindRule listener = new BindRule(BindRule.Kind.SHARED_LISTENER, 3000, Optional.of("0001a"));
        assertEquals(listener, BindRule.parse(listener.text()));
        for (String text : new String[]{"", " ", "REUSE_PORT", "REUSE_PORT x", "OTHER 3000"}) {
            assertTrue(assertThrows(IllegalArgumentException.class, () -> BindRule.parse(text)).getMessage()
                    .contains("MUSHER_BIND is '" + text + "'"));
        }
    }
}
