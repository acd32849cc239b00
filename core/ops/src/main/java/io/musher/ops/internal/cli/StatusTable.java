package io.musher.ops.internal.cli;

import io.musher.balancer.loop.Nullable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Prints the answer of {@code status} as a table of at most 100 columns. */
final class StatusTable {

    private static final int WIDTH = 100;
    private static final int MAX_NAME = 30;
    private static final String[] TITLES = {"NAME", "STATE", "READY", "PID", "PORT", "UP", "RESTARTS", "CONN", "CPU",
            "MEM", "WHY"};
    private static final int READY_COLUMN = 2;
    private static final int STATE_COLUMN = 1;
    private static final int WHY_COLUMN = 10;

    private final boolean colours;

    StatusTable(boolean colours) {
        this.colours = colours;
    }

    /** {@return the lines for one primary} */
    List<String> lines(Map<String, Object> status) {
        List<String> lines = new ArrayList<>();
        lines.add(cut(text(status, "name") + "  pid " + text(status, "pid") + "  up " + age(number(status, "upSeconds"))
                + "  " + text(status, "config"), WIDTH).strip());
        List<String[]> rows = new ArrayList<>();
        rows.add(TITLES);
        for (Map<String, Object> process : maps(status.get("processes"))) {
            List<Map<String, Object>> workers = maps(process.get("workers"));
            boolean single = workers.size() == 1;
            rows.add(processRow(process, workers));
            if (!single) {
                for (Map<String, Object> worker : workers) {
                    rows.add(workerRow(worker));
                }
            }
        }
        int[] widths = widths(rows);
        for (String[] row : rows) {
            lines.add(line(row, widths));
        }
        return lines;
    }

    private static String[] processRow(Map<String, Object> process, List<Map<String, Object>> workers) {
        boolean job = "job".equals(process.get("kind"));
        long wanted = number(process, "wanted");
        long configured = number(process, "configured");
        double cpu = 0;
        double memory = 0;
        boolean cpuKnown = false;
        for (Map<String, Object> worker : workers) {
            cpu += decimal(worker, "cpuPercent");
            cpuKnown |= worker.get("cpuPercent") != null;
            memory += decimal(worker, "memoryBytes");
        }
        Map<String, Object> only = workers.size() == 1 ? workers.get(0) : Map.of();
        String why = text(process, "why");
        if (!job && wanted != configured) {
            why = "(file: " + configured + ")" + (why.isEmpty() ? "" : " " + why);
        }
        String port = process.get("commonPort") != null ? text(process, "commonPort") : text(only, "port");
        return new String[]{cut(text(process, "id"), MAX_NAME), text(process, "state"),
                job ? "" : number(process, "ready") + "/" + wanted, text(only, "pid"), port,
                workers.isEmpty() ? "" : age(oldest(workers)), text(process, "restarts"),
                text(process, "connections"), cpuKnown ? percent(cpu) : "", memory > 0 ? size(memory) : "", why};
    }

    private static long oldest(List<Map<String, Object>> workers) {
        long up = -1;
        for (Map<String, Object> worker : workers) {
            if (worker.get("upSeconds") instanceof Long seconds) {
                up = Math.max(up, seconds);
            }
        }
        return up;
    }

    private static String[] workerRow(Map<String, Object> worker) {
        return new String[]{"  " + cut(text(worker, "name"), MAX_NAME - 2), text(worker, "state"), "",
                text(worker, "pid"), text(worker, "port"),
                worker.get("upSeconds") == null ? "" : age(number(worker, "upSeconds")), text(worker, "restarts"),
                text(worker, "connections"),
                worker.get("cpuPercent") == null ? "" : percent(decimal(worker, "cpuPercent")),
                worker.get("memoryBytes") == null ? "" : size(decimal(worker, "memoryBytes")), text(worker, "why")};
    }

    private static int[] widths(List<String[]> rows) {
        int[] widths = new int[TITLES.length];
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        return widths;
    }

    private String line(String[] row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < WHY_COLUMN; i++) {
            String padded = row[i] + " ".repeat(widths[i] - row[i].length());
            line.append(i == STATE_COLUMN && row != TITLES ? coloured(padded, row[i]) : padded)
                    .append(i == READY_COLUMN || i + 1 == WHY_COLUMN ? "  " : " ");
        }
        int taken = 1;
        for (int i = 0; i < WHY_COLUMN; i++) {
            taken += widths[i] + 1;
        }
        line.append(cut(row[WHY_COLUMN].replace('\n', ' '), Math.max(0, WIDTH - taken - 1)));
        return line.toString().stripTrailing();
    }

    private String coloured(String padded, String state) {
        if (!colours) {
            return padded;
        }
        String code = switch (state) {
            case "ready", "running" -> "32";
            case "gave up", "failed", "degraded", "not ready" -> "31";
            case "stopped", "waiting", "ended" -> "2";
            default -> "33";
        };
        return "\033[" + code + "m" + padded + "\033[0m";
    }

    /** {@return a time in the largest unit of which there are some} */
    static String age(long seconds) {
        if (seconds < 0) {
            return "";
        }
        return seconds < 120 ? seconds + "s" : seconds < 7_200 ? seconds / 60 + "m"
                : seconds < 172_800 ? seconds / 3_600 + "h" : seconds / 86_400 + "d";
    }

    private static String percent(double value) {
        return Math.round(value) + "%";
    }

    private static String size(double bytes) {
        double mebibytes = bytes / (1 << 20);
        return mebibytes < 10_000 ? Math.round(mebibytes) + "M" : Math.round(mebibytes / 1_024) + "G";
    }

    private static String cut(String text, int width) {
        return text.length() <= width ? text : width < 1 ? "" : text.substring(0, width - 1) + "…";
    }

    static String text(Map<String, Object> fields, String name) {
        @Nullable
        Object value = fields.get(name);
        return value == null ? "" : value.toString();
    }

    static long number(Map<String, Object> fields, String name) {
        return fields.get(name) instanceof Number number ? number.longValue() : 0;
    }

    private static double decimal(Map<String, Object> fields, String name) {
        return fields.get(name) instanceof Number number ? number.doubleValue() : 0;
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> maps(@Nullable Object list) {
        return list instanceof List<?> maps ? (List<Map<String, Object>>) maps : List.of();
    }
}
