package io.musher.internal.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MessagesTest {

    private static final int MIB = 1 << 20;

    @RegisterExtension
    final ChannelFixture fixture = new ChannelFixture();

    @Test
    void shouldDeliverMessagesOfBothKindsInOrder() throws Exception {
        RecordingChannelListener listener = fixture.expect("a-1");
        RawPeer peer = fixture.join(listener);
        for (int i = 0; i < 100; i++) {
            peer.send(RawPeer.message(32 + i % 2, 0, 0, bytes("message " + i)));
        }
        for (int i = 0; i < 100; i++) {
            MessageFrame frame = listener.message();
            assertEquals("message " + i, text(frame));
            assertEquals(i % 2 == 1, frame.isBinary());
            assertFalse(frame.isRequest());
        }
        assertTrue(listener.channel.mailbox().send(frame(0, "down")));
        assertEquals("JSON_MESSAGE 0 0 down", peer.receiveMessage());
    }

    @Test
    void shouldKeepWhatIsSentBeforeTheHello() throws Exception {
        RecordingChannelListener listener = fixture.expect("a-1");
        for (int i = 0; i < 10; i++) {
            assertTrue(listener.channel.mailbox().send(frame(0, "early " + i)));
        }
        RawPeer peer = fixture.join(listener);
        for (int i = 0; i < 10; i++) {
            assertEquals("JSON_MESSAGE 0 0 early " + i, peer.receiveMessage());
        }
    }

    @Test
    void shouldKeepMessagesForTheFirstListener() throws Exception {
        RecordingChannelListener listener = fixture.expect("a-1");
        listener.listens = false;
        RawPeer peer = fixture.join(listener);
        peer.send(RawPeer.message(FrameType.JSON_MESSAGE, 0, 0, bytes("one")))
                .send(RawPeer.message(FrameType.JSON_MESSAGE, 0, 0, bytes("two"))).send(FrameType.READY, "");
        listener.expect("ready"); // so both have come
        assertFalse(listener.hasLetter());

        listener.listens = true;
        listener.inbox().scheduleDelivery();

        assertEquals("one", text(listener.message()));
        assertEquals("two", text(listener.message()));
    }

    @Test
    void shouldPassMessagesFromWorkerToWorker() throws Exception {
        RecordingChannelListener one = fixture.expect("a-1");
        RecordingChannelListener two = fixture.expect("a-2");
        RawPeer first = fixture.join(one);
        RawPeer second = fixture.join(two);

        first.send(RawPeer.message(FrameType.BINARY_MESSAGE, 0, 2, bytes("to two")));
        assertEquals("BINARY_MESSAGE 0 1 to two", second.receiveMessage());
        second.send(RawPeer.message(FrameType.JSON_REQUEST, 7, 1, bytes("a question")));
        assertEquals("JSON_REQUEST 7 2 a question", first.receiveMessage());
        first.send(RawPeer.message(FrameType.JSON_REPLY, 7, 2, bytes("its answer")));
        assertEquals("JSON_REPLY 7 1 its answer", second.receiveMessage());
        first.send(RawPeer.message(FrameType.JSON_MESSAGE, 0, 1, bytes("to myself")));
        assertEquals("JSON_MESSAGE 0 1 to myself", first.receiveMessage());
    }

    @Test
    void shouldPassABroadcastToAllOtherWorkers() throws Exception {
        RawPeer[] peers = new RawPeer[4];
        RecordingChannelListener[] all = new RecordingChannelListener[4];
        for (int i = 0; i < 4; i++) {
            all[i] = fixture.expect("a-" + (i + 1));
            peers[i] = fixture.join(all[i]);
        }
        peers[2].send(RawPeer.message(FrameType.JSON_MESSAGE, 0, -1, bytes("all of you")));
        for (int i : new int[]{0, 1, 3}) {
            assertEquals("JSON_MESSAGE 0 3 all of you", peers[i].receiveMessage());
        }
        peers[2].send(RawPeer.message(FrameType.JSON_MESSAGE, 0, 3, bytes("next")));
        assertEquals("JSON_MESSAGE 0 3 next", peers[2].receiveMessage(), "the sender has not heard itself");
    }

    @Test
    void shouldTellWhoAsksAWorkerThatIsNotThere() throws Exception {
        RecordingChannelListener one = fixture.expect("a-1");
        RecordingChannelListener two = fixture.expect("a-2");
        RawPeer first = fixture.join(one);
        RawPeer second = fixture.join(two);

        first.send(RawPeer.message(FrameType.JSON_REQUEST, 5, 99, bytes("anybody?")));
        assertEquals("PEER_GONE 5 99 ", first.receiveMessage());
        first.send(RawPeer.message(FrameType.JSON_REQUEST, 6, 2, bytes("and you?")));
        assertEquals("JSON_REQUEST 6 1 and you?", second.receiveMessage());
        second.close();
        assertEquals("PEER_GONE 6 2 ", first.receiveMessage(), "it left without an answer");
    }

    @Test
    void shouldTellWorkersOfEachOther() throws Exception {
        RecordingChannelListener one = fixture.expect("a-1");
        RecordingChannelListener two = fixture.expect("a-2");
        RawPeer first = fixture.join(one);
        assertEquals("WORKER_ADDED 2", first.receiveAny(), "also of one that has not come yet");
        RecordingChannelListener three = fixture.expect("a-3");
        assertEquals("WORKER_ADDED 3", first.receiveAny());
        fixture.run(two.channel::close);
        assertEquals("WORKER_REMOVED 2", first.receiveAny());
        RawPeer third = fixture.join(three);
        assertEquals("WORKER_ADDED 1", third.receiveAny());
    }

    @Test
    void shouldRefuseWhatIsOverTheWindowUntilListenersHaveTakenSome() throws Exception {
        RecordingChannelListener listener = fixture.expect("a-1");
        RawPeer peer = fixture.join(listener);
        Mailbox mailbox = listener.channel.mailbox();
        int accepted = 0;
        while (mailbox.send(frame(0, "x".repeat(MIB - 200)))) {
            accepted++;
            assertTrue(accepted <= 33, "32 MiB and one message at most");
        }
        assertTrue(accepted >= 32);
        assertEquals(1, fixture.server.counts().allRefused());
        CountDownLatch writable = new CountDownLatch(1);
        mailbox.whenWritable(writable::countDown);
        for (int i = 0; i < accepted; i++) {
            peer.receiveMessage();
        }
        assertFalse(mailbox.send(frame(0, "received, but not taken by listeners")));

        peer.send(FrameType.ACKNOWLEDGE, Integer.toString(20 * MIB));

        assertTrue(writable.await(20, TimeUnit.SECONDS));
        assertTrue(mailbox.send(frame(0, "again")));
        assertEquals("JSON_MESSAGE 0 0 again", peer.receiveMessage());
    }

    @Test
    void shouldSayWhatItsOwnListenersHaveTaken() throws Exception {
        RecordingChannelListener listener = fixture.expect("a-1");
        RawPeer peer = fixture.join(listener);
        byte[] message = RawPeer.message(FrameType.BINARY_MESSAGE, 0, 0, new byte[MIB]);
        for (int i = 0; i < 100; i++) { // far more than a window
            peer.send(message);
            String taken = peer.receive();
            assertEquals("ACKNOWLEDGE " + (MIB + 4 + 64), taken);
        }
    }

    @Test
    void shouldReadNoMoreOfAWorkerThatIgnoresItsWindowUntilListenersHaveTakenSome() throws Exception {
        RecordingChannelListener listener = fixture.expect("a-1");
        listener.listens = false;
        RawPeer peer = fixture.join(listener);
        byte[] message = RawPeer.message(FrameType.BINARY_MESSAGE, 0, 0, new byte[MIB]);
        fixture.beside(() -> {
            for (int i = 0; i < 200; i++) {
                peer.send(message);
            }
            peer.send(FrameType.READY, "");
            return null;
        });
        Awaitility.await("it is not read").until(() -> fixture.onLoop(listener.channel.mailbox().inbox()::isPaused));
        assertTrue(fixture.onLoop(listener.channel.mailbox().inbox()::received) <= 68L * MIB,
                "two windows and a message");
        listener.listens = true;
        listener.inbox().scheduleDelivery();
        for (int i = 0; i < 200; i++) {
            assertEquals(MIB, listener.message().body().length);
        }
        listener.expect("ready");
    }

    @Test
    void shouldLetControlFramesOvertakeMessages() throws Exception {
        RecordingChannelListener listener = fixture.expect("a-1");
        RawPeer peer = fixture.join(listener);
        for (int i = 0; i < 30; i++) {
            assertTrue(listener.channel.mailbox().send(frame(0, "x".repeat(MIB - 200))));
        }
        fixture.run(listener.channel::drain);

        int before = 0;
        while (!peer.receiveMessage().startsWith("DRAIN, ")) {
            before++;
        }
        assertTrue(before < 20, "what the kernel had taken goes first, not all 30: " + before);
    }

    @Test
    void shouldSayGoodbyeAfterAllMessages() throws Exception {
        RecordingChannelListener listener = fixture.expect("a-1");
        RawPeer peer = fixture.join(listener);
        for (int i = 0; i < 30; i++) {
            assertTrue(listener.channel.mailbox().send(frame(0, "x".repeat(MIB - 200))));
        }
        fixture.run(() -> listener.channel.goodbye("that was all"));
        assertFalse(listener.channel.mailbox().send(frame(0, "too late")));
        for (int i = 0; i < 30; i++) {
            assertTrue(peer.receiveMessage().startsWith("JSON_MESSAGE 0 0 x"));
        }
        assertEquals("GOODBYE that was all", peer.receive());
    }

    @Test
    void shouldEndEveryRequestOnce() throws Exception {
        RecordingChannelListener listener = fixture.expect("a-1");
        RawPeer peer = fixture.join(listener);
        Mailbox mailbox = listener.channel.mailbox();
        BlockingQueue<String> ends = new LinkedBlockingQueue<>();
        for (int i = 0; i < 3; i++) {
            assertTrue(mailbox.request(frame(FrameType.JSON_REQUEST, "question " + i), 0, Duration.ofSeconds(10 + i),
                    asker("" + i, ends)));
        }
        String[] numbers = new String[3];
        for (int i = 0; i < 3; i++) {
            String[] fields = peer.receiveMessage().split(" ", 4);
            assertEquals("question " + i, fields[3]);
            numbers[i] = fields[1];
        }
        peer.send(RawPeer.message(FrameType.JSON_REPLY, Integer.parseInt(numbers[1]), 0, bytes("one")));
        assertEquals("1: one", ends.poll(20, TimeUnit.SECONDS));
        fixture.run(() -> {}); // the deadlines are set
        fixture.pass(Duration.ofSeconds(11).toNanos());
        assertEquals("0: late", ends.poll(20, TimeUnit.SECONDS));
        peer.send(RawPeer.message(FrameType.JSON_REPLY, Integer.parseInt(numbers[0]), 0, bytes("zero")));
        Awaitility.await("it is dropped").until(() -> fixture.server.counts().allLateReplies() == 1);
        peer.close();
        assertEquals("2: gone", ends.poll(20, TimeUnit.SECONDS));
        assertFalse(
                mailbox.request(frame(FrameType.JSON_REQUEST, "too late"), 0, Duration.ofSeconds(1), asker("3", ends)));
        fixture.pass(Duration.ofSeconds(100).toNanos());
        assertTrue(ends.isEmpty(), ends::toString);
    }

    @Test
    void shouldNotTakeAnAnswerFromSomebodyElse() throws Exception {
        RecordingChannelListener listener = fixture.expect("a-1");
        RawPeer peer = fixture.join(listener);
        RawPeer forger = fixture.join(fixture.expect("a-2"));
        peer.send(RawPeer.message(FrameType.JSON_REQUEST, 1, 1, bytes("to myself")));
        assertEquals("JSON_REQUEST 1 1 to myself", peer.receiveMessage());
        forger.send(RawPeer.message(FrameType.JSON_REPLY, 1, 1, bytes("forged")));
        assertEquals("JSON_REPLY 1 2 forged", peer.receiveMessage(), "it says who it is from");
    }

    /** What a worker's mailbox does with it: the numbers of requests are easily guessed. */
    @Test
    void shouldWaitForTheAnswerOfWhomItHasAsked() throws Exception {
        BlockingQueue<String> ends = new LinkedBlockingQueue<>();
        fixture.run(() -> {
            Mailbox mailbox = new Mailbox(fixture.loop, new RecordingChannelListener(fixture.loop).handler,
                    fixture.server.counts(), new ArrayPool(), Long.MAX_VALUE);
            ByteBuffer question = frame(FrameType.JSON_REQUEST, "for worker 2");
            assertTrue(mailbox.request(question, 2, Duration.ofSeconds(10), asker("0", ends)));
            int number = FrameHeader.sequence(question);
            mailbox.inbox().receive(new MessageFrame(FrameType.JSON_REPLY, number, 3, bytes("forged")));
            mailbox.inbox().receive(new MessageFrame(FrameType.JSON_REPLY, number, 2, bytes("true")));
        });
        assertEquals("0: true", ends.poll(20, TimeUnit.SECONDS));
        assertEquals(1, fixture.server.counts().allLateReplies());
    }

    private static Mailbox.ReplyHandler asker(String name, BlockingQueue<String> ends) {
        return new Mailbox.ReplyHandler() {
            @Override
            public void replied(MessageFrame reply) {
                ends.add(name + ": " + text(reply));
            }

            @Override
            public void timedOut() {
                ends.add(name + ": late");
            }

            @Override
            public void gone() {
                ends.add(name + ": gone");
            }
        };
    }

    private static ByteBuffer frame(int type, String text) {
        int real = type == 0 ? FrameType.JSON_MESSAGE : type;
        return new MessageFrame(real, 0, 0, bytes(text)).frame();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(MessageFrame frame) {
        return new String(frame.body(), StandardCharsets.UTF_8);
    }
}
