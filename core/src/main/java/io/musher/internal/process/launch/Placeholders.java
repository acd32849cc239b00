package io.musher.internal.process.launch;

import java.util.ArrayList;
import java.util.List;

/**
 * Replaces placeholders: {@code %i} by the instance, {@code %w} by the worker id, {@code %p} by the pid, {@code %n} by
 * the name.
 */
public final class Placeholders {

    private Placeholders() {}

    static String fill(String text, SpawnRequest worker) {
        return text.indexOf('%') < 0 ? text
                : text.replace("%i", Integer.toString(worker.instance())).replace("%w",
                        Integer.toString(worker.workerId()));
    }

    static List<String> fill(List<String> texts, SpawnRequest worker) {
        List<String> filled = new ArrayList<>(texts.size());
        texts.forEach(text -> filled.add(fill(text, worker)));
        return filled;
    }

    /** Also replaces {@code %p} and {@code %n}, for texts that are used after the process was started. */
    public static String fill(String text, SpawnRequest worker, long pid) {
        return fill(text, worker).replace("%p", Long.toString(pid)).replace("%n", worker.name());
    }
}
