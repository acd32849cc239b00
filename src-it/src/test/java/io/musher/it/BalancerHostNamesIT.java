package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Targets of the balancer program whose host is a name; what it means is in a file of the test's. */
class BalancerHostNamesIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @RegisterExtension
    final Children children = new Children();

    @TempDir
    Path folder;

    @Test
    void shouldServeThoughANameCannotBeResolvedAndUseItOnceItCan() throws Exception {
        hosts("127.0.0.1 known");
        try (NioHttpServer a = new NioHttpServer("a"); NioHttpServer b = new NioHttpServer("b")) {
            BalancerProgram program = start("--target", "unknown:" + a.port(), "--target", "known:" + b.port());
            for (int i = 0; i < 10; i++) {
                assertEquals("b", StrictHttpClient.fetch(program.port()));
            }
            await().atMost(PATIENCE).until(() -> program.child().stderr().contains(
                    "musher-balancer: target unknown:" + a.port() + " is down: host unknown cannot be resolved"));
            hosts("127.0.0.1 known unknown");
            await().atMost(PATIENCE)
                    .until(() -> program.child().stderr().contains("target unknown:" + a.port() + " is back"));
            await().atMost(PATIENCE).until(() -> StrictHttpClient.fetch(program.port()).equals("a"));
            program.stop();
        }
    }

    @Test
    void shouldTryAllAddressesOfAName() throws Exception {
        hosts("127.0.0.2 double", "127.0.0.1 double");
        try (NioHttpServer site = new NioHttpServer("site")) {
            BalancerProgram program = start("--target", "double:" + site.port());
            for (int i = 0; i < 10; i++) {
                assertEquals("site", StrictHttpClient.fetch(program.port()));
            }
            program.stop();
            assertEquals("", program.child().stderr(), program.child()::report);
        }
    }

    @Test
    void shouldFollowANameThatMoves() throws Exception {
        hosts("127.0.0.2 moving");
        try (NioHttpServer site = new NioHttpServer("site")) {
            BalancerProgram program = start("--target", "moving:" + site.port());
            try (StrictHttpClient caller = new StrictHttpClient(program.port())) {
                caller.request(); // and waits, for nothing listens there
                hosts("127.0.0.1 moving");
                assertEquals("site", caller.answer());
            }
            program.stop();
        }
    }

    private void hosts(String... lines) throws IOException {
        Path next = Files.write(folder.resolve("next"), List.of(lines));
        Files.move(next, folder.resolve("hosts"), StandardCopyOption.REPLACE_EXISTING);
    }

    private BalancerProgram start(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("-Djdk.net.hosts.file=" + folder.resolve("hosts"),
                "-Dsun.net.inetaddr.ttl=0",
                "-Dsun.net.inetaddr.negative.ttl=0", "-jar", Jars.balancer().toString(), "--listen", "127.0.0.1:0"));
        command.addAll(List.of(options));
        return BalancerProgram.of(children.command(Child.java(), command.toArray(String[]::new)));
    }
}
