package io.musher.ops.internal.cli;

import io.musher.balancer.loop.Nullable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Prints the answer of {@code status} as a table that is not wider than asked for: long names lose their middle, which
 * leaves the number of a worker, and the reason of a state is cut at its end.
 */
final class StatusTable {

    /** The width on a terminal. */
    static final int WIDTH = 100;
    /** The width for other output, from which nothing is cut. */
    static final int UNLIMITED = Integer.MAX_VALUE;
    private static final int MAX_NAME = 30;
    private static final int MIN_NAME = 12;
    /** What names leave to the last column, if there is anything in it. */
    private static final int MIN_WHY = 30;
    private static final String[] TITLES = {"NAME", "STATE", "READY", "PID", "PORT", "UP", "RESTARTS", "CONN", "CPU",
            "MEM", "WHY"};
    private static final int READY_COLUMN = 2;
    private static final int STATE_COLUMN = 1;
    private static final int WHY_COLUMN = 10;

    private final boolean colours;

    private final int width;

    StatusTable(boolean colours, int width) {
        this.colours = colours;
        this.width = width;
    }

    /** {@return the lines for one primary} */
    List<String> lines(Map<String, Object> status) {
        return lines(status, List.of());
    }

    /** {@return the lines for one primary, with those workers that {@link #shows} selects} */
    List<String> lines(Map<String, Object> status, List<String> ids) {
        List<String> lines = new ArrayList<>();
        lines.add(cut(text(status, "name") + "  pid " + text(status, "pid") + "  up " + age(number(status, "upSeconds"))
                + "  " + text(status, "config"), width).strip());
        List<String[]> rows = new ArrayList<>();
        rows.add(TITLES.clone());
        for (Map<String, Object> process : maps(status.get("processes"))) {
            List<Map<String, Object>> workers = maps(process.get("workers"));
            boolean single = workers.size() == 1;
            rows.add(processRow(process, workers, text(status, "config").isEmpty() ? "started with " : "file: "));
            if (!single) {
                for (Map<String, Object> worker : workers) {
                    if (shows(process, worker, ids)) {
                        rows.add(workerRow(worker));
                    }
                }
            }
        }
        int[] widths = shorten(rows);
        for (String[] row : rows) {
            lines.add(line(row, widths));
        }
        return lines;
    }

    /** {@return whether ids mean a worker: by its name, or by that of its process} */
    static boolean shows(Map<String, Object> process, Map<String, Object> worker, List<String> ids) {
        boolean whole = ids.isEmpty();
        for (String id : ids) {
            whole |= id.equals("all") || id.equalsIgnoreCase(text(process, "id"))
                    || id.equalsIgnoreCase(text(worker, "name"));
        }
        return whole;
    }

    private static String[] processRow(Map<String, Object> process, List<Map<String, Object>> workers, String from) {
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
        why = why.isEmpty() ? text(only, "why") : why;
        if (!job && wanted != configured) {
            why = "(" + from + configured + ")" + (why.isEmpty() ? "" : " " + why);
        }
        String port = process.get("commonPort") != null ? text(process, "commonPort") : text(only, "port");
        return new String[]{text(process, "id"), text(process, "state"),
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
        return new String[]{"  " + text(worker, "name"), text(worker, "state"), "",
                text(worker, "pid"), text(worker, "port"),
                worker.get("upSeconds") == null ? "" : age(number(worker, "upSeconds")), text(worker, "restarts"),
                text(worker, "connections"),
                worker.get("cpuPercent") == null ? "" : percent(decimal(worker, "cpuPercent")),
                worker.get("memoryBytes") == null ? "" : size(decimal(worker, "memoryBytes")), text(worker, "why")};
    }

    /** Shortens names so that the other columns have room. {@return the width of each column} */
    private int[] shorten(List<String[]> rows) {
        int[] widths = widths(rows);
        int others = WHY_COLUMN + 2; // spaces between
        for (int i = 1; i < WHY_COLUMN; i++) {
            others += widths[i];
        }
        int room = width - others - Math.min(widths[WHY_COLUMN], MIN_WHY);
        int name = Math.min(width == UNLIMITED ? width : MAX_NAME, Math.max(MIN_NAME, room));
        for (String[] row : rows) {
            row[0] = cutMiddle(row[0], name);
        }
        widths[0] = Math.min(widths[0], name);
        return widths;
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
            line.append(row[i]).append(" ".repeat(widths[i] - row[i].length()))
                    .append(i == READY_COLUMN || i + 1 == WHY_COLUMN ? "  " : " ");
        }
        line.append(row[WHY_COLUMN].replace('\n', ' '));
        String plain = cut(line.toString().stripTrailing(), width);
        int state = widths[0] + 1;
        int end = state + row[STATE_COLUMN].length();
        return row[0].equals(TITLES[0]) || !colours || end > plain.length() ? plain
                : plain.substring(0, state) + coloured(row[STATE_COLUMN]) + plain.substring(end);
    }

    private static String coloured(String state) {
        String code = switch (state) {
            case "ready", "running" -> "32";
            case "gave up", "failed", "degraded", "crashing", "not ready" -> "31";
            case "stopped", "waiting", "ended" -> "2";
            default -> "33";
        };
        return "\033[" + code + "m" + state + "\033[0m";
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

    private static String cutMiddle(String text, int width) {
        int begin = width / 2;
        return text.length() <= width ? text
                : text.substring(0, begin) + "…" + text.substring(text.length() - width + begin + 1);
    }

    /** {@return the text, with a mark at its end if it had to be shortened} */
    static String cut(String text, int width) {
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
