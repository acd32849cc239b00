package io.musher.internal.process.os;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.management.JMException;
import javax.management.ObjectName;

/** Determines the memory available to this process: that of the machine, or a lower limit of its control group. */
public final class Memory {

    private static final String TOTAL = "MemTotal:";
    private static final long NONE = Long.MAX_VALUE;

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
        long total = 0;
        for (String line : lines(root.resolve("proc/meminfo"))) {
            if (line.startsWith(TOTAL)) {
                total = Long.parseLong(line.substring(TOTAL.length()).replace("kB", "").strip()) << 10;
            }
        }
        long limit = NONE;
        for (String line : lines(root.resolve("proc/self/cgroup"))) {
            limit = Math.min(limit, limit(root, line.split(":", 3)));
        }
        return limit != NONE && (total == 0 || limit < total) ? limit : total;
    }

    /** @param group number, controllers and path, as in {@code /proc/self/cgroup} */
    private static long limit(Path root, String[] group) {
        boolean unified = group.length == 3 && group[1].isEmpty();
        if (group.length < 3 || !unified && !Arrays.asList(group[1].split(",")).contains("memory")) {
            return NONE;
        }
        Path mounts = root.resolve("sys/fs/cgroup");
        Path mount = !unified ? mounts.resolve("memory")
                : Files.isDirectory(mounts.resolve("unified")) ? mounts.resolve("unified") : mounts;
        String file = unified ? "memory.max" : "memory.limit_in_bytes";
        // Inside a container the path may be that of the host; the group is then the mount point itself.
        Path own = mount.resolve(group[2].substring(1)).normalize();
        Path from = own.startsWith(mount) && Files.isDirectory(own) ? own : mount;
        long limit = NONE;
        for (Path folder = from; folder != null && folder.startsWith(mount); folder = folder.getParent()) {
            for (String text : lines(folder.resolve(file))) {
                limit = Math.min(limit, number(text));
            }
        }
        return limit;
    }

    /** {@return the number; none for {@code max} and for more digits than memory can have} */
    private static long number(String text) {
        try {
            return text.length() > 18 ? NONE : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return NONE;
        }
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
