package io.musher.ops.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatusTableTest {

    private static Map<String, Object> worker(int number) {
        Map<String, Object> worker = new HashMap<>();
        worker.put("name", "web-" + number);
        worker.put("state", "ready");
        worker.put("pid", 4_000_000L + number);
        worker.put("port", 40_000L + number);
        worker.put("upSeconds", 260_000L);
        worker.put("restarts", 123L);
        worker.put("connections", 45_678L);
        worker.put("cpuPercent", 101.4);
        worker.put("memoryBytes", 201L << 20);
        worker.put("why", "");
        return worker;
    }

    private static Map<String, Object> process(int workers, String why) {
        Map<String, Object> process = new HashMap<>();
        process.put("id", "web");
        process.put("kind", "service");
        process.put("state", workers == 0 ? "stopped" : "ready");
        process.put("ready", (long) workers);
        process.put("wanted", (long) workers);
        process.put("configured", 3L);
        process.put("commonPort", 3_000L);
        process.put("restarts", 1_000L);
        process.put("connections", 12L);
        process.put("why", why);
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 1; i <= workers; i++) {
            rows.add(worker(i));
        }
        process.put("workers", rows);
        return process;
    }

    private static List<String> lines(Map<String, Object> process, boolean colours) {
        return new StatusTable(colours, StatusTable.WIDTH)
                .lines(Map.of("name", "shop", "pid", 4_711L, "upSeconds", 100L, "config",
                        "/a/path/that/is/long".repeat(9), "processes", List.of(process)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 30})
    void shouldFitAHundredColumnsAndHaveARowForEachWorkerUnlessThereIsOne(int workers) {
        List<String> lines = lines(process(workers, "because ".repeat(30)), false);

        assertTrue(lines.stream().allMatch(line -> line.length() <= 100), () -> String.join("\n", lines));
        assertEquals(3 + (workers == 1 ? 0 : workers), lines.size());
        assertTrue(lines.get(2).contains(workers + "/" + workers) && lines.get(2).contains("(file: 3)"), lines.get(2));
        if (workers == 30) {
            assertTrue(lines.get(2).contains("3042%") && lines.get(2).contains("6030M"), lines.get(2));
            assertTrue(lines.get(32).contains("web-30") && lines.get(32).contains("4000030"), lines.get(32));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 80, 100, 200})
    void shouldKeepTheNumbersOfWorkersWithLongNamesAndLeaveRoomForTheReason(int width) {
        Map<String, Object> process = process(30, "the connection to the database was refused, and again");
        process.put("id", "n".repeat(64));
        for (Map<String, Object> worker : StatusTable.maps(process.get("workers"))) {
            worker.put("name", "n".repeat(64) + worker.get("name").toString().substring(3));
        }
        List<String> lines = new StatusTable(false, width).lines(Map.of("name", "shop", "pid", 4_711L, "upSeconds",
                100L, "config", "", "processes", List.of(process)));

        assertTrue(lines.stream().allMatch(line -> line.length() <= width), () -> String.join("\n", lines));
        for (int i = 1; i <= 30; i++) {
            assertTrue(lines.get(2 + i).matches(" +n+….*n-" + i + " .*"), lines.get(2 + i));
        }
        assertEquals(width >= 100, lines.get(2).contains("(started with 3) the conn"), lines.get(2));
    }

    @Test
    void shouldCutNothingWhereTheOutputIsNoTerminalAndNameNoFileWithoutOne() {
        String why = "because ".repeat(30).strip();
        Map<String, Object> status = Map.of("name", "shop", "pid", 4_711L, "upSeconds", 100L, "config", "",
                "processes", List.of(process(2, why)));

        List<String> lines = new StatusTable(false, StatusTable.UNLIMITED).lines(status);

        assertTrue(lines.get(2).endsWith("(started with 3) " + why), lines.get(2));
    }

    @Test
    void shouldShowOneWorkerBelowItsProcess() {
        Map<String, Object> status = Map.of("name", "shop", "pid", 4_711L, "upSeconds", 100L, "config", "",
                "processes", List.of(process(3, "")));

        List<String> lines = new StatusTable(false, 100).lines(status, List.of("WEB-2"));

        assertEquals(4, lines.size(), () -> String.join("\n", lines));
        assertTrue(lines.get(2).contains("3/3") && lines.get(2).contains("603M"), lines.get(2));
        assertTrue(lines.get(3).contains("web-2"), lines.get(3));
        assertEquals(6, new StatusTable(false, 100).lines(status, List.of("web")).size());
    }

    @Test
    void shouldColourStatesOnlyWhereThatIsWanted() {
        assertTrue(lines(process(1, ""), true).get(2).contains("\033[32mready"));
        assertTrue(lines(process(1, ""), false).stream().noneMatch(line -> line.contains("\033")));
    }

    @Test
    void shouldSayAgesInTheLargestUnit() {
        assertEquals(List.of("0s", "119s", "2m", "119m", "2h", "47h", "2d"), List.of(StatusTable.age(0),
                StatusTable.age(119), StatusTable.age(120), StatusTable.age(7_199), StatusTable.age(7_200),
                StatusTable.age(172_799), StatusTable.age(172_800)));
    }
}
