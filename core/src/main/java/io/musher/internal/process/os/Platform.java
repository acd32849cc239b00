package io.musher.internal.process.os;

import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Detects the operating system and the paths of its tools. */
public final class Platform {

    private static final String OS = System.getProperty("os.name", "");

    public static final boolean LINUX = OS.startsWith("Linux");
    static final boolean MAC = OS.startsWith("Mac");
    public static final boolean WINDOWS = OS.startsWith("Windows");

    /** The null device: reads return end of file, writes are discarded. */
    public static final File NULL = new File(WINDOWS ? "NUL" : "/dev/null");

    /** Runs a program, in place of itself, in a new session and so in a new process group. */
    public static final Optional<String> SETSID = LINUX ? tool("setsid") : Optional.empty();

    /** Runs a program at a lower priority. */
    public static final Optional<String> NICE = LINUX ? tool("nice") : Optional.empty();

    public static final Optional<String> SH = WINDOWS ? Optional.empty() : tool("sh");

    private Platform() {}

    /** {@return the path of a tool; empty if it is not installed} */
    static Optional<String> tool(String name) {
        List<String> folders = new ArrayList<>(List.of("/usr/bin", "/bin"));
        folders.addAll(Arrays.asList(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)));
        for (String folder : folders) {
            File tool = new File(folder, name);
            if (!folder.isEmpty() && tool.canExecute()) {
                return Optional.of(tool.getPath());
            }
        }
        return Optional.empty();
    }
}
