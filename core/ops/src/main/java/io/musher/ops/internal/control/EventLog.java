package io.musher.ops.internal.control;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** The last 1,000 events of a primary, for clients that ask later. Publishing never waits. Thread-safe. */
public final class EventLog {

    private static final int KEPT = 1_000;

    /**
     * An event.
     *
     * @param seq counts from 1 since the primary started
     * @param at when it was published
     * @param type what happened, such as {@code ready}
     * @param process the id of the process; empty if it concerns none
     * @param worker the name of the worker; empty if it concerns none
     * @param cause why, in words
     * @param by the user whose command it is; empty otherwise
     */
    public record Event(long seq, Instant at, String type, String process, String worker, String cause, String by) {

        Map<String, Object> fields() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("seq", seq);
            fields.put("at", at.toString());
            fields.put("type", type);
            fields.put("process", process);
            fields.put("worker", worker);
            fields.put("cause", cause);
            if (!by.isEmpty()) {
                fields.put("by", by);
            }
            return fields;
        }
    }

    private record Subscriber(Feed feed, Predicate<Event> filter) {}

    private final Deque<Event> events = new ArrayDeque<>();
    private final CopyOnWriteArrayList<Subscriber> subscribers = new CopyOnWriteArrayList<>();
    private long lastSeq;

    /** Publishes an event of a process or worker. */
    public void publish(String type, String process, String worker, String cause) {
        publish(type, process, worker, cause, "");
    }

    /** Publishes an event, with the user who has caused it. */
    public synchronized void publish(String type, String process, String worker, String cause, String by) {
        Event event = new Event(++lastSeq, Instant.now(), type, process, worker, cause, by);
        events.add(event);
        if (events.size() > KEPT) {
            events.remove();
        }
        byte[] line = null;
        for (Subscriber subscriber : subscribers) {
            if (subscriber.filter().test(event)) {
                line = line == null ? Json.line(event.fields()) : line;
                subscriber.feed().offer(line);
            }
        }
    }

    /**
     * Sends events to a feed until the subscription is closed.
     *
     * @param since the last event that the client has; kept events after it come first; empty for new events only
     */
    public synchronized AutoCloseable subscribe(Feed feed, Optional<Long> since, Predicate<Event> filter) {
        if (since.isPresent()) {
            // a number that was not given yet is another primary's: all that is kept is new to the client
            long after = since.get() > lastSeq ? 0 : since.get();
            long first = events.isEmpty() ? lastSeq + 1 : events.peek().seq();
            feed.addLost(Math.max(0, first - after - 1));
            events.stream().filter(event -> event.seq() > after).filter(filter)
                    .forEach(event -> feed.offer(Json.line(event.fields())));
        }
        Subscriber subscriber = new Subscriber(feed, filter);
        subscribers.add(subscriber);
        return () -> subscribers.remove(subscriber);
    }
}
