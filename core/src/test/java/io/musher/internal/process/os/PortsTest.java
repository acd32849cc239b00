package io.musher.internal.process.os;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class PortsTest {

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldKnowHowManyPortsThisMachineGivesOut() throws Exception {
        Process cat = new ProcessBuilder("cat", "/proc/sys/net/ipv4/ip_local_port_range").start();
        String[] range = new String(cat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip()
                .split("\\s+");
        assertEquals(Integer.parseInt(range[1]) - Integer.parseInt(range[0]) + 1, Ports.ephemeralCount());
    }
}
