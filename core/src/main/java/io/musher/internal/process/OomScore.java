package io.musher.internal.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** When memory runs out, Linux ends the process with the highest score: a worker, which can be replaced, and not the primary. */
final class OomScore {

    /** On a scale where 1000 is all of the memory. */
    private static final int MORE = 200;

    private OomScore() { }

    static void raise(long pid) {
        if (!Platform.LINUX) {
            return;
        }
        try {
            int own = Integer.parseInt(Files.readString(Path.of("/proc/self/oom_score_adj")).strip());
            Files.writeString(Path.of("/proc/" + pid + "/oom_score_adj"), Integer.toString(Math.min(1000, own + MORE)));
        } catch (IOException | NumberFormatException e) {
            // gone already, or not allowed here: it is a precaution only
        }
    }
}
