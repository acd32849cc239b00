package io.musher.internal.process.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Raises the OOM score of workers. When memory runs out, Linux kills the process with the highest score: a worker can
 * be restarted, the primary cannot.
 */
public final class OomScore {

    /** Added to the primary's score, on a scale where 1000 stands for all memory. */
    private static final int INCREASE = 200;

    private OomScore() {}

    public static void raise(long pid) {
        if (!Platform.LINUX) {
            return;
        }
        try {
            int own = Integer.parseInt(Files.readString(Path.of("/proc/self/oom_score_adj")).strip());
            Files.writeString(Path.of("/proc/" + pid + "/oom_score_adj"),
                    Integer.toString(Math.min(1000, own + INCREASE)));
        } catch (IOException | NumberFormatException e) {
            // exited already, or not permitted: the score is a precaution only
        }
    }
}
