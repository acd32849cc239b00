package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.musher.ClusterEvent;
import io.musher.Output;
import io.musher.Worker;
import io.musher.WorkerState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * What a test's clusters have reported so far: events, with the state of the worker at that time, and output.
 */
final class EventHistory {

    /** An event, and its worker's state at that moment. */
    record Recorded(ClusterEvent event, Optional<Worker> worker, Optional<WorkerState> state, boolean connected,
            boolean dead) {

        String kind() {
            return event.getClass().getSimpleName();
        }

        int id() {
            return worker.map(Worker::id).orElse(0);
        }

        @Override
        public String toString() {
            return kind() + " "
                    + worker.map(its -> its.id() + " of " + its.name() + ", " + state.orElseThrow()).orElse("")
                    + (connected ? ", connected" : "") + (dead ? ", dead" : "")
                    + ": " + event.reason();
        }
    }

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<Recorded> recorded = new ArrayList<>();
    private final List<Output.Line> lines = new ArrayList<>();

    synchronized void add(ClusterEvent event) {
        Optional<Worker> worker = worker(event);
        recorded.add(
                new Recorded(event, worker, worker.map(Worker::state), worker.map(Worker::isConnected).orElse(false),
                        worker.map(Worker::isDead).orElse(false)));
        notifyAll();
    }

    synchronized void add(Output.Line line) {
        lines.add(line);
        notifyAll();
    }

    /** All events so far. */
    synchronized List<Recorded> recorded() {
        return List.copyOf(recorded);
    }

    /** Those of one worker. */
    List<Recorded> of(Worker worker) {
        return recorded().stream().filter(each -> each.id() == worker.id()).toList();
    }

    /** Their kinds. */
    List<String> kinds(Worker worker) {
        return of(worker).stream().map(Recorded::kind).toList();
    }

    /**
     * Waits until these kinds, and no others, have been reported: listeners hear of things a little later than
     * futures.
     */
    void awaitKinds(Worker worker, String... expected) {
        Awaitility.await("the events of " + worker).atMost(PATIENCE)
                .untilAsserted(() -> assertEquals(List.of(expected), kinds(worker)));
    }

    /** Waits for an event about a worker. */
    <E extends ClusterEvent> E await(Class<E> type, Worker worker) throws InterruptedException {
        return await(type, event -> worker(event).filter(its -> its == worker).isPresent());
    }

    /** Waits for a worker that came to an instance after others, and is ready. */
    Worker awaitReady(int instance, int afterId) throws InterruptedException {
        return await(ClusterEvent.Ready.class,
                event -> event.worker().instance() == instance && event.worker().id() > afterId).worker();
    }

    /** Waits for the first event that fits. */
    <E extends ClusterEvent> E await(Class<E> type, Predicate<? super E> condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        synchronized (this) {
            while (true) {
                for (Recorded each : recorded) {
                    if (type.isInstance(each.event) && condition.test(type.cast(each.event))) {
                        return type.cast(each.event);
                    }
                }
                long millis = (deadline - System.nanoTime()) / 1_000_000;
                if (millis <= 0) {
                    throw new AssertionError("no such " + type.getSimpleName() + " in\n" + this);
                }
                wait(millis);
            }
        }
    }

    /** What the workers have printed so far. */
    synchronized String output() {
        return lines.stream().map(Output.Line::text).collect(Collectors.joining("\n"));
    }

    @Override
    public synchronized String toString() {
        return recorded.stream().map(each -> "  " + each + "\n").collect(Collectors.joining())
                + lines.stream().map(line -> "  " + line.worker() + "| " + line.text() + "\n")
                        .collect(Collectors.joining());
    }

    private static Optional<Worker> worker(ClusterEvent event) {
        try {
            return Optional.of((Worker) event.getClass().getMethod("worker").invoke(event));
        } catch (NoSuchMethodException e) {
            return Optional.empty();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
