package io.musher.ops.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class MonitorTest {

    private static List<Map<String, Object>> processes(int count) {
        return IntStream.range(0, count).mapToObj(number -> Map.<String, Object>of("id", "process" + number, "state",
                "ready", "ready", 0L, "wanted", 0L, "configured", 0L)).toList();
    }

    private static List<String> frame(int processes, List<String> events, List<String> logs, int rows, int columns) {
        return Monitor.frame(Map.of("name", "shop", "pid", 1L, "processes", processes(processes)), events, logs,
                new Terminal.Size(rows, columns), false);
    }

    @Property
    void shouldFillTheScreenExactly(@ForAll @IntRange(max = 100) int processes,
            @ForAll @Size(max = 30) List<String> events, @ForAll @Size(max = 80) List<String> logs,
            @ForAll @IntRange(min = 1, max = 90) int rows, @ForAll @IntRange(min = 1, max = 300) int columns) {
        List<String> lines = frame(processes, events, logs, rows, columns);

        assertEquals(rows, lines.size());
        assertTrue(lines.stream().allMatch(line -> line.length() <= columns && line.chars().noneMatch(c -> c < ' ')),
                lines::toString);
    }

    @Test
    void shouldShowTheNewestEventsAndOutputWhateverTheTable() {
        List<String> many = IntStream.range(0, 100).mapToObj(number -> "line " + number).toList();

        List<String> lines = frame(50, many, many, 24, 80);

        assertTrue(lines.contains("… 37 more lines: musher status"), lines::toString);
        assertTrue(lines.contains("line 97") && lines.contains("line 98"), lines::toString);
        assertEquals("line 99", lines.get(22));
        assertEquals("q quits", lines.get(23));
    }

    @Test
    void shouldDrawOverWhatIsThereInsteadOfClearingIt() {
        assertEquals("\033[Ha\033[K\r\nb\033[K\033[J", Screen.frame(List.of("a", "b")));
    }
}
