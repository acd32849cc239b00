package io.musher.ops.internal.run;

import io.musher.ClusterEvent;
import io.musher.Exit;
import io.musher.ops.internal.control.LogMemory;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts, for each worker's place, how many of its workers in a row have failed within a minute of their start. From
 * three on it is a crash loop, until a worker has lived for a minute. A replacement that fails while another worker of
 * the place serves is none of them: its reload has failed. Thread-safe.
 */
final class CrashLoops {

    private static final int LOOP = 3;
    private static final Duration GOOD_LIFE = Duration.ofMinutes(1);

    /**
     * The failures in one place.
     *
     * @param crashes how many there were in a row
     * @param at when the last one was
     * @param reason how the last one ended
     * @param line the line of its output that says why; empty if there is none
     */
    record Row(int crashes, Instant at, String reason, String line) {}

    private final Map<String, Row> rows = new ConcurrentHashMap<>();
    /** The ids of the workers of each place that have become ready and have not exited. */
    private final Map<String, Set<Integer>> serving = new ConcurrentHashMap<>();

    void note(ClusterEvent event) {
        if (event instanceof ClusterEvent.Ready ready) {
            became(ready.worker().name(), ready.worker().id());
        } else if (event instanceof ClusterEvent.Exited exited) {
            String place = exited.worker().name();
            int worker = exited.worker().id();
            if (!servesBeside(place, worker) || !isFailure(exited.exit())) {
                note(exited);
            }
            Set<Integer> left = serving.get(place);
            if (left != null) {
                left.remove(worker);
            }
        }
    }

    void became(String place, int worker) {
        serving.computeIfAbsent(place, name -> ConcurrentHashMap.newKeySet()).add(worker);
    }

    /** {@return whether another worker serves in the place of one} */
    boolean servesBeside(String place, int worker) {
        return serving.getOrDefault(place, Set.of()).stream().anyMatch(other -> other != worker);
    }

    private void note(ClusterEvent.Exited exited) {
        String place = exited.worker().name();
        if (!isFailure(exited.exit())) {
            rows.remove(place);
            return;
        }
        Instant start = exited.worker().startedAt().orElse(exited.at());
        note(place, Duration.between(start, exited.at()), exited.at(), exited.reason(),
                LogMemory.failureLine(exited.worker().lastOutput().lines().toList()));
    }

    void note(String place, Duration life, Instant at, String reason, String line) {
        rows.compute(place,
                (name, row) -> new Row(row == null || isGood(life) ? 1 : row.crashes + 1, at, reason, line));
    }

    /**
     * Returns the crash loop in a place.
     *
     * @param startedAt when the present worker was started; empty if there is none
     * @return the failures; empty unless there are as many as to be a loop
     */
    Optional<Row> loop(String place, Optional<Instant> startedAt, Instant now) {
        return Optional.ofNullable(rows.get(place)).filter(row -> row.crashes >= LOOP
                && !startedAt.map(start -> isGood(Duration.between(start, now))).orElse(false));
    }

    /** {@return the failures in a row in a place, however long ago} */
    Optional<Row> last(String place) {
        return Optional.ofNullable(rows.get(place));
    }

    void clear() {
        rows.clear();
        serving.clear();
    }

    private static boolean isGood(Duration life) {
        return life.compareTo(GOOD_LIFE) >= 0;
    }

    /** {@return whether the worker's end was neither requested nor regular} */
    private static boolean isFailure(Exit exit) {
        return switch (exit.cause()) {
            case CRASHED, START_TIMEOUT, CHANNEL_LOST, UNHEALTHY -> true;
            case NEVER_READY -> exit.status() != 0;
            default -> false;
        };
    }
}
