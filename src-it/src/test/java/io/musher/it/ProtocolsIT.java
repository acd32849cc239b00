package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real servers behind the balancer program, under the load of their own benchmarks: nothing may fail, and no target may
 * be taken for dead. What was reached is printed, beside HAProxy's where that is installed; it is no measurement, for
 * all share this machine.
 */
@Timeout(300)
class ProtocolsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(120);

    @RegisterExtension
    final Children children = new Children();

    @TempDir
    Path folder;

    /** One run of a benchmark against a port; returns what it reached. */
    private interface Load {
        String run(int port) throws Exception;
    }

    @Test
    void shouldServePipelinedRedis() throws Exception {
        String benchmark = NonJavaServers.installed("redis-benchmark");
        int[] ports = {redis(), redis()};
        compare("Redis, 100 connections, 16 commands at once, requests/s (SET, GET)", port -> {
            Child child = children.command(benchmark, "-h", "127.0.0.1", "-p", "" + port, "-c", "100", "-P", "16", "-n",
                    "300000",
                    "-t", "set,get", "--csv");
            assertEquals(0, child.exitCode(PATIENCE), child::report);
            assertEquals("", child.stderr(), child::report);
            return found(child, "\"SET\",\"([0-9.]+)\"") + ", " + found(child, "\"GET\",\"([0-9.]+)\"");
        }, ports);
    }

    private int redis() throws IOException, InterruptedException {
        int port = FreePorts.free();
        Child server = children.start(
                new ProcessBuilder(NonJavaServers.installed("redis-server"), "--port", "" + port, "--bind", "127.0.0.1",
                        "--save", "", "--appendonly", "no").directory(folder.toFile()));
        server.awaitLine("Ready to accept connections");
        return port;
    }

    @Test
    void shouldServeHttp2() throws Exception {
        String h2load = NonJavaServers.installed("h2load");
        Files.writeString(folder.resolve("hello"), "hello, ".repeat(100));
        int[] ports = {nghttpd(), nghttpd()};
        compare("HTTP/2, 20 connections, 20 streams each, requests/s", port -> {
            Child child = children.command(h2load, "-n", "200000", "-c", "20", "-m", "20",
                    "http://127.0.0.1:" + port + "/hello");
            assertEquals(0, child.exitCode(PATIENCE), child::report);
            assertTrue(child.stdout().contains("200000 succeeded, 0 failed, 0 errored, 0 timeout"), child::report);
            assertTrue(child.stdout().contains("status codes: 200000 2xx"), child::report);
            return found(child, "finished in .*?, ([0-9.]+) req/s");
        }, ports);
    }

    private int nghttpd() throws IOException {
        int port = FreePorts.free();
        children.command(NonJavaServers.installed("nghttpd"), "--no-tls", "-a", "127.0.0.1", "-d", folder.toString(),
                "" + port);
        awaitListening(port);
        return port;
    }

    @Test
    void shouldCarryStreamsBothWaysAtOnce() throws Exception {
        String iperf = NonJavaServers.installed("iperf3");
        int server = FreePorts.free();
        children.command(iperf, "-s", "-B", "127.0.0.1", "-p", "" + server, "--forceflush")
                .awaitLine("Server listening");
        compare("iperf3, 8 streams, both ways at once, Mbit/s (to the server, to the client)", port -> {
            Child child = children.command(iperf, "-c", "127.0.0.1", "-p", "" + port, "-P", "8", "--bidir", "-t", "3",
                    "-f", "m");
            assertEquals(0, child.exitCode(PATIENCE), child::report);
            return found(child, "\\[SUM\\]\\[TX-C\\].* ([0-9.]+) Mbits/sec +receiver") + ", "
                    + found(child, "\\[SUM\\]\\[RX-C\\].* ([0-9.]+) Mbits/sec +receiver");
        }, server);
    }

    @Test
    void shouldServePostgres() throws Exception {
        String pgbench = NonJavaServers.installed("pgbench");
        try (Postgres postgres = new Postgres(children)) {
            for (String kept : List.of("kept", "one for each transaction")) {
                compare("PostgreSQL, 20 clients, connections " + kept + ", transactions/s", port -> {
                    List<String> options = new ArrayList<>(List.of("-n", "-S", "-c", "20", "-j", "2", "-T", "3"));
                    options.add(kept.equals("kept") ? "--protocol=prepared" : "--connect");
                    Child child = postgres.client(pgbench, port, options.toArray(String[]::new));
                    assertEquals(0, child.exitCode(PATIENCE), child::report);
                    assertTrue(child.stdout().contains("number of failed transactions: 0 "), child::report);
                    return found(child, "tps = ([0-9.]+)");
                }, postgres.port());
            }
        }
    }

    private void compare(String what, Load load, int... targets) throws Exception {
        List<String> options = new ArrayList<>(List.of("--strategy", "least-connections"));
        for (int target : targets) {
            options.addAll(List.of("--target", "127.0.0.1:" + target));
        }
        BalancerProgram program = BalancerProgram.start(children, options.toArray(String[]::new));
        String reached = load.run(program.port());
        program.stop();
        assertEquals("", program.child().stderr(), program.child()::report);
        assertTrue(program.child().stdout().contains("stopped, 0 connections cut"), program.child()::report);
        System.out.println(what + ": direct " + load.run(targets[0]) + "; balancer " + reached + "; HAProxy "
                + haproxy(load, targets));
    }

    private String haproxy(Load load, int... targets) throws Exception {
        if (NonJavaServers.find("haproxy").isEmpty()) {
            return "is not installed";
        }
        int port = FreePorts.free();
        StringBuilder config = new StringBuilder("""
                defaults
                  mode tcp
                  timeout connect 5s
                  timeout client 60s
                  timeout server 60s
                listen all
                  balance leastconn
                  bind 127.0.0.1:%d
                """.formatted(port));
        for (int target : targets) {
            config.append("  server s").append(target).append(" 127.0.0.1:").append(target).append("\n");
        }
        Path file = Files.writeString(folder.resolve("haproxy.cfg"), config);
        Child child = children.command(NonJavaServers.installed("haproxy"), "-db", "-f", file.toString());
        awaitListening(port);
        String reached = load.run(port);
        child.close();
        return reached;
    }

    private static void awaitListening(int port) {
        await().atMost(Child.PATIENCE).until(() -> !FreePorts.isFree(port));
    }

    private static String found(Child child, String regex) {
        Matcher matcher = Pattern.compile(regex).matcher(child.stdout());
        assertTrue(matcher.find(), () -> "no " + regex + " from " + child.report());
        return matcher.group(1);
    }
}
