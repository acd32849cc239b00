package io.musher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rules about packages in ARCHITECTURE.md, checked against the sources. */
class ArchitectureTest {

    private static final Path SOURCES = Path.of("src", "main", "java");
    private static final String API = "io.musher";
    private static final String INTERNAL = "io.musher.internal.";

    /** The types of the API that internal packages may use: values that describe or report, without behaviour. */
    private static final Set<String> VALUES = Set.of("ClusterEvent", "ClusterStats", "Exit", "HealthCheck", "Launch",
            "Output", "RecyclePolicy", "ReloadPolicy", "RestartPolicy", "Rollout", "StopPolicy", "Subscription",
            "WarmUp", "WorkerState");

    /**
     * The one exception, which saves a cast at each use: the supervisor carries the user's handle, and calls nothing.
     */
    private static final String PASSED_ON = "WorkerHandle.java uses io.musher.Worker";

    private static final Pattern COMMENTS = Pattern.compile("/\\*.*?\\*/|//[^\\n]*", Pattern.DOTALL);
    private static final Pattern STRINGS = Pattern.compile("\"(\\\\.|[^\"\\\\\\n])*\"");
    private static final Pattern TYPES = Pattern.compile("\\b(io\\.musher(?:\\.[a-z]\\w*)*)\\.([A-Z]\\w*|\\*)");

    /** A use of a type of Musher's in a source file. */
    private record Use(String file, String from, String to, String type) {
        @Override
        public String toString() {
            return file + " uses " + to + "." + type;
        }
    }

    private static List<Use> uses;

    @BeforeAll
    static void read() throws IOException {
        uses = new ArrayList<>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
                String from = SOURCES.relativize(file).getParent() == null ? "" // the module
                        : SOURCES.relativize(file).getParent().toString().replace(file.getFileSystem().getSeparator(),
                                ".");
                uses.addAll(uses(file.getFileName().toString(), from, Files.readString(file)));
            }
        }
    }

    private static List<Use> uses(String file, String from, String source) {
        String code = STRINGS.matcher(COMMENTS.matcher(source).replaceAll("")).replaceAll("");
        List<Use> found = new ArrayList<>();
        for (Matcher each = TYPES.matcher(code); each.find();) {
            if (!each.group(1).equals(from)) {
                found.add(new Use(file, from, each.group(1), each.group(2)));
            }
        }
        return found;
    }

    private static List<Use> machineryUsedByInternals(List<Use> all) {
        return all.stream().filter(use -> use.from.startsWith(INTERNAL) && use.to.equals(API))
                .filter(use -> !VALUES.contains(use.type) && !use.toString().equals(PASSED_ON)).toList();
    }

    /** The internal packages, each with those it uses. */
    private static Map<String, Set<String>> graph(List<Use> all) {
        Map<String, Set<String>> graph = new TreeMap<>();
        all.stream().filter(use -> use.from.startsWith(INTERNAL) && use.to.startsWith(INTERNAL))
                .forEach(use -> graph.computeIfAbsent(use.from, each -> new TreeSet<>()).add(use.to));
        return graph;
    }

    /** Removes packages that use none of the others, again and again; what is left is on a circle or uses one. */
    private static Map<String, Set<String>> circles(Map<String, Set<String>> graph) {
        Map<String, Set<String>> left = new TreeMap<>();
        graph.forEach((from, to) -> left.put(from, new TreeSet<>(to)));
        boolean again = true;
        while (again) {
            left.values().forEach(to -> to.retainAll(left.keySet()));
            again = left.values().removeIf(Set::isEmpty);
        }
        return left;
    }

    @Test
    void shouldUseOnlyValuesOfTheApiInInternalPackages() {
        assertTrue(uses.size() > 100, uses.size() + " uses found: are these the sources?");
        assertEquals(List.of(), machineryUsedByInternals(uses));
    }

    @Test
    void shouldKeepTheValuesFreeOfInternals() {
        assertEquals(List.of(), uses.stream().filter(use -> use.from.equals(API) && use.to.startsWith(INTERNAL))
                .filter(use -> VALUES.contains(use.file.replace(".java", ""))).toList());
    }

    @Test
    void shouldHaveNoCircleOfInternalPackages() {
        assertEquals(Map.of(), circles(graph(uses)));
    }

    @Test
    void shouldKeepTheSupervisorPure() {
        String supervisor = INTERNAL + "supervisor";
        assertEquals(List.of(), uses.stream().filter(use -> use.from.equals(supervisor) && !use.to.equals(API))
                .filter(use -> !Set.of("Timers", "Nullable", "Durations").contains(use.type)).toList());
        assertTrue(uses.stream().anyMatch(use -> use.from.equals(supervisor)), "no supervisor found");
    }

    @Test
    void shouldFindWhatItLooksFor() {
        String source = """
                package io.musher.internal.a;
                import io.musher.Cluster; // io.musher.NotThis
                import static io.musher.internal.b.Some.constant;
                /** {@link io.musher.Nor} this. */
                class One { String name = "io.musher.Cluster"; io.musher.Exit exit; }
                """;
        List<Use> found = new ArrayList<>(uses("One.java", INTERNAL + "a", source));
        assertEquals("[One.java uses io.musher.Cluster, One.java uses io.musher.internal.b.Some,"
                + " One.java uses io.musher.Exit]", found.toString());
        assertEquals("[One.java uses io.musher.Cluster]", machineryUsedByInternals(found).toString());
        assertEquals(Map.of(), circles(graph(found)));
        found.addAll(uses("Two.java", INTERNAL + "b", "import io.musher.internal.c.*;"));
        found.addAll(uses("Three.java", INTERNAL + "c", "import io.musher.internal.a.One;"));
        assertEquals(Set.of(INTERNAL + "a", INTERNAL + "b", INTERNAL + "c"), circles(graph(found)).keySet());
    }
}
