package io.musher.internal.process.launch;

import io.musher.internal.process.os.Platform;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * Describes how this JVM was started, in enough detail to start another one like it.
 *
 * @param java the path of the {@code java} executable
 * @param flags the flags of this JVM, from the command line, argument files and environment variables
 * @param classPath absolute; empty for none
 * @param target the words that name the program: a class, {@code -jar file} or {@code -m module/class}
 * @param args the program's arguments; empty when they cannot be determined
 * @param shown whether program and arguments are on the command line itself, and not in an argument file that other
 *     users may not read
 */
record CurrentJvm(String java, InheritedFlags flags, String classPath, List<String> target, Optional<List<String>> args,
        boolean shown) {

    /** The input of {@link #of}, separate so that tests can supply it. */
    record Facts(Properties properties, List<String> flags, List<String> commandLine,
            Map<String, String> environment) {}

    private static final class Holder {
        static final CurrentJvm VALUE = ofThis(commandLine());

        private static CurrentJvm ofThis(List<String> commandLine) {
            List<String> flags = LauncherFlags.read(System.getProperties(), commandLine, System.getenv())
                    .orElseGet(() -> ManagementFactory.getRuntimeMXBean().getInputArguments());
            return of(new Facts(System.getProperties(), flags, commandLine, System.getenv()));
        }
    }

    static CurrentJvm read() {
        return Holder.VALUE;
    }

    static CurrentJvm of(Facts facts) {
        Properties properties = facts.properties();
        String home = properties.getProperty("java.home", "");
        String java = Path.of(home, "bin", Platform.WINDOWS ? "java.exe" : "java").toString();
        String command = properties.getProperty("sun.java.command", "").strip();
        String classPath = properties.getProperty("java.class.path", "");
        String main = properties.getProperty("jdk.module.main.class", "");
        Optional<List<String>> found = CommandLineParser.of(command, facts.commandLine());
        Optional<List<String>> words = found
                .or(() -> CommandLineParser.of(command, CommandLineParser.expand(facts.commandLine())));
        String first = words.map(list -> list.get(0)).orElseGet(() -> CommandLineParser.program(command, classPath));
        List<String> target = new ArrayList<>();
        if (first.contains("/") && !main.isEmpty()
                && first.startsWith(first.substring(0, first.indexOf('/')) + "/" + main)
                || first.equals(properties.getProperty("jdk.module.main"))) {
            target.add("-m");
            target.add(first);
        } else if (isJar(first, classPath, facts.commandLine())) {
            target.add("-jar");
            target.add(ClassPaths.absolute(first));
        } else if (!first.isEmpty()) {
            target.add(first);
        }
        boolean module = target.contains("-m");
        Optional<List<String>> args = words.map(list -> list.subList(1, list.size()));
        if (module && main.startsWith("com.sun.tools.javac.launcher.") && args.isPresent() && !args.get().isEmpty()) {
            target.add(ClassPaths.absolute(args.get().get(0))); // java Shop.java
            args = Optional.of(args.get().subList(1, args.get().size()));
        }
        if (main.startsWith("com.sun.tools.javac.launcher.") && target.size() < 3) {
            target.clear(); // which argument names the source file is unknown
        }
        boolean none = target.contains("-jar") || module && classPath.isEmpty();
        return new CurrentJvm(java, InheritedFlags.split(facts.flags(), facts.environment()),
                none ? "" : ClassPaths.absolutes(classPath),
                List.copyOf(target), args, found.isPresent());
    }

    /** {@return the class or jar this JVM runs} */
    String program() {
        return target.isEmpty() ? "" : target.get(target.size() - 1);
    }

    boolean isJar() {
        return target.contains("-jar");
    }

    private static boolean isJar(String first, String classPath, List<String> commandLine) {
        int at = commandLine.lastIndexOf(first);
        return at > 0 && commandLine.get(at - 1).equals("-jar") || !first.isEmpty() && first.equals(classPath);
    }

    /**
     * Returns the command line without {@code java} itself. On Linux from {@code /proc}: the JDK loses everything after
     * an empty argument.
     */
    static List<String> commandLine() {
        if (Platform.LINUX) {
            try {
                String[] words = Files.readString(Path.of("/proc/self/cmdline"), CommandLineParser.NATIVE).split("\0",
                        -1);
                return List.of(words).subList(1, Math.max(1, words.length - 1));
            } catch (IOException | RuntimeException e) {
                // use ProcessHandle, as on other systems
            }
        }
        return ProcessHandle.current().info().arguments().map(Arrays::asList).orElse(List.of());
    }
}
