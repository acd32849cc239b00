package io.musher.internal.process;

import java.util.concurrent.TimeUnit;

/** Whether there is one here. */
public final class Python {

    private static final boolean THERE = runs();

    private Python() {}

    public static boolean isThere() {
        return THERE;
    }

    private static boolean runs() {
        try {
            Process python = new ProcessBuilder("python3", "-c", "").redirectErrorStream(true).start();
            return python.waitFor(10, TimeUnit.SECONDS) && python.exitValue() == 0;
        } catch (Exception e) {
            return false;
        }
    }
}
