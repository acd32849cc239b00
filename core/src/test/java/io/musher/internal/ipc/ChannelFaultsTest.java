package io.musher.internal.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whatever a peer does wrong ends its own connection, and nothing else: a good worker is there all the time. */
class ChannelFaultsTest {

    private static final int UNKNOWN = 100;
    private static final String WRONG = "00000000000000000000000000000000";

    @RegisterExtension
    final ChannelFixture fixture = new ChannelFixture();

    private RecordingChannelListener good;
    private RawPeer goodPeer;

    @BeforeEach
    void joinAGoodWorker() throws Exception {
        good = fixture.expect("good-1");
        goodPeer = fixture.join(good);
    }

    @AfterEach
    void theGoodWorkerNoticedNothing() throws Exception {
        goodPeer.send(FrameType.READY, "");
        good.expect("ready");
        fixture.run(good.channel::drain);
        goodPeer.expect("DRAIN");
        fixture.join(fixture.expect("good-2"));
    }

    @Test
    void shouldDropWhoSaysNothing() throws Exception {
        RawPeer silent = fixture.connect();
        fixture.run(() -> {});
        fixture.pass(PendingConnection.HELLO_NANOS - 1_000_000_000L);
        silent.socket.setSoTimeout(100);
        assertThrows(SocketTimeoutException.class, silent::expectEnd, "it has time");
        silent.socket.setSoTimeout(20_000);

        fixture.pass(1_000_000_000L);

        silent.expectEnd();
        assertEquals(1L, fixture.onLoop(fixture.server::dropped));
    }

    @Test
    void shouldDropWhoDripsAHello() throws Exception {
        RawPeer slow = fixture.connect();
        byte[] hello = RawPeer.frame(FrameType.HELLO, "musher/1 " + WRONG + " 1");
        for (int i = 0; i < 6; i++) {
            slow.send(new byte[]{hello[i]});
            fixture.pass(PendingConnection.HELLO_NANOS / 6 + 1);
        }
        slow.expectEnd();
    }

    @Test
    void shouldDropGarbageAtOnce() throws Exception {
        for (String garbage : new String[]{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\0\0\0\0\0\0\0\0\0\0",
                "hello hello hello"}) {
            RawPeer peer = fixture.connect();
            peer.send(garbage.getBytes(StandardCharsets.ISO_8859_1));
            peer.expectEnd();
        }
        assertEquals(3L, fixture.onLoop(fixture.server::dropped));
    }

    @Test
    void shouldDropHugeLengthsByTheirHeaders() throws Exception {
        for (int length : new int[]{1025, Integer.MAX_VALUE, Integer.MIN_VALUE, -1}) {
            RawPeer peer = fixture.connect();
            peer.send(ByteBuffer.allocate(FrameHeader.SIZE).putInt(length).put((byte) FrameType.HELLO).array());
            peer.expectEnd();
        }
        for (int length : new int[]{1025, ChannelFixture.MAX_FRAME + 5, Integer.MAX_VALUE, -1}) {
            RecordingChannelListener listener = fixture.expect("bad-1");
            RawPeer peer = fixture.join(listener);
            byte type = (byte) (length == 1025 ? FrameType.READY : UNKNOWN);
            peer.send(ByteBuffer.allocate(FrameHeader.SIZE).putInt(length).put(type).array());
            peer.expectEnd();
            assertTrue(listener.next().startsWith("lost: it sent a "));
        }
    }

    @Test
    void shouldRefuseAWrongTokenAndAnotherVersion() throws Exception {
        RawPeer wrong = fixture.connect().send(FrameType.HELLO, "musher/1 " + WRONG + " 1");
        wrong.expect("GOODBYE unknown or used token");
        wrong.expectEnd();
        RecordingChannelListener listener = fixture.expect("next-1");
        RawPeer newer = fixture.connect().send(FrameType.HELLO, "musher/2 " + listener.channel.token() + " 1");
        newer.expect("GOODBYE protocol version 2 is not supported; the primary uses version 1");
        newer.expectEnd();

        fixture.join(listener); // its token is as good as before
    }

    @Test
    void shouldLetNobodySpeakBeforeAHello() throws Exception {
        RawPeer peer = fixture.connect().send(FrameType.READY, "");
        peer.expectEnd();
    }

    @Test
    void shouldEndAChannelThatBreaksTheRules() throws Exception {
        Object[][] wrongs = {
                {FrameType.LISTENING, "0",
                        "lost: it sent listening on '0', which is neither a port nor an address with a port"},
                {FrameType.LISTENING, "a\nb",
                        "lost: it sent listening on 'a.b', which is neither a port nor an address with a port"},
                {FrameType.HELLO, "musher/1 " + WRONG + " 1", "lost: it sent a second hello"}};
        for (Object[] wrong : wrongs) {
            RecordingChannelListener listener = fixture.expect("bad-1");
            RawPeer peer = fixture.join(listener);
            peer.send((int) wrong[0], (String) wrong[1]);
            listener.expect((String) wrong[2]);
            peer.expectEnd();
        }
    }

    @Test
    void shouldTellAnEndInTheMiddleOfAFrame() throws Exception {
        RecordingChannelListener listener = fixture.expect("bad-1");
        RawPeer peer = fixture.join(listener);
        peer.send(ByteBuffer.allocate(FrameHeader.SIZE + 3).putInt(10).put((byte) FrameType.READY).array());
        peer.close();
        listener.expect("lost: end of file inside a frame");
    }

    @Test
    void shouldEndWithAPeerThatResets() throws Exception {
        RecordingChannelListener listener = fixture.expect("bad-1");
        RawPeer peer = fixture.join(listener);
        peer.socket.setSoLinger(true, 0);
        peer.close();
        assertTrue(listener.next().startsWith("lost: "));
    }

    @Test
    void shouldEndWithAPeerThatNeverReads() throws Exception {
        RecordingChannelListener listener = fixture.expect("bad-1");
        RawPeer peer = fixture.connect();
        peer.send(FrameType.HELLO, "musher/1 " + listener.channel.token() + " 1");
        listener.expect("hello 1");
        // no control frame repeats, so the connection itself is told a million things
        Connection connection = fixture.onLoop(() -> listener.channel.connection());
        for (int i = 0; i < 1000 && listener.rest().length == 0; i++) {
            fixture.run(() -> {
                for (int n = 0; n < 100; n++) {
                    connection.send(Frames.control(FrameType.DRAIN, "x".repeat(1000)));
                }
            });
            assertTrue(fixture.onLoop(connection::waiting) <= Connection.MAX_WAITING, "what waits is bounded");
        }
        listener.expect("lost: it does not read: more than 65536 bytes of control frames are queued");
    }

    @Test
    void shouldSurviveAPeerThatNeverStopsTalking() throws Exception {
        RecordingChannelListener listener = fixture.expect("loud-1");
        RawPeer peer = fixture.join(listener);
        byte[] much = new byte[FrameHeader.SIZE * 7000];
        for (int i = 0; i < much.length; i += FrameHeader.SIZE) {
            FrameHeader.put(ByteBuffer.wrap(much, i, FrameHeader.SIZE).slice(), UNKNOWN, 0);
        }
        for (int i = 0; i < 50; i++) {
            peer.send(much);
            goodPeer.send(FrameType.NOT_READY, "");
            good.expect("notReady"); // nobody waits behind it
        }
        peer.send(FrameType.READY, "");
        listener.expect("ready");
    }
}
