package io.musher.ops.internal.file;

import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Which changes of watched files count.
 *
 * @param interval how long it must be quiet after a change
 * @param extensions the endings of names that count; empty for all
 * @param match glob patterns of which one must match; empty for all
 * @param skip glob patterns of which none may match
 */
public record WatcherSpec(Duration interval, List<String> extensions, List<String> match, List<String> skip) {

    private static final FileSystem FILES = FileSystems.getDefault();

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
                FILES.getPathMatcher("glob:" + pattern);
            } catch (PatternSyntaxException e) {
                from.problem(key, "\"" + pattern + "\" is no glob pattern: " + e.getDescription());
            }
        }
        return patterns;
    }

    /** {@return whether a change of this path counts, separators written as /} */
    public boolean counts(String path) {
        Path file = Path.of(path);
        Predicate<String> matches = pattern -> matches(pattern, file);
        return (extensions.isEmpty()
                || extensions.stream().anyMatch(end -> path.endsWith("." + end.replaceFirst("^\\.", ""))))
                && (match.isEmpty() || match.stream().anyMatch(matches)) && skip.stream().noneMatch(matches);
    }

    /** {@return whether a pattern with a / matches the path or a folder in it, one without / any name in the path} */
    private static boolean matches(String pattern, Path file) {
        if (!pattern.contains("/")) {
            return StreamSupport.stream(file.spliterator(), false)
                    .anyMatch(FILES.getPathMatcher("glob:" + pattern)::matches);
        }
        String anywhere = pattern.startsWith("/") || pattern.startsWith("**/") ? pattern
                : "**/" + (pattern.startsWith("./") ? pattern.substring(2) : pattern);
        return Stream.of(anywhere, anywhere + "/**").map(each -> FILES.getPathMatcher("glob:" + each))
                .anyMatch(each -> each.matches(file.toAbsolutePath()));
    }
}
