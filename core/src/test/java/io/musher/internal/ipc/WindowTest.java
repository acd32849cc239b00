package io.musher.internal.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A primary with a heap of 64 MiB: an eighth of it is divided among its workers, another eighth is for what is over
 * that.
 */
class WindowTest {

    private static final int MIB = 1 << 20;
    private static final long HEAP = 64L * MIB;

    @RegisterExtension
    final ChannelFixture fixture = new ChannelFixture(HEAP);

    private final List<RecordingChannelListener> workers = new ArrayList<>();
    private final List<RawPeer> peers = new ArrayList<>();

    private void join(int count, String fields) throws Exception {
        for (int i = 0; i < count; i++) {
            workers.add(fixture.expect("a-" + (i + 1)));
        }
        for (RecordingChannelListener worker : workers) {
            RawPeer peer = fixture.connect();
            peer.send(FrameType.HELLO, "musher/1 " + worker.channel.token() + " 4711" + fields);
            peers.add(peer);
            worker.expect("hello 4711");
        }
    }

    private static byte[] bytes(int size) {
        return RawPeer.message(FrameType.BINARY_MESSAGE, 0, 0, new byte[size]);
    }

    private long held() throws Exception {
        return fixture.onLoop(() -> {
            long sum = 0;
            for (RecordingChannelListener worker : workers) {
                sum += worker.channel.mailbox().inbox().received();
            }
            return sum;
        });
    }

    private void listen() {
        workers.forEach(worker -> {
            worker.listens = true;
            worker.inbox().scheduleDelivery();
        });
    }

    @Test
    void shouldTellEachWorkerItsPartOfTheHeap() throws Exception {
        join(4, "");
        long pid = ProcessHandle.current().pid();
        for (RawPeer peer : peers) {
            peer.expect("WELCOME musher/1 " + pid + " window=" + MIB);
        }
        RecordingChannelListener fifth = fixture.expect("a-5");
        for (RawPeer peer : peers) {
            peer.expect("WINDOW " + MIB / 2);
        }
        fixture.run(fifth.channel::close);
        for (RawPeer peer : peers) {
            peer.expect("WINDOW " + MIB);
        }
    }

    @Test
    void shouldHoldABoundedAmountHoweverMuchWorkersSend() throws Exception {
        join(4, "");
        workers.forEach(worker -> worker.listens = false);
        for (RawPeer peer : peers) {
            fixture.beside(() -> {
                for (int i = 0; i < 50; i++) {
                    peer.send(bytes(MIB - 100));
                }
                return peer.send(FrameType.READY, "");
            });
        }
        for (RecordingChannelListener worker : workers) {
            Awaitility.await("it is not read").until(() -> fixture.onLoop(worker.channel.mailbox().inbox()::isPaused));
        }
        assertTrue(held() <= HEAP / 4 + 4 * MIB, held() + " bytes"); // and what was announced but is not read
        listen();
        for (RecordingChannelListener worker : workers) {
            for (int i = 0; i < 50; i++) {
                assertEquals(MIB - 100, worker.message().body().length);
            }
        }
        for (RecordingChannelListener worker : workers) {
            worker.expect("ready");
        }
        Awaitility.await("nothing is held").until(() -> held() < MIB);
    }

    @Test
    void shouldReadControlFramesOfWorkersThatKeepToTheirWindows() throws Exception {
        join(2, "");
        workers.forEach(worker -> worker.listens = false);
        fixture.beside(() -> {
            for (int i = 0; i < 100; i++) {
                peers.get(0).send(bytes(MIB - 100));
            }
            return null;
        });
        Awaitility.await("it is not read")
                .until(() -> fixture.onLoop(workers.get(0).channel.mailbox().inbox()::isPaused));
        peers.get(1).send(bytes(MIB)).send(bytes(MIB - 200)).send(FrameType.READY, "");
        workers.get(1).expect("ready");
        peers.get(0).close();
    }

    /** A worker that crashes again and again, while the listener does not come to an end. */
    @Test
    void shouldCountWhatEndedWorkersHaveLeft() throws Exception {
        for (int i = 0; i < 20; i++) {
            RecordingChannelListener worker = fixture.expect("a-" + i);
            worker.listens = false;
            workers.add(worker);
            RawPeer peer = fixture.connect();
            peer.send(FrameType.HELLO, "musher/1 " + worker.channel.token() + " 4711");
            worker.expect("hello 4711");
            fixture.beside(() -> {
                for (int k = 0; k < 100; k++) {
                    peer.send(bytes(MIB - 100));
                }
                return null;
            });
            Awaitility.await("it is not read").until(() -> fixture.onLoop(worker.channel.mailbox().inbox()::isPaused));
            fixture.run(worker.channel::close);
            assertTrue(worker.next().startsWith("lost"));
        }
        assertTrue(held() <= HEAP / 4 + 4 * MIB, held() + " bytes");
        RecordingChannelListener next = fixture.expect("next");
        RawPeer peer = fixture.connect();
        peer.send(FrameType.HELLO, "musher/1 " + next.channel.token() + " 4711");
        peer.expect("WELCOME musher/1 " + ProcessHandle.current().pid() + " window=1");
        listen();
        Awaitility.await("nothing is held").until(() -> held() == 0);
        String window;
        do {
            window = peer.receive();
            assertTrue(window.startsWith("WINDOW "), window);
        } while (!window.equals("WINDOW " + 4 * MIB));
    }

    @Test
    void shouldSendAWorkerNoMoreThanItsWindow() throws Exception {
        int part = MIB / 8;
        join(3, " window=" + 2 * part + " and=more");
        Mailbox mailbox = workers.get(1).channel.mailbox();
        int accepted = 0;
        while (mailbox.send(frame(part))) {
            accepted++;
        }
        assertEquals(2, accepted);
        RawPeer receiver = peers.get(1);
        byte[] relayed = RawPeer.message(FrameType.BINARY_MESSAGE, 0, 2, new byte[10]);
        for (int i = 0; i < 3; i++) {
            peers.get(0).send(relayed);
        }
        peers.get(0).send(RawPeer.message(FrameType.BINARY_REPLY, 9, 2, new byte[10]));
        assertEquals("WELCOME, BINARY_MESSAGE 0 0 ", start(receiver));
        assertEquals("BINARY_MESSAGE 0 0 ", start(receiver));
        assertEquals("BINARY_REPLY 9 1 ", start(receiver), "an answer waits for no window");
        receiver.send(FrameType.ACKNOWLEDGE, Integer.toString(part + 68));
        for (int i = 0; i < 3; i++) {
            assertEquals("BINARY_MESSAGE 0 1 ", start(receiver));
        }
        assertTrue(mailbox.waiting() > part);
        while (mailbox.send(frame(part))) {
            accepted++;
        }
        assertEquals(3, accepted);
        receiver.send(FrameType.WINDOW, Integer.toString(4 * part));
        Awaitility.await("a larger window").until(() -> mailbox.send(frame(10)));
    }

    private static String start(RawPeer peer) throws IOException {
        String message = peer.receiveMessage();
        return message.substring(0, message.indexOf('\0'));
    }

    private static ByteBuffer frame(int size) {
        return new MessageFrame(FrameType.BINARY_MESSAGE, 0, 0, new byte[size]).frame();
    }
}
