package io.musher.internal.process.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryTest {

    private static final long MIB = 1 << 20;

    @Test
    void shouldReadTheMachine(@TempDir Path root) throws Exception {
        file(root, "proc/meminfo", "MemTotal:       16384 kB\nMemFree: 1 kB\n");
        assertEquals(16 * MIB, Memory.total(root));
    }

    @Test
    void shouldReadTheUnifiedGroupsUpToTheRoot(@TempDir Path root) throws Exception {
        file(root, "proc/meminfo", "MemTotal: 16384 kB\n");
        file(root, "proc/self/cgroup", "0::/a.slice/b.service\n");
        file(root, "sys/fs/cgroup/a.slice/memory.max", 4 * MIB + "\n");
        file(root, "sys/fs/cgroup/a.slice/b.service/memory.max", "max\n");
        assertEquals(4 * MIB, Memory.total(root));
    }

    @Test
    void shouldReadTheOldGroupsFromInsideAContainer(@TempDir Path root) throws Exception {
        file(root, "proc/meminfo", "MemTotal: 16384 kB\n");
        file(root, "proc/self/cgroup", "5:cpu,cpuacct:/docker/abc\n4:memory:/docker/abc\n0::/docker/abc\n");
        file(root, "sys/fs/cgroup/memory/memory.limit_in_bytes", 8 * MIB + "\n");
        file(root, "sys/fs/cgroup/cpu/memory.limit_in_bytes", "1\n");
        assertEquals(8 * MIB, Memory.total(root));
    }

    @Test
    void shouldNotTakeUnlimitedForALimit(@TempDir Path root) throws Exception {
        file(root, "proc/meminfo", "MemTotal: 16384 kB\n");
        file(root, "proc/self/cgroup", "4:memory:/\n0::/../..\n");
        file(root, "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        assertEquals(16 * MIB, Memory.total(root));
    }

    @Test
    void shouldReadThisMachine() {
        assertTrue(Memory.total() > 256 * MIB);
    }

    private static void file(Path root, String name, String text) throws Exception {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
