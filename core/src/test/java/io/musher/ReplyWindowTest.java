package io.musher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.internal.ipc.ChannelFixture;
import io.musher.internal.ipc.FrameType;
import io.musher.internal.ipc.RawPeer;
import io.musher.internal.ipc.RecordingChannelListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ReplyWindowTest {

    private static final int MIB = 1 << 20;

    @RegisterExtension
    final ChannelFixture fixture = new ChannelFixture();

    @Test
    void shouldFailTheRequestWhoseReplyIsBeyondTheWindow() throws Exception {
        RecordingChannelListener listener = fixture.expect("a-1");
        RawPeer peer = fixture.connect();
        peer.send(FrameType.HELLO, "musher/1 " + listener.channel.token() + " 4711 window=" + MIB);
        listener.expect("hello 4711");
        MessageSender sender = new MessageSender("a-1", listener.channel.mailbox(), MIB, Runnable::run);
        for (int number = 1; number <= 5; number++) {
            peer.send(RawPeer.message(FrameType.BINARY_REQUEST, number, 0, new byte[0]));
            new Message(listener.message(), 1, sender).reply(new byte[MIB - 200]); // the peer acknowledges none of them
        }
        for (int number = 1; number <= 3; number++) {
            String reply = peer.receiveMessage();
            assertTrue(reply.contains("BINARY_REPLY " + number + " 0 "), () -> reply.substring(0, 40));
        }
        for (int number = 4; number <= 5; number++) {
            String failure = peer.receiveMessage();
            assertTrue(failure.contains("REQUEST_FAILED " + number + " 0 "), failure);
            assertTrue(failure.contains("the reply of 1048376 bytes was not sent: the send window of 1024 KiB is full"),
                    failure);
        }
        assertEquals(2, fixture.server.counts().allRefused());
    }
}
