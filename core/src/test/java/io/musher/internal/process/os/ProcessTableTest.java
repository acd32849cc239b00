package io.musher.internal.process.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ProcessTableTest {

    @Test
    void shouldAddUpTheCpuTimeOfAProcessAndOfItsReapedChildren() {
        assertEquals(100_000_000, ProcessTable.parseCpu("7 (a b) S 1 7 7 0 -1 0 0 0 0 0 1 2 3 4 20 0 1 0 99"));
        assertEquals(0, ProcessTable.cpuNanos(Integer.MAX_VALUE));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldListThisProcessInItsSession() {
        long own = ProcessHandle.current().pid();
        long session = ProcessTable.entry(own).orElseThrow().session();
        assertTrue(ProcessTable.sessions().get(session).contains(own));
    }

    @Test
    void shouldReadANameWithParentheses() {
        assertEquals(new ProcessTable.Entry(7, 'S', 42, 41),
                ProcessTable.parse(7, "7 (a) Z 1 (b) S 5 42 41 0 -1 4194304 99"));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldReadThisProcess() {
        long own = ProcessHandle.current().pid();
        assertTrue(ProcessTable.pids().contains(own));
        assertEquals(own, ProcessTable.entry(own).orElseThrow().pid());
        assertTrue(ProcessTable.hasVariable(own, "PATH=" + System.getenv("PATH")));
        assertFalse(ProcessTable.hasVariable(own, "PATH=" + System.getenv("PATH") + "x"));
        assertEquals(Optional.empty(), ProcessTable.entry(1L << 40));
    }

    @Test
    void shouldReadAListener() {
        String line = "   0: 0100007F:0CEA 00000000:0000 0A 00000000:00000000 00:00000000 00000000"
                + "     0        0 4711 1 0000000000000000 100 0 0 10 0";
        OptionalInt port = OptionalInt.of(0x0CEA);
        assertEquals(Optional.of(Map.entry("socket:[4711]", new InetSocketAddress("127.0.0.1", 3306))),
                ListeningSockets.entry(line, port));
        assertEquals(Optional.empty(), ListeningSockets.entry(line, OptionalInt.of(0x0CEB)));
        assertEquals(Optional.empty(), ListeningSockets.entry(line.replace(" 0A ", " 01 "), port));
        assertEquals(Optional.empty(), ListeningSockets.entry("  sl  local_address rem_address   st", port));
        assertEquals("*:8080", text("00000000:1F90"));
        assertEquals("[0:0:0:0:0:0:0:1]:8080", text("00000000000000000000000001000000:1F90"));
        assertEquals("127.0.0.1:8080", text("0000000000000000FFFF00000100007F:1F90"));
    }

    private static String text(String hex) {
        return ListeningSockets.text(ListeningSockets.address(hex));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void shouldKnowSignals() {
        assertEquals(Optional.of("SIGTERM"), SignalNames.of(143));
        assertEquals(Optional.of("SIGHUP"), SignalNames.of(129));
        assertEquals(Optional.empty(), SignalNames.of(128));
        assertEquals(Optional.empty(), SignalNames.of(127));
        assertEquals(Optional.empty(), SignalNames.of(255));
        assertEquals(Optional.empty(), SignalNames.of(0));
        assertEquals("HUP", SignalNames.name(" sighup "));
        assertThrows(IllegalArgumentException.class, () -> SignalNames.name("1"));
        assertEquals("exit code 3", Termination.of(3).toString());
        assertEquals("SIGKILL", Termination.of(137).toString());
    }
}
