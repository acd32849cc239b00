package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DescriptorsTest {

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldGiveBackThoseOfConnectionsThatHaveEnded(int loops) throws Exception {
        assumeTrue(Files.isDirectory(DESCRIPTORS));
        try (BalancerFixture fixture = new BalancerFixture()) {
            List<Target> targets = List.of(fixture.dead().as("dead"), fixture.http("a").as("a"));
            Balancer balancer = fixture.balancer(b -> b.loops(loops).targets(targets));
            connections(balancer, 50); // opens what a JVM opens only once
            long before = descriptors();
            connections(balancer, 1000);
            BalancerFixture.await("all descriptors are back", () -> descriptors() <= before);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldGiveBackAllOnClose(int loops) throws Exception {
        assumeTrue(Files.isDirectory(DESCRIPTORS));
        closed(loops); // opens what a JVM opens only once
        long before = descriptors();
        closed(loops);
        BalancerFixture.await("all descriptors are back", () -> descriptors() <= before);
    }

    private static void closed(int loops) throws Exception {
        try (BalancerFixture fixture = new BalancerFixture()) {
            ScriptedTarget a = fixture.http("a");
            Balancer balancer = fixture.balancer(b -> b.loops(loops).targets(List.of(a.as("a"))));
            connections(balancer, 20);
            for (int i = 0; i < 20; i++) {
                fixture.connect(balancer).ask(HttpMessages.get("/"));
            }
        }
    }

    private static void connections(Balancer balancer, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            try (Peer client = Peer.connect(balancer.address())) {
                assertEquals("a", client.ask(HttpMessages.get("/")));
                if (i % 3 == 0) {
                    client.reset();
                }
            }
        }
        BalancerFixture.await("all have ended", () -> balancer.stats().active() == 0);
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(DESCRIPTORS)) {
            return open.count();
        }
    }
}
