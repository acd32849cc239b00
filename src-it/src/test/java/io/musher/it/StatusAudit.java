package io.musher.it;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Compares the status of a primary with the process table, again and again. What contradicts must be gone within a
 * second, extended by five times the delay that a thread which only sleeps had meanwhile (the load), to ten
 * seconds at most. A process that has been replaced, scaled away or stopped may run until its stop times are over.
 */
final class StatusAudit implements Runnable {

    private static final long LIMIT = Duration.ofSeconds(1).toNanos();
    private static final long HARD_LIMIT = Duration.ofSeconds(10).toNanos();
    /** What the times of the file let a worker live that is to end, with a margin for the load. */
    private static final long ENDING_LIMIT = Duration.ofSeconds(30).toNanos();
    private static final int MIN_READS = 4;
    private static final int SLEEP_MILLIS = 20;

    private static final class Suspicion {
        private final long since = System.nanoTime();
        private final long lateAtStart;
        private int reads;

        private Suspicion(long lateAtStart) {
            this.lateAtStart = lateAtStart;
        }
    }

    private final MusherProgram musher;
    private final String mark;
    private final Map<String, Suspicion> open = new HashMap<>();
    private final List<String> failures = new ArrayList<>();
    private long late;
    private long longest;
    private int reads;
    private volatile boolean ended;

    StatusAudit(MusherProgram musher, String mark) {
        this.musher = musher;
        this.mark = mark;
    }

    @Override
    public void run() {
        while (!ended) {
            long begin = System.nanoTime();
            sleep();
            late += Math.max(0, System.nanoTime() - begin - SLEEP_MILLIS * 1_000_000L);
            try {
                compare(musher.status(), MarkedProcesses.read(mark));
                reads++;
            } catch (IOException e) {
                open.clear(); // killed, or not yet started again
            } catch (Exception e) {
                failures.add("the status cannot be read: " + e);
            }
        }
    }

    /** Ends the comparison. */
    void end() {
        ended = true;
    }

    /** What contradicted for too long. */
    List<String> failures() {
        return failures;
    }

    /** What was seen, in words. */
    String figures() {
        return reads + " comparisons, the longest contradiction took " + longest / 1_000_000 + " ms";
    }

    private static void sleep() {
        try {
            Thread.sleep(SLEEP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void compare(Map<String, Object> status, List<MarkedProcesses.Entry> table) {
        Set<Long> running = table.stream().map(MarkedProcesses.Entry::pid).collect(Collectors.toSet());
        if (!running.contains((Long) status.get("pid"))) {
            open.clear(); // killed after its answer
            return;
        }
        Map<String, Long> seen = new HashMap<>();
        Set<Long> listed = new HashSet<>();
        Map<String, String> states = new HashMap<>();
        for (Map<String, Object> process : Answers.processes(status)) {
            states.put((String) process.get("id"), (String) process.get("state"));
            for (Map<String, Object> worker : Answers.workers(process)) {
                Object pid = worker.get("pid");
                if (pid instanceof Long id) {
                    listed.add(id);
                    if (!running.contains(id)) {
                        seen.put(worker.get("name") + " is " + worker.get("state") + " as process " + id
                                + ", which does not run", LIMIT);
                    }
                } else if (worker.get("state").equals("ready")) {
                    seen.put(worker.get("name") + " is ready without a process", LIMIT);
                }
            }
        }
        for (MarkedProcesses.Entry child : table) {
            if (child.parent() == (Long) status.get("pid") && !child.worker().isEmpty()
                    && !listed.contains(child.pid())) {
                String process = child.worker().substring(0, child.worker().lastIndexOf('-'));
                boolean stopped = "stopped".equals(states.get(process));
                seen.put(child + (stopped ? " runs, and its process is stopped" : " runs, and no worker has it"),
                        stopped ? LIMIT : ENDING_LIMIT);
            }
        }
        judge(seen);
    }

    private void judge(Map<String, Long> seen) {
        open.keySet().removeIf(what -> !seen.containsKey(what));
        seen.forEach((what, limit) -> {
            Suspicion suspicion = open.computeIfAbsent(what, each -> new Suspicion(late));
            suspicion.reads++;
            long lasts = System.nanoTime() - suspicion.since;
            long allowed = limit + Math.min(HARD_LIMIT - LIMIT, 5 * (late - suspicion.lateAtStart));
            if (limit == LIMIT) {
                longest = Math.max(longest, lasts);
            }
            if (lasts > allowed && suspicion.reads >= MIN_READS && failures.size() < 20
                    && !failures.contains(what)) {
                failures.add(what);
            }
        });
    }
}
