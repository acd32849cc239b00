package io.musher.internal.process.os;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;

/** Determines the memory available to this process: that of the machine, or a lower limit of its control group. */
public final class Memory {

    private Memory() {}

    /** {@return the memory in bytes; 0 when it cannot be determined} */
    public static long total() {
        return Platform.LINUX ? total(Path.of("/")) : ofTheSystemBean();
    }

    /**
     * Reads {@code /proc} and the control groups (versions 1 and 2) of this process and all their parents: the lowest
     * limit applies.
     *
     * @param root the folder that contains {@code proc} and {@code sys}
     */
    static long total(Path root) {
        long total = lines(root.resolve("proc/meminfo")).stream().filter(line -> line.startsWith("MemTotal:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10).findFirst().orElse(0);
        OptionalLong limit = lines(root.resolve("proc/self/cgroup")).stream()
                .flatMap(line -> limits(root, line.split(":", 3))).mapToLong(Long::longValue).min();
        return limit.isPresent() && (total == 0 || limit.getAsLong() < total) ? limit.getAsLong() : total;
    }

    /** @param group number, controllers and path, as in {@code /proc/self/cgroup} */
    private static Stream<Long> limits(Path root, String[] group) {
        boolean unified = group.length == 3 && group[1].isEmpty();
        if (group.length < 3 || !unified && !Arrays.asList(group[1].split(",")).contains("memory")) {
            return Stream.empty();
        }
        Path mounts = root.resolve("sys/fs/cgroup");
        Path mount = !unified ? mounts.resolve("memory")
                : Files.isDirectory(mounts.resolve("unified")) ? mounts.resolve("unified") : mounts;
        String file = unified ? "memory.max" : "memory.limit_in_bytes";
        // Inside a container the path may be that of the host; the group is then the mount point itself.
        Path own = mount.resolve(group[2].substring(1)).normalize();
        Path from = own.startsWith(mount) && Files.isDirectory(own) ? own : mount;
        return Stream.iterate(from, folder -> folder != null && folder.startsWith(mount), Path::getParent)
                .flatMap(folder -> lines(folder.resolve(file)).stream().limit(1))
                .filter(text -> text.matches("\\d{1,18}")).map(Long::valueOf);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }

    private static long ofTheSystemBean() {
        try {
            ObjectName system = new ObjectName(ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME);
            return (Long) ManagementFactory.getPlatformMBeanServer().getAttribute(system, "TotalMemorySize");
        } catch (JMException | RuntimeException e) {
            return 0;
        }
    }
}
