package io.musher.internal.process.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * Reads the flags of this JVM from the command line of the {@code java} launcher, without the {@code RuntimeMXBean},
 * which loads some 240 classes before the first fork. Only where the launcher passes on every flag as it is.
 */
final class LauncherFlags {

    /** Flags that the launcher passes on, by their beginning; of some others it keeps or changes a part. */
    private static final List<String> PASSED_ON = List.of("-D", "-XX:", "-Xmx", "-Xms", "-Xmn", "-Xss", "-Xlog:",
            "-Xshare:");
    /** Of these, flags by which the JVM reads others from a file, and such as it does not report. */
    private static final List<String> EXCEPTIONS = List.of("-XX:Flags=", "-XX:VMOptionsFile=", "-Djava.class.path",
            "-Dsun.java.");

    private LauncherFlags() {}

    /**
     * {@return the flags, as the JVM itself reports them; empty if only the JVM can tell}
     *
     * @param commandLine the words behind {@code java}
     */
    static Optional<List<String>> read(Properties properties, List<String> commandLine,
            Map<String, String> environment) {
        Optional<List<String>> program = CommandLineParser.of(properties.getProperty("sun.java.command", "").strip(),
                commandLine);
        if (program.isEmpty() || !"SUN_STANDARD".equals(properties.getProperty("sun.java.launcher"))) {
            return Optional.empty();
        }
        for (String variable : InheritedFlags.VARIABLES) {
            if (environment.containsKey(variable)) {
                return Optional.empty();
            }
        }
        List<String> flags = new ArrayList<>();
        int end = commandLine.size() - program.get().size();
        for (int i = 0; i < end; i++) {
            String word = commandLine.get(i);
            if (JavaCommand.CLASS_PATH.contains(word)) {
                i++;
            } else if (isPassedOn(word)) {
                flags.add(word);
            } else if (!word.equals("-jar")) {
                return Optional.empty();
            }
        }
        return Optional.of(flags);
    }

    private static boolean isPassedOn(String word) {
        return beginsWithOne(PASSED_ON, word) && !beginsWithOne(EXCEPTIONS, word);
    }

    private static boolean beginsWithOne(List<String> beginnings, String word) {
        for (String beginning : beginnings) {
            if (word.startsWith(beginning)) {
                return true;
            }
        }
        return false;
    }
}
