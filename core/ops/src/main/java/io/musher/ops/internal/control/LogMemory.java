package io.musher.ops.internal.control;

import io.musher.Output;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** The last 256 KiB of output of each worker's place, for clients that ask later. Never waits. Thread-safe. */
public final class LogMemory {

    private static final int MAX_BYTES = 256 << 10;
    /** What a line takes beside its text. */
    private static final int OVERHEAD = 96;

    private record Entry(long seq, Instant at, String worker, boolean error, String text) {

        int weight() {
            return text.length() + OVERHEAD;
        }

        byte[] line() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("at", at.toString());
            fields.put("worker", worker);
            fields.put("stream", error ? "stderr" : "stdout");
            fields.put("text", text);
            return Json.line(fields);
        }
    }

    private static final class Kept {
        private final Deque<Entry> entries = new ArrayDeque<>();
        private int bytes;

        void add(Entry entry) {
            entries.add(entry);
            bytes += entry.weight();
            while (bytes > MAX_BYTES && entries.size() > 1) {
                bytes -= entries.remove().weight();
            }
        }
    }

    private record Subscriber(Feed feed, Predicate<String> workers) {}

    private final Map<String, Kept> kept = new HashMap<>();
    private final CopyOnWriteArrayList<Subscriber> subscribers = new CopyOnWriteArrayList<>();
    private long lastSeq;

    /** Adds a line. */
    public synchronized void add(Output.Line line) {
        Entry entry = new Entry(++lastSeq, Instant.now(), line.name(), line.error(), line.text());
        kept.computeIfAbsent(line.name(), name -> new Kept()).add(entry);
        byte[] encoded = null;
        for (Subscriber subscriber : subscribers) {
            if (subscriber.workers().test(entry.worker())) {
                encoded = encoded == null ? entry.line() : encoded;
                subscriber.feed().offer(encoded);
            }
        }
    }

    /** {@return the line of a worker's output that says why it failed, shortened; empty if there is none} */
    public synchronized String failureLine(String worker) {
        Kept lines = kept.get(worker);
        return lines == null ? "" : failureLine(lines.entries.stream().map(Entry::text).toList());
    }

    /** {@return the line of some that says why their program failed, shortened; empty if there is none} */
    public static String failureLine(List<String> lines) {
        return FailureLine.of(lines);
    }

    /**
     * Sends the last lines to a feed.
     *
     * @param workers which workers' lines, by name
     * @param count how many lines at most
     * @param since lines before are left out
     * @param follow whether lines that come later are sent, too, until the subscription is closed
     * @return the subscription
     */
    public synchronized AutoCloseable subscribe(Feed feed, Predicate<String> workers, int count, Instant since,
            boolean follow) {
        List<Entry> found = new ArrayList<>();
        kept.forEach((worker, lines) -> {
            if (workers.test(worker)) {
                lines.entries.stream().filter(entry -> !entry.at().isBefore(since)).forEach(found::add);
            }
        });
        found.sort(Comparator.comparingLong(Entry::seq));
        // the newest that fit into the feed: it would drop the others, which are the newer ones
        int first = found.size();
        int bytes = 0;
        List<byte[]> lines = new ArrayList<>();
        while (first > 0 && found.size() - first < count && bytes < Feed.MAX_BYTES) {
            byte[] line = found.get(--first).line();
            bytes += line.length;
            if (bytes < Feed.MAX_BYTES) {
                lines.add(0, line);
            }
        }
        lines.forEach(feed::offer);
        if (!follow) {
            feed.close();
            return () -> {};
        }
        Subscriber subscriber = new Subscriber(feed, workers);
        subscribers.add(subscriber);
        return () -> subscribers.remove(subscriber);
    }
}
