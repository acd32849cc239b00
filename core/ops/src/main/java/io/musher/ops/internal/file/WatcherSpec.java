package io.musher.ops.internal.file;

import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Which changes of watched files count.
 *
 * @param interval how long it must be quiet after a change
 * @param extensions the endings of names that count; empty for all
 * @param match expressions of which one must be found in the path; empty for all
 * @param skip expressions of which none may be found in the path
 */
public record WatcherSpec(Duration interval, List<String> extensions, List<String> match, List<String> skip) {

    static final WatcherSpec DEFAULT = new WatcherSpec(Duration.ofMillis(350), List.of(), List.of(), List.of());

    static WatcherSpec read(ObjectReader from) {
        int interval = from.integer("interval", 10, 3_600_000).orElse((int) DEFAULT.interval.toMillis());
        List<String> extensions = from.texts("exts").orElse(List.of());
        WatcherSpec spec = new WatcherSpec(Duration.ofMillis(interval), extensions, patterns(from, "match"),
                patterns(from, "skip"));
        from.end();
        return spec;
    }

    private static List<String> patterns(ObjectReader from, String key) {
        List<String> patterns = from.texts(key).orElse(List.of());
        for (String pattern : patterns) {
            try {
                Pattern.compile(pattern);
            } catch (PatternSyntaxException e) {
                from.problem(key, "\"" + pattern + "\" is no regular expression: " + e.getDescription());
            }
        }
        return patterns;
    }

    /** {@return whether a change of this path counts, separators written as /} */
    public boolean counts(String path) {
        Predicate<String> found = pattern -> Pattern.compile(pattern).matcher(path).find();
        return (extensions.isEmpty()
                || extensions.stream().anyMatch(end -> path.endsWith("." + end.replaceFirst("^\\.", ""))))
                && (match.isEmpty() || match.stream().anyMatch(found)) && skip.stream().noneMatch(found);
    }
}
