package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import io.musher.ClusterBuilder;
import io.musher.ClusterEvent;
import io.musher.Message;
import io.musher.Worker;
import io.musher.it.MessagingWorker.Order;
import io.musher.it.MessagingWorker.Received;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Messages between a primary and real workers: they arrive, whole and in order, whatever the listeners do. */
class MessagesIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    final Clusters clusters = new Clusters();

    private final ReceivedMessages received = new ReceivedMessages();

    private ClusterBuilder talkers(String... args) {
        return clusters.any().main(MessagingWorker.class).args(args).onMessage(received);
    }

    private Worker talker() {
        return clusters.start(talkers().instances(1)).workers().get(0);
    }

    @Test
    void shouldCarryValuesBothWays() throws Exception {
        Worker worker = talker();
        Map<String, Object> value = Map.of("list", List.of(1L, 2.5, "grün", true), "map", Map.of("of", "maps"));
        worker.send(Order.of("echo").value(value));
        assertEquals(value, received.value());
        worker.send(Order.of("echo").value(new Received(7, List.of())));
        assertEquals(new Received(7, List.of()), received.message().as(Received.class));
        worker.send("a string");
        Message answer = received.message();
        assertEquals("a string", answer.text());
        assertEquals(worker.id(), answer.from());
        worker.send(new byte[]{1, 0, -1});
        assertArrayEquals(new byte[]{1, 0, -1}, received.message().bytes());
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class,
                () -> worker.send(List.of(new Object())));
        assertTrue(refused.getMessage().startsWith("[0]: java.lang.Object cannot be sent"), refused::getMessage);
        refused = assertThrows(IllegalArgumentException.class, () -> worker.send(new byte[(16 << 20) + 1]));
        assertTrue(refused.getMessage().contains("maxMessageSize"), refused::getMessage);
        worker.send("and on");
        assertEquals("and on", received.value());
    }

    @Test
    void shouldDeliverEveryMessageThoughEveryListenerThrows() throws Exception {
        List<String> calls = new CopyOnWriteArrayList<>();
        Cluster cluster = clusters.start(talkers().instances(1).onMessage((worker, message) -> {
            calls.add(message.text());
            throw new IllegalStateException("on purpose");
        }));
        Worker worker = cluster.workers().get(0);
        worker.send(Order.of("send").count(10));
        for (int i = 0; i < 10; i++) {
            assertEquals(i + " ", received.value());
        }
        for (int i = 0; i < 10; i++) {
            worker.send(Order.of("throw"));
        }
        assertEquals(12, worker.request(Order.of("heard"), PATIENCE).join().as(int.class),
                "the worker's listeners heard all");
        assertEquals(10, calls.size());
    }

    /** Sizes that peers were broken by. */
    @Test
    void shouldCarryLargeMessagesWholeAndInOrder() throws Exception {
        Worker worker = talker();
        List<Object> sent = new ArrayList<>();
        Random random = new Random(1);
        for (int size : new int[]{65_521, 65_521, 65_521, 65_521, 65_521, 65_521, 65_521, 65_521, 65_521, 65_521,
                8 << 20, 8 << 20, 8 << 20, 8 << 20}) {
            byte[] bytes = new byte[size];
            random.nextBytes(bytes);
            sent.add(bytes);
        }
        for (int i = 0; i < 3; i++) {
            sent.add(Integer.toString(i).repeat(800 * 1024));
        }
        for (Object each : sent) {
            if (!worker.send(each)) {
                worker.writable().get(30, TimeUnit.SECONDS);
                assertTrue(worker.send(each));
            }
        }
        for (Object each : sent) {
            Object back = received.value();
            if (each instanceof byte[] bytes) {
                assertTrue(back instanceof byte[] && Arrays.equals(bytes, (byte[]) back),
                        bytes.length + " bytes came back changed");
            } else {
                assertEquals(each, back);
            }
        }
    }

    @Test
    void shouldDeliverWhatWasSentRightBeforeTheExitAndBeforeTheDisconnect() throws Exception {
        List<String> order = new CopyOnWriteArrayList<>();
        Cluster cluster = clusters.start(talkers("lastWords").instances(0)
                .on(ClusterEvent.Disconnected.class, event -> order.add("disconnected"))
                .onMessage((worker, message) -> order.add("message of " + message.text().length())));
        cluster.fork();
        assertEquals(219_261, received.message().text().length());
        clusters.history().await(ClusterEvent.Exited.class, event -> event.worker().id() == 1);
        assertEquals(List.of("message of 219261", "disconnected"), List.copyOf(order).subList(0, 2));
    }

    @Test
    void shouldDeliverWhatIsSentOnForkedAndOnOnline() throws Exception {
        Cluster cluster = clusters.start(talkers().instances(1)
                .on(ClusterEvent.Forked.class, event -> assertTrue(event.worker().send("to the forked one")))
                .on(ClusterEvent.Online.class, event -> assertTrue(event.worker().send("to the one online"))));
        assertEquals("to the forked one", received.value());
        assertEquals("to the one online", received.value());
        assertTrue(cluster.workers().get(0).send("to the ready one"));
        assertEquals("to the ready one", received.value());
    }

    @Test
    void shouldTellOfAWorkerOnlineBeforeItsFirstMessage() throws Exception {
        List<String> order = new CopyOnWriteArrayList<>();
        Cluster cluster = clusters
                .start(talkers("leaves").instances(0).onMessage((worker, message) -> order.add(message.text()))
                        .on(ClusterEvent.class, event -> order.add(event.getClass().getSimpleName())));
        cluster.fork();
        clusters.history().await(ClusterEvent.Exited.class, event -> event.worker().id() == 1);
        assertEquals(List.of("Forked", "Online"), List.copyOf(order).subList(0, 2));
        assertTrue(order.indexOf("leaves") > 1 && order.indexOf("drains") > order.indexOf("leaves")
                && order.indexOf("Disconnected") > order.indexOf("drains"), order::toString);
    }

    @Test
    void shouldFailQuietlyTowardsAWorkerThatDies() throws Exception {
        Worker worker = talker();
        List<CompletableFuture<Message>> asked = new ArrayList<>();
        int sent = 0;
        ProcessHandle process = ProcessHandle.of(worker.pid().orElseThrow()).orElseThrow();
        while (worker.send("x".repeat(1000)) || worker.isConnected()) {
            if (++sent == 1000) {
                process.destroyForcibly();
            }
            if (sent % 100 == 0 && sent < 20_000) { // later there may be no room, which is another failure
                asked.add(worker.request(Order.of("never"), PATIENCE));
            }
        }
        worker.onExit().get(30, TimeUnit.SECONDS);
        assertFalse(worker.send("anything"));
        asked.add(worker.request(Order.of("never"), PATIENCE));
        for (var each : asked) {
            Throwable failure = each.handle((answer, gone) -> gone).get(30, TimeUnit.SECONDS);
            assertEquals("PeerGoneException", failure.getClass().getSimpleName(), failure::toString);
        }
        assertThrows(ExecutionException.class, () -> worker.writable().get(30, TimeUnit.SECONDS));
    }

    @Test
    void shouldDeliverQueuedMessagesBeforeADisconnect() throws Exception {
        Worker worker = talker();
        for (int i = 0; i < 1000; i++) {
            assertTrue(worker.send(Order.of("echo").value(i)));
        }
        worker.disconnect();
        worker.onExit().get(30, TimeUnit.SECONDS);
        List<Object> values = new ArrayList<>();
        while (!received.isEmpty()) {
            values.add(received.value());
        }
        assertTrue(values.remove("drains"));
        assertEquals(1000, values.size());
        assertEquals(999L, values.get(999));
        assertTrue(clusters.history().output().contains("disconnected, a message can be sent: false"),
                clusters.history()::toString);
    }

    @Test
    void shouldStopAWorkerWhoseListenerIsStuck() throws Exception {
        Worker worker = talker();
        for (int i = 0; i < 100; i++) { // the listeners' thread reads the channel itself by now
            assertEquals(i, worker.request(i, PATIENCE).get(30, TimeUnit.SECONDS).as(int.class));
        }
        worker.send(Order.of("stick"));
        long accepted = 0;
        while (worker.send(new byte[1 << 20])) {
            accepted++;
        }
        assertTrue(accepted >= 31 && accepted <= 40, accepted + " MiB were accepted, the window is 32");
        assertEquals(0, worker.stop().get(30, TimeUnit.SECONDS).code().orElseThrow(),
                "control frames do not wait for listeners");
        assertEquals("drains", received.value());
        Object last = received.value();
        while (last instanceof byte[]) { // the messages behind the stuck listener are delivered after the drain hooks
            last = received.value();
        }
        assertEquals("stops", last);
    }

    /** The listeners' thread reads the channels itself by then. */
    @Test
    void shouldLetAListenerCloseTheCluster() throws Exception {
        CompletableFuture<String> closed = new CompletableFuture<>();
        Cluster[] cluster = new Cluster[1];
        cluster[0] = clusters.start(talkers().instances(2).onMessage((worker, message) -> {
            if (message.text().equals("close")) {
                cluster[0].close();
                closed.complete("closed");
            }
        }));
        Worker worker = cluster[0].workers().get(0);
        for (int i = 0; i < 100; i++) {
            worker.send(Integer.toString(i));
            assertEquals(Integer.toString(i), received.value());
        }
        worker.send("close");
        assertEquals("closed", closed.get(30, TimeUnit.SECONDS));
    }

    @Test
    void shouldRefuseAWorkersMessagesWhileThePrimarysListenerIsStuck() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        Cluster cluster = clusters.start(talkers().instances(1).onMessage((worker, message) -> {
            try {
                stuck.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        Worker worker = cluster.workers().get(0);
        int accepted = worker.request(Order.of("flood").size(1 << 20), PATIENCE).get(30, TimeUnit.SECONDS)
                .as(int.class);
        assertTrue(accepted >= 31 && accepted <= 40, accepted + " MiB were accepted, the window is 32");
        stuck.countDown();
        for (int i = 0; i < accepted; i++) {
            assertEquals(1 << 20, received.message().bytes().length);
        }
        assertEquals("can write again", received.value());
    }
}
