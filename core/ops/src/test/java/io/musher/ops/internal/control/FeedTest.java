package io.musher.ops.internal.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Output;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a client gets of events and output that come faster than it reads. */
class FeedTest {

    private final Feed feed = new Feed();

    private List<String> takeAll() throws InterruptedException {
        List<String> lines = new ArrayList<>();
        for (byte[] line = feed.take(0); line != null; line = feed.take(0)) {
            lines.add(new String(line, StandardCharsets.UTF_8).strip());
        }
        return lines;
    }

    @Test
    void shouldDropWhatASlowClientDoesNotReadAndSayHowMuchAtThatPlace() throws Exception {
        byte[] half = new byte[Feed.MAX_BYTES / 2];
        java.util.Arrays.fill(half, (byte) 'x');
        for (int i = 0; i < 5; i++) {
            feed.offer(half);
        }

        assertEquals(half.length, feed.take(0).length);
        feed.offer("late".getBytes(StandardCharsets.UTF_8));
        assertEquals(half.length, feed.take(0).length);
        assertEquals(List.of("{\"gap\":4}"), takeAll());
        feed.offer("on".getBytes(StandardCharsets.UTF_8));
        assertEquals(List.of("on"), takeAll());
    }

    @Test
    void shouldTakeOneLineOfAnyLength() throws Exception {
        feed.offer(new byte[Feed.MAX_BYTES * 2]);
        assertEquals(Feed.MAX_BYTES * 2, feed.take(0).length);
        assertNull(feed.take(0));
    }

    @Test
    void shouldEndWhenItIsClosedAndRead() throws Exception {
        feed.offer(new byte[]{1});
        feed.close();
        feed.offer(new byte[]{2});
        assertFalse(feed.isEnded());
        feed.take(0);
        assertTrue(feed.isEnded());
    }

    @Test
    void shouldSendTheEventsThatAClientHasMissedAndAGapForThoseThatAreGone() throws Exception {
        EventLog log = new EventLog();
        for (int i = 1; i <= 1_005; i++) {
            log.publish("ready", "web", "web-1", "because");
        }
        log.subscribe(feed, Optional.of(2L), event -> true).close();
        List<String> lines = takeAll();
        assertEquals("{\"gap\":3}", lines.get(0));
        assertTrue(lines.get(1).startsWith("{\"seq\":6,"), lines.get(1));

        Feed own = new Feed();
        log.subscribe(own, Optional.of(5_000_000L), event -> event.seq() > 1_003);
        assertTrue(new String(own.take(0), StandardCharsets.UTF_8).contains("gap"), "another primary's number");
        assertTrue(new String(own.take(0), StandardCharsets.UTF_8).contains("\"seq\":1004"));
    }

    @Test
    void shouldSendTheLastLinesOfTheChosenWorkersInOrder() throws Exception {
        LogMemory memory = new LogMemory();
        memory.add(line("web-1", "one"));
        memory.add(line("mail-1", "two"));
        memory.add(line("web-2", "three"));
        memory.add(line("web-1", "four"));

        AutoCloseable following = memory.subscribe(feed, worker -> worker.startsWith("web"), 2, Instant.EPOCH, true);
        memory.add(line("web-1", "five"));
        following.close();
        memory.add(line("web-1", "six"));

        assertEquals(List.of("three", "four", "five"),
                takeAll().stream().map(line -> line.replaceAll(".*\"text\":\"|\"}", "")).toList());
        assertEquals("six", memory.failureLine("web-1"));
        assertEquals("", memory.failureLine("none"));
    }

    @Test
    void shouldForgetTheOldestOutput() throws Exception {
        LogMemory memory = new LogMemory();
        String text = "x".repeat(1_000);
        for (int i = 0; i < 1_000; i++) {
            memory.add(line("web-1", i + text));
        }

        memory.subscribe(feed, worker -> true, 10_000, Instant.EPOCH, false);

        List<String> lines = takeAll();
        assertTrue(lines.size() > 150 && lines.size() < 260, lines.size() + " lines");
        assertTrue(lines.get(lines.size() - 1).contains("\"999x"));
        assertTrue(feed.isEnded());
    }

    private static Output.Line line(String worker, String text) {
        return new Output.Line(1, 0, worker, false, text);
    }
}
