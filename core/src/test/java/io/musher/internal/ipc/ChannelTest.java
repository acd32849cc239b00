package io.musher.internal.ipc;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What a worker that keeps to the protocol sees; others are {@link ChannelFaultsTest}'s, ends {@link
 * ChannelCloseTest}'s.
 */
class ChannelTest {

    @RegisterExtension
    final ChannelFixture fixture = new ChannelFixture();

    @Test
    void shouldTellWhatTheWorkerSays() throws Exception {
        RecordingChannelListener listener = fixture.expect("shop-1");
        RawPeer peer = fixture.join(listener);

        peer.send(FrameType.READY, "").send(FrameType.NOT_READY, "").send(FrameType.LISTENING, "65535")
                .send(FrameType.DISCONNECT, "").send(FrameType.STOP, "");

        listener.expect("ready", "notReady", "listening 65535", "disconnectRequested", "stopRequested");
        assertTrue(listener.channel.isConnected());
    }

    @Test
    void shouldSendHeartbeatsAndTellTheAnswers() throws Exception {
        RecordingChannelListener listener = fixture.expect("shop-1");
        fixture.run(() -> listener.channel.heartbeat(6)); // nobody to hear it yet
        RawPeer peer = fixture.join(listener);

        fixture.run(() -> listener.channel.heartbeat(7));

        peer.expect("HEARTBEAT 7");
        peer.send(FrameType.HEARTBEAT_REPLY, "7").send(FrameType.HEARTBEAT_REPLY, "8");
        listener.expect("alive 7", "alive 8");
    }

    @Test
    void shouldTellTheWorkerEachThingOnce() throws Exception {
        RecordingChannelListener listener = fixture.expect("shop-1");
        RawPeer peer = fixture.join(listener);

        fixture.run(() -> {
            for (int i = 0; i < 3; i++) {
                listener.channel.drain();
                listener.channel.stop();
                listener.channel.disconnect();
                listener.channel.goodbye("that is all");
            }
        });

        for (String frame : new String[]{"DRAIN", "STOP", "DISCONNECT", "GOODBYE that is all"}) {
            peer.expect(frame);
        }
        peer.send(FrameType.GOODBYE, "");
        listener.expect("goodbye connected=false");
        peer.expectEnd();
    }

    @Test
    void shouldKeepWhatIsSaidBeforeTheHello() throws Exception {
        RecordingChannelListener listener = fixture.expect("shop-1");
        assertTrue(listener.channel.isConnected(), "from the beginning");
        fixture.run(() -> {
            listener.channel.drain();
            listener.channel.stop();
            listener.channel.goodbye("late");
        });

        RawPeer peer = fixture.join(listener);

        peer.expect("DRAIN");
        peer.expect("STOP");
        peer.expect("GOODBYE late");
    }

    @Test
    void shouldTakeAHelloWithAllThatFollowsInOneChunkOrByteByByte() throws Exception {
        for (boolean whole : new boolean[]{true, false}) {
            RecordingChannelListener listener = fixture.expect("shop-1");
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(RawPeer.frame(FrameType.HELLO, "musher/1 " + listener.channel.token() + " 12"));
            out.writeBytes(RawPeer.frame(FrameType.READY, ""));
            out.writeBytes(RawPeer.frame(FrameType.GOODBYE, ""));
            RawPeer peer = fixture.connect();
            for (int i = 0; i < out.size(); i += whole ? out.size() : 1) {
                peer.socket.getOutputStream().write(out.toByteArray(), i, whole ? out.size() : 1);
            }

            listener.expect("hello 12", "ready", "goodbye connected=false");
        }
    }

    @Test
    void shouldSkipWhatItDoesNotKnow() throws Exception {
        RecordingChannelListener listener = fixture.expect("shop-1");
        RawPeer peer = fixture.join(listener);

        // a later version's control frame, a message, and what only a primary may say
        peer.send(31, "x".repeat(1024)).send(77, "y".repeat(100_000)).send(FrameType.DRAIN, "")
                .send(FrameType.WELCOME, "musher/1 1").send(FrameType.READY, "");

        listener.expect("ready");
    }

    @Test
    void shouldTakeATokenOnce() throws Exception {
        RecordingChannelListener listener = fixture.expect("shop-1");
        RawPeer worker = fixture.join(listener);

        assertRefused(listener.channel.token());

        worker.send(FrameType.READY, "");
        listener.expect("ready");
    }

    @Test
    void shouldTellWorkersApart() throws Exception {
        RecordingChannelListener first = fixture.expect("shop-1");
        RecordingChannelListener second = fixture.expect("shop-2");
        RawPeer two = fixture.join(second);
        RawPeer one = fixture.join(first);

        one.send(FrameType.LISTENING, "1001");
        two.send(FrameType.LISTENING, "1002");

        first.expect("listening 1001");
        second.expect("listening 1002");
    }

    @Test
    void shouldListenOnTheLoopbackInterfaceOnly() throws Exception {
        String[] parts = fixture.server.address().split(":");
        assertTrue(InetAddress.getByName(parts[0]).isLoopbackAddress());
        for (var nic : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            for (InetAddress address : Collections.list(nic.getInetAddresses())) {
                if (!address.isLoopbackAddress()) {
                    assertThrows(IOException.class, () -> new Socket(address, Integer.parseInt(parts[1])).close());
                }
            }
        }
    }

    @Test
    void shouldGoOnAfterAListenerThatThrows() throws Exception {
        RecordingChannelListener listener = fixture.expect("shop-1");
        listener.onReady = () -> {
            throw new IllegalStateException("a listener on purpose");
        };
        RawPeer peer = fixture.join(listener);

        peer.send(FrameType.READY, "").send(FrameType.NOT_READY, "");

        listener.expect("ready", "notReady");
    }

    @Test
    void shouldNeverPrintItsToken() throws Exception {
        RecordingChannelListener listener = fixture.expect("shop-1");
        assertFalse(listener.channel.toString().contains(listener.channel.token()));
    }

    private void assertRefused(String token) throws Exception {
        RawPeer second = fixture.connect().send(FrameType.HELLO, "musher/1 " + token + " 1");
        second.expect("GOODBYE unknown or used token");
        second.expectEnd();
    }
}
