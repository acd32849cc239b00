package io.musher.ops.internal.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the standard output is connected to. */
final class Terminal {

    private Terminal() {}

    /** {@return whether the standard output is a terminal that understands escape sequences} */
    static boolean isPresent() {
        String type = System.getenv("TERM");
        if (type == null || type.isEmpty() || type.equals("dumb")) {
            return false;
        }
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException e) {
            return System.console() != null; // not Linux
        }
    }

    /** {@return whether output may have colours} */
    static boolean hasColours() {
        String refused = System.getenv("NO_COLOR");
        return (refused == null || refused.isEmpty()) && isPresent();
    }
}
