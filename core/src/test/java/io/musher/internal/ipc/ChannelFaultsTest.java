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
    final ChannelFixture scene = new ChannelFixture();

    private RecordingChannelListener good;
    private RawPeer goodPeer;

    @BeforeEach
    void joinAGoodWorker() throws Exception {
        good = scene.expect("good-1");
        goodPeer = scene.join(good);
    }

    @AfterEach
    void theGoodWorkerNoticedNothing() throws Exception {
        goodPeer.send(FrameType.READY, "");
        good.expect("ready");
        scene.run(good.channel::drain);
        goodPeer.expect("DRAIN");
        scene.join(scene.expect("good-2"));
    }

    @Test
    void shouldDropWhoSaysNothing() throws Exception {
        RawPeer silent = scene.connect();
        scene.run(() -> {});
        scene.pass(PendingConnection.HELLO_NANOS - 1_000_000_000L);
        silent.socket.setSoTimeout(100);
        assertThrows(SocketTimeoutException.class, silent::expectEnd, "it has time");
        silent.socket.setSoTimeout(20_000);

        scene.pass(1_000_000_000L);

        silent.expectEnd();
        assertEquals(1L, scene.onLoop(scene.server::dropped));
    }

    @Test
    void shouldDropWhoDripsAHello() throws Exception {
        RawPeer slow = scene.connect();
        byte[] hello = RawPeer.frame(FrameType.HELLO, "musher/1 " + WRONG + " 1");
        for (int i = 0; i < 6; i++) {
            slow.send(new byte[]{hello[i]});
            scene.pass(PendingConnection.HELLO_NANOS / 6 + 1);
        }
        slow.expectEnd();
    }

    @Test
    void shouldDropGarbageAtOnce() throws Exception {
        for (String garbage : new String[]{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\0\0\0\0\0\0\0\0\0\0",
                "hello hello hello"}) {
            RawPeer peer = scene.connect();
            peer.send(garbage.getBytes(StandardCharsets.ISO_8859_1));
            peer.expectEnd();
        }
        assertEquals(3L, scene.onLoop(scene.server::dropped));
    }

    @Test
    void shouldDropHugeLengthsByTheirHeaders() throws Exception {
        for (int length : new int[]{1025, Integer.MAX_VALUE, Integer.MIN_VALUE, -1}) {
            RawPeer peer = scene.connect();
            peer.send(ByteBuffer.allocate(FrameHeader.SIZE).putInt(length).put((byte) FrameType.HELLO).array());
            peer.expectEnd();
        }
        for (int length : new int[]{1025, ChannelFixture.MAX_FRAME + 5, Integer.MAX_VALUE, -1}) {
            RecordingChannelListener heard = scene.expect("bad-1");
            RawPeer peer = scene.join(heard);
            byte type = (byte) (length == 1025 ? FrameType.READY : UNKNOWN);
            peer.send(ByteBuffer.allocate(FrameHeader.SIZE).putInt(length).put(type).array());
            peer.expectEnd();
            assertTrue(heard.next().startsWith("lost: it sent a "));
        }
    }

    @Test
    void shouldRefuseAWrongTokenAndAnotherVersion() throws Exception {
        RawPeer wrong = scene.connect().send(FrameType.HELLO, "musher/1 " + WRONG + " 1");
        wrong.expect("GOODBYE unknown or used token");
        wrong.expectEnd();
        RecordingChannelListener heard = scene.expect("next-1");
        RawPeer newer = scene.connect().send(FrameType.HELLO, "musher/2 " + heard.channel.token() + " 1");
        newer.expect("GOODBYE protocol version 2 is not supported; the primary uses version 1");
        newer.expectEnd();

        scene.join(heard); // its token is as good as before
    }

    @Test
    void shouldLetNobodySpeakBeforeAHello() throws Exception {
        RawPeer peer = scene.connect().send(FrameType.READY, "");
        peer.expectEnd();
    }

    @Test
    void shouldEndAChannelThatBreaksTheRules() throws Exception {
        Object[][] wrongs = {{FrameType.LISTENING, "0", "lost: it sent listening on '0', which is no port"},
                {FrameType.LISTENING, "a\nb", "lost: it sent listening on 'a.b', which is no port"},
                {FrameType.HELLO, "musher/1 " + WRONG + " 1", "lost: it sent a second hello"}};
        for (Object[] wrong : wrongs) {
            RecordingChannelListener heard = scene.expect("bad-1");
            RawPeer peer = scene.join(heard);
            peer.send((int) wrong[0], (String) wrong[1]);
            heard.expect((String) wrong[2]);
            peer.expectEnd();
        }
    }

    @Test
    void shouldTellAnEndInTheMiddleOfAFrame() throws Exception {
        RecordingChannelListener heard = scene.expect("bad-1");
        RawPeer peer = scene.join(heard);
        peer.send(ByteBuffer.allocate(FrameHeader.SIZE + 3).putInt(10).put((byte) FrameType.READY).array());
        peer.close();
        heard.expect("lost: end of file inside a frame");
    }

    @Test
    void shouldEndWithAPeerThatResets() throws Exception {
        RecordingChannelListener heard = scene.expect("bad-1");
        RawPeer peer = scene.join(heard);
        peer.socket.setSoLinger(true, 0);
        peer.close();
        assertTrue(heard.next().startsWith("lost: "));
    }

    @Test
    void shouldEndWithAPeerThatNeverReads() throws Exception {
        RecordingChannelListener heard = scene.expect("bad-1");
        RawPeer peer = scene.connect();
        peer.send(FrameType.HELLO, "musher/1 " + heard.channel.token() + " 1");
        heard.expect("hello 1");
        // no control frame repeats, so the connection itself is told a million things
        Connection connection = scene.onLoop(() -> heard.channel.connection());
        for (int i = 0; i < 1000 && heard.rest().length == 0; i++) {
            scene.run(() -> {
                for (int n = 0; n < 100; n++) {
                    connection.send(Frames.control(FrameType.DRAIN, "x".repeat(1000)));
                }
            });
            assertTrue(scene.onLoop(connection::waiting) <= Connection.MAX_WAITING, "what waits is bounded");
        }
        heard.expect("lost: it does not read: more than 65536 bytes of control frames are queued");
    }

    @Test
    void shouldSurviveAPeerThatNeverStopsTalking() throws Exception {
        RecordingChannelListener heard = scene.expect("loud-1");
        RawPeer peer = scene.join(heard);
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
        heard.expect("ready");
    }
}
