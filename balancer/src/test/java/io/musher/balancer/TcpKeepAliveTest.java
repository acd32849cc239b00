package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * A peer that vanishes sends no end: the kernel has to ask for it, on both sides. What the kernel does stands in /proc.
 */
@EnabledOnOs(OS.LINUX)
class TcpKeepAliveTest {

    private static final String KEEP_ALIVE_TIMER = "02";
    private static final String ESTABLISHED = "01";

    @Test
    void shouldHaveTheKernelAskBothPeersOfALongConnection() throws Exception {
        try (LoopContextFixture fixture = new LoopContextFixture(Balancer.builder().waitTimeout(Duration.ofHours(1)))) {
            Target target = fixture.target();
            fixture.targets(target);
            int port = fixture.port(fixture.arrive());
            fixture.settle();
            int targetPort = target.address().getPort();
            assertEquals(0, askedBy(port) + askedBy(targetPort), "a short connection is spared that");

            fixture.pass(16_000);

            assertEquals(1, askedBy(port));
            assertEquals(1, askedBy(targetPort));
        }
    }

    @Test
    void shouldAskAllPeersOfVeryManyConnections() throws Exception {
        try (LoopContextFixture fixture = new LoopContextFixture(Balancer.builder().waitTimeout(Duration.ofHours(1)))) {
            Target target = fixture.target();
            fixture.targets(target);
            List<Integer> ports = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                ports.add(fixture.port(fixture.arrive()));
            }
            fixture.pass(16_000);
            for (int i = 0; i < 10; i++) {
                fixture.pass(1);
            }
            Set<Integer> asked = asked();
            assertEquals(List.of(), ports.stream().filter(port -> !asked.contains(port)).toList());
        }
    }

    /**
     * {@return connections to this port whose socket here waits for the moment to ask whether the peer is still there}
     */
    private static long askedBy(int remotePort) throws IOException {
        return asked().stream().filter(port -> port == remotePort).count();
    }

    /** {@return the remote ports of all such connections} */
    private static Set<Integer> asked() throws IOException {
        Set<Integer> ports = new HashSet<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] fields = line.trim().split("[ :]+");
                if (fields.length > 8 && fields[4].matches("[0-9A-F]{4}") && fields[5].equals(ESTABLISHED)
                        && fields[8].equals(KEEP_ALIVE_TIMER)) {
                    ports.add(Integer.parseInt(fields[4], 16));
                }
            }
        }
        return ports;
    }
}
