package io.musher.internal.process.launch;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Detects launchers such as build tools and test runners: a JVM that runs one cannot repeat its own command line to
 * start workers, because that would run the launcher and not the user's program.
 */
final class LauncherDetector {

    private static final Pattern KNOWN = Pattern
            .compile("(org\\.apache\\.maven\\.|org\\.codehaus\\.plexus\\.classworlds\\.|"
                    + "org\\.mvndaemon\\.|org\\.gradle\\.|worker\\.org\\.gradle\\.|com\\.intellij\\.rt\\.(junit"
                    + "|testng|execution\\.junit)|"
                    + "org\\.eclipse\\.jdt\\.internal\\.junit|com\\.microsoft\\.java\\.test\\.|org\\.junit\\."
                    + "|org\\.testng\\.|junit\\.|"
                    + "(jdk\\.jshell/)?jdk\\.jshell\\.|org\\.apache\\.tools\\.ant\\.|xsbt\\.|sbt\\.|scala\\.tools\\."
                    + "|dotty\\.tools\\.|"
                    + "groovy\\.ui\\.|org\\.jetbrains\\.kotlin\\.|org\\.openjdk\\.jmh\\.runner\\.Forked).*"
                    + "|.*[/\\\\]?(surefirebooter|surefire-booter|gradle-wrapper|sbt-launch"
                    + "|junit-platform-console)[^/\\\\]*\\.jar");

    private LauncherDetector() {}

    static boolean isRunner(String program) {
        return KNOWN.matcher(program).matches();
    }

    static IllegalStateException refusal(String why) {
        return new IllegalStateException(why + ". Name the program to run: .main(" + userMain().orElse("YourMain")
                + ".class), .jar(path) or .command(words)");
    }

    /** Returns the simple name of the outermost main class on the stack that is not a launcher's. */
    private static Optional<String> userMain() {
        return StackWalker.getInstance().walk(frames -> frames
                .filter(frame -> frame.getMethodName().equals("main"))
                .map(StackWalker.StackFrame::getClassName)
                .filter(name -> !isRunner(name) && !name.startsWith("com.sun.") && !name.startsWith("jdk."))
                .reduce((inner, outer) -> outer)
                .map(name -> name.substring(name.lastIndexOf('.') + 1).replace('$', '.')));
    }
}
