package io.musher.internal.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a JVM with {@code -Xlog:class+load} has loaded, in order. */
public record LoadedClasses(List<Loaded> all) {

    /**
     * A class that was loaded.
     *
     * @param parsed whether it was not in the archive of the JDK
     */
    public record Loaded(String name, boolean parsed) {}

    private static final Pattern LINE = Pattern.compile("(?:\\[[^]]*])+ (\\S+) source: (.*)");

    /** {@return the flag that makes a JVM write the log} */
    public static String flag(Path log) {
        return "-Xlog:class+load:file=" + log;
    }

    /** Reads lines such as {@code [0.052s][info][class,load] java.io.File source: shared objects file}. */
    public static LoadedClasses read(Path log) throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return new LoadedClasses(lines.map(LINE::matcher).filter(Matcher::matches)
                    .map(found -> new Loaded(found.group(1), !found.group(2).contains("shared objects file")))
                    .collect(Collectors.toList()));
        }
    }

    /** {@return the place of a class; -1 if it was not loaded} */
    public int indexOf(String name) {
        return all.stream().map(Loaded::name).toList().indexOf(name);
    }

    /** {@return what was loaded before a class that was loaded} */
    public LoadedClasses before(String name) {
        return new LoadedClasses(all.subList(0, indexOf(name)));
    }

    /** {@return what another JVM has not loaded} */
    public LoadedClasses beyond(LoadedClasses other) {
        Set<String> names = other.all.stream().map(Loaded::name).collect(Collectors.toSet());
        return new LoadedClasses(all.stream().filter(each -> !names.contains(each.name)).toList());
    }

    /** {@return the number of classes that were parsed} */
    public long parsed() {
        return all.stream().filter(Loaded::parsed).count();
    }

    @Override
    public String toString() {
        return all.stream().map(Loaded::toString).collect(Collectors.joining("\n", "\n", ""));
    }
}
