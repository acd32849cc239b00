package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The balancer program and its options, seen from a client and from a target. */
class BalancerProgramIT {

    @RegisterExtension
    final Children children = new Children();

    @Test
    void shouldServeByWeightAndSayLittle() throws Exception {
        try (NioHttpServer a = new NioHttpServer("a"); NioHttpServer b = new NioHttpServer("b")) {
            BalancerProgram program = BalancerProgram.start(children, "--target", a.target() + "@3", "--target",
                    b.target());
            Map<String, Integer> answers = new TreeMap<>();
            for (int i = 0; i < 40; i++) {
                answers.merge(StrictHttpClient.fetch(program.port()), 1, Integer::sum);
            }
            assertEquals(Map.of("a", 30, "b", 10), answers);
            program.stop();
            assertEquals("", program.child().stderr(), program.child()::report);
            assertEquals(List.of(
                    "musher-balancer: listens on port " + program.port() + ", targets " + a.target() + " " + b.target(),
                    "musher-balancer: stopped accepting, waiting up to 20 s for 0 connections to end",
                    "musher-balancer: stopped, 0 connections cut"), program.child().stdout().lines().toList());
            assertTrue(FreePorts.isFree(program.port()));
        }
    }

    @Test
    void shouldRunWithoutAnyOtherJar(@TempDir Path folder) throws Exception {
        Path jar = Files.copy(Jars.balancer(), folder.resolve("balancer.jar"));
        try (NioHttpServer site = new NioHttpServer("site")) {
            BalancerProgram program = BalancerProgram
                    .of(children.jar(jar, "--listen", "127.0.0.1:0", "--target", "127.0.0.1:" + FreePorts.free(),
                            "--target", site.target(), "--trust-proxy", "127.0.0.1"));
            for (int i = 0; i < 10; i++) {
                try (StrictHttpClient caller = new StrictHttpClient(program.port())) {
                    caller.send("PROXY UNKNOWN\r\n");
                    assertEquals("site", caller.get());
                }
            }
            program.child().awaitLine("musher-balancer: target .* is ejected: ");
            try (StrictHttpClient caller = new StrictHttpClient(program.port())) {
                caller.send("no header");
                program.child().awaitLine("WARN balancer: closed a connection from the trusted proxy");
            }
            program.stop();
        }
    }

    @Test
    void shouldRunAnywhereWithTwoJarsSideBySide(@TempDir Path folder) throws Exception {
        Path home = Files.createDirectories(folder.resolve("a place"));
        Files.copy(Jars.balancer(), home.resolve("balancer.jar"));
        Files.copy(Jars.slf4j(), home.resolve(Jars.slf4j().getFileName()));
        try (NioHttpServer site = new NioHttpServer("site")) {
            BalancerProgram program = BalancerProgram
                    .of(children.start(new ProcessBuilder(Child.java(), "-jar", "a place/balancer.jar",
                            "--listen=127.0.0.1:0", "--target=" + site.target()).directory(folder.toFile())));
            assertEquals("site", StrictHttpClient.fetch(program.port()));
            program.stop();
            assertEquals("", program.child().stderr(), program.child()::report);
        }
    }

    @Test
    void shouldRunOnTheModulePath() throws Exception {
        try (NioHttpServer site = new NioHttpServer("site")) {
            BalancerProgram program = BalancerProgram.of(children.command(Child.java(),
                    "-p", BalancerProgram.path(Jars.balancer(), Jars.slf4j()),
                    "-m", "io.musher.balancer/io.musher.balancer.internal.cli.BalancerMain",
                    "--listen", "127.0.0.1:0", "--target", site.target()));
            assertEquals("site", StrictHttpClient.fetch(program.port()));
            program.stop();
            assertEquals("", program.child().stderr(), program.child()::report);
        }
    }

    @Test
    void shouldServeBothFamiliesOnAllInterfacesWithManyLoops() throws Exception {
        try (NioHttpServer site = new NioHttpServer("site")) {
            BalancerProgram program = BalancerProgram.of(children.jar(Jars.balancer(),
                    "--listen", "0", "--target", site.target(), "--loops", "3"));
            for (int i = 0; i < 20; i++) {
                assertEquals("site", StrictHttpClient.fetch(program.port()));
            }
            assumeTrue(FreePorts.hasIpv6(), "no IPv6 on this machine");
            assertEquals("site", StrictHttpClient.fetch("::1", program.port()));
        }
    }

    @Test
    void shouldSendProxyHeaderV1() throws Exception {
        try (ScriptedServer target = new ScriptedServer(socket -> answer(socket, line(socket)))) {
            BalancerProgram program = BalancerProgram.start(children, "--target", target.target(), "--proxy", "v1");
            try (StrictHttpClient caller = new StrictHttpClient(program.port())) {
                assertEquals("PROXY TCP4 127.0.0.1 127.0.0.1 " + caller.socket().getLocalPort() + " " + program.port(),
                        caller.get());
            }
        }
    }

    @Test
    void shouldSendProxyHeaderV2() throws Exception {
        try (ScriptedServer target = new ScriptedServer(
                socket -> socket.getOutputStream().write(socket.getInputStream().readNBytes(28)))) {
            BalancerProgram program = BalancerProgram.start(children, "--target", target.target(), "--proxy", "v2");
            try (StrictHttpClient caller = new StrictHttpClient(program.port())) {
                caller.request();
                ByteBuffer expected = ByteBuffer.allocate(28)
                        .put("\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.US_ASCII))
                        .put((byte) 0x21).put((byte) 0x11).putShort((short) 12).putInt(0x7F000001).putInt(0x7F000001)
                        .putShort((short) caller.socket().getLocalPort()).putShort((short) program.port());
                assertArrayEquals(expected.array(), caller.socket().getInputStream().readNBytes(28));
            }
        }
    }

    @Test
    void shouldTakeTheClientFromATrustedProxyForTheTargetAndForIpHash() throws Exception {
        try (ScriptedServer a = new ScriptedServer(socket -> answer(socket, "a " + line(socket)));
                ScriptedServer b = new ScriptedServer(socket -> answer(socket, "b " + line(socket)))) {
            BalancerProgram program = BalancerProgram.start(children, "--target", a.target(), "--target", b.target(),
                    "--proxy", "v1",
                    "--trust-proxy", "10.0.0.0/8", "--trust-proxy", "127.0.0.1", "--strategy", "ip-hash");
            Set<String> chosen = new HashSet<>();
            for (int client = 1; client <= 30; client++) {
                Set<String> mine = new HashSet<>();
                for (int port = 1; port <= 3; port++) {
                    String header = "PROXY TCP4 192.0.2." + client + " 198.51.100.1 " + port + " 80";
                    try (StrictHttpClient caller = new StrictHttpClient(program.port())) {
                        caller.send(header + "\r\nGET / HTTP/1.1\r\n\r\n");
                        String answer = caller.answer();
                        assertTrue(answer.substring(2).startsWith("PROXY TCP4 192.0.2." + client + " "), answer);
                        mine.add(answer.substring(0, 1));
                    }
                }
                assertEquals(1, mine.size(), "client " + client + " went to " + mine);
                chosen.addAll(mine);
            }
            assertEquals(Set.of("a", "b"), chosen);
        }
    }

    @Test
    void shouldCloseWhoComesWithoutTheHeaderOfATrustedProxy() throws Exception {
        try (NioHttpServer site = new NioHttpServer("site")) {
            BalancerProgram program = BalancerProgram.start(children, "--target", site.target(), "--trust-proxy",
                    "127.0.0.1");
            try (StrictHttpClient caller = new StrictHttpClient(program.port())) {
                caller.request();
                assertThrows(IOException.class, caller::answer);
            }
            assertEquals(0, site.accepted());
            try (StrictHttpClient caller = new StrictHttpClient(program.port())) {
                caller.send("PROXY UNKNOWN\r\n");
                assertEquals("site", caller.get());
            }
        }
    }

    @Test
    @Timeout(120)
    void shouldProbe() throws Exception {
        Duration probes = Duration.ofSeconds(40);
        int port = FreePorts.free();
        try (NioHttpServer up = new NioHttpServer("up")) {
            BalancerProgram program = BalancerProgram.start(children,
                    "--target", up.target(), "--target", "127.0.0.1:" + port, "--probe");
            program.child().awaitLine("target 127.0.0.1:" + port + " is down: ", probes);
            try (NioHttpServer late = new NioHttpServer("late", port)) {
                program.child().awaitLine("target 127.0.0.1:" + port + " is back", probes);
                Set<String> answers = Set.of(StrictHttpClient.fetch(program.port()),
                        StrictHttpClient.fetch(program.port()));
                assertEquals(Set.of(up.name(), late.name()), answers);
            }
        }
    }

    @Test
    void shouldLetWaitWhatIsOverTheLimit() throws Exception {
        try (NioHttpServer site = new NioHttpServer("site")) {
            BalancerProgram program = BalancerProgram.start(children, "--target", site.target(), "--max-connections",
                    "1");
            try (StrictHttpClient first = new StrictHttpClient(program.port());
                    StrictHttpClient second = new StrictHttpClient(program.port())) {
                assertEquals("site", first.get());
                second.request();
                for (int i = 0; i < 100; i++) {
                    assertEquals("site", first.get());
                }
                assertEquals(1, site.accepted());
                assertFalse(second.hasAnswer());
                first.hangUp();
                assertEquals("site", second.answer());
                assertEquals(2, site.accepted());
            }
        }
    }

    @Test
    void shouldCutTheIdle() throws Exception {
        try (NioHttpServer site = new NioHttpServer("site")) {
            BalancerProgram program = BalancerProgram.start(children, "--target", site.target(), "--idle-timeout", "1");
            try (StrictHttpClient caller = new StrictHttpClient(program.port())) {
                assertEquals("site", caller.get());
                caller.expectEnd();
            }
        }
    }

    @Test
    void shouldEjectAndRestoreATargetUnseenByClients() throws Exception {
        int port = FreePorts.free();
        try (NioHttpServer up = new NioHttpServer("up")) {
            BalancerProgram program = BalancerProgram.start(children, "--target", "127.0.0.1:" + port, "--target",
                    up.target());
            for (int i = 0; i < 20; i++) {
                assertEquals("up", StrictHttpClient.fetch(program.port()));
            }
            program.child().awaitLine("target 127.0.0.1:" + port + " is ejected: ");
            try (NioHttpServer late = new NioHttpServer("late", port)) {
                program.child().awaitLine("target 127.0.0.1:" + port + " is back");
                await("the restored target serves")
                        .until(() -> StrictHttpClient.fetch(program.port()).equals(late.name()));
            }
        }
    }

    private static String line(Socket socket) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = socket.getInputStream().read(); c != '\n' && c >= 0; c = socket.getInputStream().read()) {
            line.append((char) c);
        }
        return line.toString().trim();
    }

    private static void answer(Socket socket, String body) throws IOException {
        String answer = "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
        socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
        socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    }
}
