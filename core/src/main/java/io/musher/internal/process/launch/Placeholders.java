package io.musher.internal.process.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Replaces placeholders: {@code %i} by the instance, {@code %w} by the worker id, {@code %p} by the pid, {@code %n} by
 * the name, {@code %%} by a percent sign. All others are left as they are.
 */
public final class Placeholders {

    private Placeholders() {}

    /** Leaves {@code %p} and {@code %n} as they are, for texts that are used before the process exists. */
    static String fill(String text, SpawnRequest worker) {
        return fill(text, worker, OptionalLong.empty());
    }

    static List<String> fill(List<String> texts, SpawnRequest worker) {
        List<String> filled = new ArrayList<>(texts.size());
        texts.forEach(text -> filled.add(fill(text, worker)));
        return filled;
    }

    /** Also replaces {@code %p} and {@code %n}, for texts that are used after the process was started. */
    public static String fill(String text, SpawnRequest worker, long pid) {
        return fill(text, worker, OptionalLong.of(pid));
    }

    /** Also replaces {@code %p} and {@code %n} in a path, the name without what is special in paths. */
    public static String fillPath(String path, SpawnRequest worker, long pid) {
        String name = worker.name().replaceAll("[^\\p{L}\\p{N}._-]", "_");
        return fill(path, worker, OptionalLong.of(pid), name);
    }

    private static String fill(String text, SpawnRequest worker, OptionalLong pid) {
        return fill(text, worker, pid, worker.name());
    }

    private static String fill(String text, SpawnRequest worker, OptionalLong pid, String name) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        StringBuilder filled = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i) == '%' && i + 1 < text.length() ? text.charAt(++i) : 0;
            switch (next) {
                case 'i' -> filled.append(worker.instance());
                case 'w' -> filled.append(worker.workerId());
                case '%' -> filled.append('%');
                case 0 -> filled.append(text.charAt(i));
                default -> {
                    if (pid.isPresent() && next == 'p') {
                        filled.append(pid.getAsLong());
                    } else if (pid.isPresent() && next == 'n') {
                        filled.append(name);
                    } else {
                        filled.append('%').append(next);
                    }
                }
            }
        }
        return filled.toString();
    }
}
