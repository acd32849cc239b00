package io.musher.ops.internal.run;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The flags of a primary's JVM where Musher starts it. Workers do not inherit them. */
public final class PrimaryJvm {

    /**
     * By default a JVM begins with a 64th of the memory as its heap, which a primary would fill with garbage before it
     * collects any. The young part is large enough for what workers print meanwhile: what does not fit grows old and is
     * collected late, on JDK 25 after hundreds of MiB. There is no maximum: what a primary needs depends on the number
     * of workers, whose last output it keeps.
     */
    private static final List<String> FLAGS = List.of("-XX:+UseSerialGC", "-Xms24m", "-Xmn16m",
            "-XX:MinHeapFreeRatio=20",
            "-XX:MaxHeapFreeRatio=40");

    private PrimaryJvm() {}

    /**
     * {@return the flags; none where the environment has flags for JVMs, which could contradict them}
     *
     * @param environment that of the primary
     */
    public static List<String> flags(Map<String, String> environment) {
        boolean given = Stream.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")
                .anyMatch(name -> !environment.getOrDefault(name, "").isBlank());
        return given ? List.of() : FLAGS;
    }
}
