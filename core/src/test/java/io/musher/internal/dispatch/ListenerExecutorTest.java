package io.musher.internal.dispatch;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.ClusterEvent;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Ticker;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events of a worker (none here: they are told apart by the handle) whose listener takes its time. */
class ListenerExecutorTest {

    private final List<ClusterEvent> heard = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch wakes = new CountDownLatch(1);
    private final CountDownLatch sleeps = new CountDownLatch(1);
    private EventLoop control;
    private ListenerExecutor eventThread;

    @BeforeEach
    void open() throws Exception {
        control = new EventLoop("test-control", Ticker.system());
        control.start();
        eventThread = new ListenerExecutor("test", control);
        eventThread.on(ClusterEvent.class, event -> {
            heard.add(event);
            sleeps.countDown();
            try {
                wakes.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        eventThread.start();
        eventThread.deliver(new ClusterEvent.Forked(null, Instant.now(), "", Optional.empty()));
        assertTrue(sleeps.await(20, TimeUnit.SECONDS));
    }

    @AfterEach
    void close() {
        wakes.countDown();
        eventThread.end();
        control.close();
    }

    private void ready() {
        eventThread.deliver(new ClusterEvent.Ready(null, Instant.now(), ""));
    }

    private void notReady() {
        eventThread.deliver(new ClusterEvent.NotReady(null, Instant.now(), ""));
    }

    private void end() throws Exception {
        wakes.countDown();
        eventThread.end();
        eventThread.awaitEnd(20_000);
    }

    private String kinds() {
        return heard.stream().map(event -> event.getClass().getSimpleName()).collect(Collectors.joining(" "));
    }

    @Test
    void shouldTellAllChangesOfAWorkerThatMakesFew() throws Exception {
        for (int i = 0; i < Backlog.MAX_PENDING / 2; i++) {
            ready();
            notReady();
        }
        end();
        assertEquals("Forked" + " Ready NotReady".repeat(Backlog.MAX_PENDING / 2), kinds());
    }

    @Test
    void shouldKeepFewEventsOfAWorkerThatChangesAgainAndAgain() throws Exception {
        for (int i = 0; i < 100_000; i++) {
            ready();
            notReady();
        }
        ready();
        for (int port = 1; port <= 1000; port++) {
            eventThread.deliver(new ClusterEvent.Listening(null, Instant.now(), "", new InetSocketAddress(port)));
        }
        notReady();
        eventThread.deliver(new ClusterEvent.Disconnected(null, Instant.now(), ""));
        eventThread.deliver(new ClusterEvent.Exited(null, Instant.now(), "", null, Optional.empty()));
        end();
        List<ClusterEvent> changes = heard.stream()
                .filter(each -> each instanceof ClusterEvent.Ready || each instanceof ClusterEvent.NotReady).toList();
        assertTrue(changes.size() <= Backlog.MAX_PENDING + 1, changes.size() + " changes");
        for (int i = 0; i < changes.size(); i++) {
            assertEquals(i % 2 == 0, changes.get(i) instanceof ClusterEvent.Ready, "they alternate");
        }
        assertTrue(changes.get(changes.size() - 1) instanceof ClusterEvent.NotReady, "the last word is heard");
        List<Integer> ports = heard.stream().filter(ClusterEvent.Listening.class::isInstance)
                .map(each -> ((ClusterEvent.Listening) each).port()).toList();
        assertEquals(Backlog.MAX_PENDING, ports.size());
        assertEquals(1000, ports.get(ports.size() - 1));
        assertTrue(kinds().startsWith("Forked Ready NotReady") && kinds().endsWith(" Disconnected Exited"),
                this::kinds);
    }

    @Test
    void shouldHoldBackWhatFollowsAFence() throws Exception {
        CompletableFuture<Void> targets = new CompletableFuture<>();
        CompletableFuture<String> message = new CompletableFuture<>();
        notReady();
        eventThread.fence("targets", targets);
        ready();
        eventThread.deliverMessages("a message", () -> message.complete(kinds()));
        wakes.countDown();
        await("what comes before the fence").until(() -> kinds().equals("Forked NotReady"));
        CompletableFuture<Void> turn = new CompletableFuture<>();
        control.execute(() -> turn.complete(null));
        turn.get(20, TimeUnit.SECONDS); // the control loop goes on
        assertEquals("Forked NotReady", kinds());
        targets.complete(null);
        assertEquals("Forked NotReady Ready", message.get(20, TimeUnit.SECONDS));
    }

    @Test
    void shouldGiveTheControlLoopBackWhileAFenceIsPending() throws Exception {
        wakes.countDown();
        CompletableFuture<Void> leads = new CompletableFuture<>();
        // from now on the events thread runs the control loop
        eventThread.deliverMessages("a message", () -> leads.complete(null));
        leads.get(20, TimeUnit.SECONDS);
        CompletableFuture<Void> targets = new CompletableFuture<>();
        eventThread.fence("targets", targets);
        ready();
        for (int i = 0; i < 100; i++) {
            CompletableFuture<Void> turn = new CompletableFuture<>();
            control.execute(() -> turn.complete(null));
            turn.get(20, TimeUnit.SECONDS);
        }
        assertEquals("Forked", kinds());
        targets.completeExceptionally(new IllegalStateException("closed"));
        await("the event").until(() -> kinds().equals("Forked Ready"));
    }
}
