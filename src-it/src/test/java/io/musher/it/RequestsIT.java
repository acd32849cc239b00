package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.Message;
import io.musher.PeerGoneException;
import io.musher.RemoteFailureException;
import io.musher.Worker;
import io.musher.it.MessagingWorker.Order;
import io.musher.it.MessagingWorker.Received;
import java.nio.file.Path;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Requests and their answers, and workers that talk to each other. */
class RequestsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    final Clusters clusters = new Clusters();

    private final ReceivedMessages received = new ReceivedMessages();

    private Cluster talkers(int instances) {
        return clusters.start(clusters.any().main(MessagingWorker.class).onMessage(received).instances(instances));
    }

    private static <T extends Throwable> T failure(Class<T> type, CompletableFuture<?> future) {
        return assertInstance(type,
                assertThrows(ExecutionException.class, () -> future.get(30, TimeUnit.SECONDS)).getCause());
    }

    private static <T extends Throwable> T assertInstance(Class<T> type, Throwable thrown) {
        assertEquals(type, thrown.getClass(), thrown::toString);
        return type.cast(thrown);
    }

    @Test
    void shouldAnswerTenThousandRequestsInReverseOrder() throws Exception {
        Worker worker = talkers(1).workers().get(0);
        List<CompletableFuture<Message>> answers = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            answers.add(worker.request(Order.of("keep").count(10_000).value(i), PATIENCE));
        }
        for (int i = 0; i < 10_000; i++) {
            assertEquals(i, answers.get(i).get(30, TimeUnit.SECONDS).as(int.class));
        }
    }

    @Test
    void shouldTellAskersHowItFailed() throws Exception {
        Worker worker = talkers(1).workers().get(0);
        RemoteFailureException thrown = failure(RemoteFailureException.class,
                worker.request(Order.of("throw"), PATIENCE));
        assertTrue(thrown.getMessage().contains("the worker cannot do that"), thrown::getMessage);
        TimeoutException late = failure(TimeoutException.class,
                worker.request(Order.of("never"), Duration.ofMillis(50)));
        assertEquals("no answer from it-1 (worker 1) within 50 ms", late.getMessage());
        CompletableFuture<Message> open = worker.request(Order.of("never"), PATIENCE);
        worker.kill();
        failure(PeerGoneException.class, open);
        worker.onExit().get(30, TimeUnit.SECONDS);
        failure(PeerGoneException.class, worker.request("anything", PATIENCE));
        assertThrows(IllegalArgumentException.class, () -> worker.request("anything", Duration.ZERO));
    }

    @Test
    void shouldDropAnAnswerThatComesTooLate() throws Exception {
        Worker worker = talkers(1).workers().get(0);
        CompletableFuture<Message> answer = worker.request(Order.of("late"), Duration.ofMillis(50));
        Message question = received.message();
        failure(TimeoutException.class, answer);
        question.reply("go on");
        assertThrows(IllegalStateException.class, () -> question.reply("twice"));
        assertEquals("has answered", received.value());
        assertEquals("x", worker.request("x", PATIENCE).get(30, TimeUnit.SECONDS).text());
    }

    @Test
    void shouldLetListenersWaitForAnswers() throws Exception {
        LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();
        Cluster cluster = talkers(2);
        Worker other = cluster.workers().get(1);
        cluster.onMessage((worker, message) -> answers.add(other.request(message.value(), PATIENCE)
                .thenApply(first -> other.request(first.value(), PATIENCE).join().text() + ", and again").join()));
        cluster.workers().get(0).send("asked within a listener");
        assertEquals("asked within a listener, and again", answers.poll(30, TimeUnit.SECONDS));
    }

    @Test
    void shouldLetWorkersTalkToEachOther() throws Exception {
        Cluster cluster = talkers(3);
        Worker first = cluster.worker(1).orElseThrow();
        assertEquals(true, first.request(Order.of("sendTo").to(2).value("hello"), PATIENCE).get().value());
        ReceivedMessages.Said said = received.next();
        assertEquals(2, said.worker().id());
        assertEquals(new Received(1, "hello"), said.message().as(Received.class));
        assertEquals(false, first.request(Order.of("sendTo").to(9).value("hello"), PATIENCE).get().value());

        assertEquals(Map.of("from", 1L, "value", "and you?"),
                first.request(Order.of("requestTo").to(3).value("and you?"), PATIENCE).get().value());
        String gone = first.request(Order.of("requestTo").to(9).value("and you?"), PATIENCE).get().text();
        assertTrue(gone.contains("PeerGoneException: there is no worker 9"), gone);

        first.send(Order.of("broadcast").value("to all"));
        Set<Integer> listeners = new HashSet<>();
        for (int i = 0; i < 2; i++) {
            said = received.next();
            assertEquals(new Received(1, "to all"), said.message().as(Received.class));
            listeners.add(said.worker().id());
        }
        assertEquals(Set.of(2, 3), listeners);
    }

    @Test
    void shouldBroadcastToAllWorkers() throws Exception {
        Cluster cluster = talkers(3);
        assertEquals(3, cluster.broadcast(Order.of("echo").value("hello, team")));
        Set<Integer> echoes = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            ReceivedMessages.Said said = received.next();
            assertEquals("hello, team", said.message().text());
            echoes.add(said.worker().id());
        }
        assertEquals(Set.of(1, 2, 3), echoes);
        AtomicInteger encodings = new AtomicInteger();
        assertEquals(3, cluster.broadcast(new AbstractList<String>() {
            @Override
            public String get(int index) {
                encodings.incrementAndGet();
                return "x".repeat(1024);
            }

            @Override
            public int size() {
                return 1;
            }
        }));
        for (int i = 0; i < 3; i++) {
            assertEquals(List.of("x".repeat(1024)), received.value());
        }
        assertEquals(1, encodings.get(), "it is encoded once for all");
        cluster.scale(0).get(30, TimeUnit.SECONDS);
        assertEquals(0, cluster.broadcast("anybody?"));
        assertThrows(IllegalArgumentException.class, () -> cluster.broadcast(new Object()));
    }

    @Test
    void shouldTalkToWorkersInOtherLanguages() throws Exception {
        Path python = Path.of(System.getProperty("basedir", "."), "..", "examples", "python", "worker.py");
        talkTo("Python", NonJavaServers.installed("python3"), python.toString());
        Path node = python.resolveSibling("../node/worker.js");
        talkTo("Node", NonJavaServers.installed("node"), node.toString());
    }

    private void talkTo(String language, String... command) throws Exception {
        Cluster cluster = clusters.start(clusters.command(command).instances(1).commonPort(0).onMessage(received));
        Worker worker = cluster.workers().get(0);
        assertEquals(Map.of("hello", "from " + language), received.value());
        assertEquals(Map.of("echo", "grün"), worker.request("grün", PATIENCE).get(30, TimeUnit.SECONDS).value());
        for (int i = 0; i < 100; i++) {
            worker.send(List.of(i, "x".repeat(400_000))); // more than the window, in all
            assertEquals(List.of((long) i, "x".repeat(400_000)), ((Map<?, ?>) received.value()).get("echo"));
        }
        assertEquals("hello\n", StrictHttpClient.fetch(cluster.commonPort()));
        assertEquals(0, worker.stop().get(30, TimeUnit.SECONDS).code().orElseThrow());
        assertFalse(worker.isConnected());
        cluster.close();
    }
}
