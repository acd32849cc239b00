package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The programs in the documentation, compiled and run as a user would, with our jars, slf4j's, and nothing else. */
class ReadmeIT {

    private static final Path TOP = Path.of(System.getProperty("basedir", "."), "..");
    private static final List<String> DOCUMENTS = List.of("README.md", "core/GUIDE.md", "balancer/README.md");
    private static final Pattern PROGRAM = Pattern.compile("(?s)```java\\n(import (?:(?!```).)*)```");

    @RegisterExtension
    final Children children = new Children();

    @TempDir
    Path folder;

    @Test
    void shouldRunOnTheClassPath() throws Exception {
        shouldRun(List.of("-cp", BalancerProgram.path(Jars.balancer(), Jars.slf4j())), "",
                List.of("-cp", BalancerProgram.path(Jars.balancer(), Jars.slf4j(), folder.resolve("out")), "Front"));
    }

    @Test
    void shouldRunOnTheModulePath() throws Exception {
        Files.writeString(folder.resolve("module-info.java"), "module front { requires io.musher.balancer; }");
        shouldRun(List.of("-p", BalancerProgram.path(Jars.balancer(), Jars.slf4j())), "package front;\n",
                List.of("-p", BalancerProgram.path(Jars.balancer(), Jars.slf4j(), folder.resolve("out")),
                        "-m", "front/front.Front"));
    }

    /** The program's only changes are its ports and that it halts where its comment says "later". */
    private void shouldRun(List<String> compile, String header, List<String> run) throws Exception {
        try (NioHttpServer a = new NioHttpServer("a");
                NioHttpServer b = new NioHttpServer("b");
                ServerSocket control = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = FreePorts.free();
            String source = snippet();
            source = replace(source, "port(3000)", "port(" + port + ")");
            source = replace(source, "\"127.0.0.1\", 8001", "\"127.0.0.1\", " + a.port());
            source = replace(source, "\"127.0.0.1\", 8002", "\"127.0.0.1\", " + b.port());
            source = replace(source, "// later", "new java.net.Socket(\"127.0.0.1\", " + control.getLocalPort()
                    + ").getInputStream().read(); // later");
            SourceCompiler.compile(folder, "Front", header + source, compile.toArray(String[]::new));

            Child child = children.command(Child.java(), run.toArray(String[]::new));
            try (Socket halted = control.accept();
                    StrictHttpClient first = new StrictHttpClient(port);
                    StrictHttpClient second = new StrictHttpClient(port)) {
                assertEquals(Set.of("a", "b"), Set.of(first.get(), second.get()));
                halted.getOutputStream().write(1);
                first.expectEnd();
                second.expectEnd();
            }
            assertEquals(0, child.exitCode(Child.PATIENCE), child::report);
            assertEquals("a is empty, 0 connections had to be cut", child.stdout(), child::report);
        }
    }

    @Test
    void shouldRunTheTenLines() throws Exception {
        int port = FreePorts.free();
        Child child = runCluster("Shop", replace(program("Shop"), "commonPort(3000)", "commonPort(" + port + ")"));
        for (int id = 1; id <= 4; id++) {
            child.awaitLine(
                    Pattern.quote(id + ": worker " + id + " received message from the primary: {\"hello\":\"team\"}"));
        }
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.getOutputStream().write(
                    "GET / HTTP/1.1\r\nHost: it\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertTrue(answer.startsWith("HTTP/1.1 204 "), answer);
        }
        child.signal("TERM");
        assertEquals(143, child.exitCode(Child.PATIENCE), child::report);
    }

    @Test
    void shouldRunTheMessages() throws Exception {
        Child child = runCluster("Reports", program("Reports"));
        assertEquals(0, child.exitCode(Child.PATIENCE), child::report);
        assertEquals(Set.of("report has 2 pages", "worker 1 is done"), Set.copyOf(child.stdout().lines().toList()),
                child::report);
    }

    @Test
    void shouldRunTheHealthChecks() throws Exception {
        Child child = runCluster("Watched", replace(program("Watched"), "commonPort(3000)", "commonPort(0)"));
        child.awaitLine("1 is ready: its port accepts, and passes its health check");
        child.awaitLine("2 is ready: its port accepts, and passes its health check");
        child.signal("TERM");
        assertEquals(143, child.exitCode(Child.PATIENCE), child::report);
    }

    private Child runCluster(String name, String source) throws Exception {
        String path = BalancerProgram.path(Jars.core(), Jars.balancer(), Jars.slf4j());
        SourceCompiler.compile(folder, name, source, "-cp", path);
        return children.command(Child.java(), "-cp", path + File.pathSeparator + folder.resolve("out"), name);
    }

    private static String snippet() throws IOException {
        return program("Front");
    }

    private static String program(String name) throws IOException {
        for (String document : DOCUMENTS) {
            Matcher matcher = PROGRAM.matcher(Files.readString(TOP.resolve(document)));
            while (matcher.find()) {
                if (matcher.group(1).contains("public class " + name + " {")) {
                    return matcher.group(1);
                }
            }
        }
        throw new AssertionError("no program " + name + " in " + DOCUMENTS);
    }

    private static String replace(String text, String what, String by) {
        String replaced = text.replace(what, by);
        assertNotEquals(text, replaced, "no '" + what + "' in the program");
        return replaced;
    }
}
