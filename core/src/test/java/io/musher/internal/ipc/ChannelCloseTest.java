package io.musher.internal.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How a channel ends: in good order, by a loss, with its process. */
class ChannelCloseTest {

    @RegisterExtension
    final ChannelFixture fixture = new ChannelFixture();

    @Test
    void shouldAnswerAGoodbyeAndClose() throws Exception {
        RecordingChannelListener listener = fixture.expect("shop-1");
        RawPeer peer = fixture.join(listener);

        peer.send(FrameType.GOODBYE, "had enough").send(FrameType.READY, "");

        listener.expect("goodbye connected=false");
        peer.expect("GOODBYE");
        peer.expectEnd();
        assertEquals(0, listener.rest().length, "nothing after the goodbye");
    }

    @Test
    void shouldPartInGoodOrderWhenBothSayGoodbyeAtOnce() throws Exception {
        for (int i = 0; i < 200; i++) {
            RecordingChannelListener listener = fixture.expect("shop-1");
            RawPeer peer = fixture.join(listener);
            fixture.loop.execute(() -> listener.channel.goodbye("from the primary"));
            peer.send(FrameType.GOODBYE, "from the worker");

            listener.expect("goodbye connected=false");
            assertTrue(peer.receive().startsWith("GOODBYE"));
            peer.expectEnd();
            peer.close();
        }
    }

    @Test
    void shouldTakeAnEndAfterOurGoodbyeForOne() throws Exception {
        RecordingChannelListener listener = fixture.expect("shop-1");
        RawPeer peer = fixture.join(listener);
        fixture.run(() -> listener.channel.goodbye("you may go"));
        peer.expect("GOODBYE you may go");

        peer.close();

        listener.expect("goodbye connected=false");
    }

    @Test
    void shouldNotWaitForAnAnswerForEver() throws Exception {
        RecordingChannelListener listener = fixture.expect("shop-1");
        RawPeer peer = fixture.join(listener);
        fixture.run(() -> listener.channel.goodbye("bye"));

        fixture.pass(Connection.GOODBYE_NANOS - 1_000_000_000L);
        assertTrue(listener.channel.isConnected(), "within the deadline");
        fixture.pass(1_000_000_000L);

        listener.expect("goodbye connected=false");
        peer.expect("GOODBYE bye");
        peer.expectEnd();
    }

    @Test
    void shouldTellTheLossOnceWhateverHappens() throws Exception {
        RecordingChannelListener listener = fixture.expect("shop-1");
        RawPeer peer = fixture.join(listener);
        peer.close();
        listener.expect("lost: end of file");

        fixture.run(() -> {
            listener.channel.drain();
            listener.channel.goodbye("too late");
            listener.channel.close();
            listener.channel.finish();
        });
        fixture.pass(10_000_000_000L);

        assertEquals(0, listener.rest().length, () -> String.join(", ", listener.rest()));
    }

    @Test
    void shouldNeverCallBackFromInsideACall() throws Exception {
        RecordingChannelListener listener = fixture.expect("shop-1");
        fixture.run(() -> {
            listener.channel.close();
            assertEquals(0, listener.rest().length);
            listener.channel.finish();
            assertEquals(0, listener.rest().length);
        });

        listener.expect("lost: closed by the primary");
    }

    @Test
    void shouldHearAllThatAProcessSaidBeforeItEnded() throws Exception {
        RecordingChannelListener listener = fixture.expect("shop-1");
        String token = listener.channel.token();
        fixture.run(() -> {
            // the loop has not even accepted yet when the process is reported gone
            try (RawPeer peer = fixture.connect()) {
                peer.send(FrameType.HELLO, "musher/1 " + token + " 99").send(FrameType.READY, "")
                        .send(FrameType.LISTENING, "8080");
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            listener.channel.finish();
        });

        listener.expect("hello 99", "ready", "listening 8080");
        assertTrue(listener.next().startsWith("lost: "), "then the end");
    }

    @Test
    void shouldNotWaitForAHelloOfAProcessThatHasEnded() throws Exception {
        RecordingChannelListener listener = fixture.expect("shop-1");
        fixture.run(listener.channel::finish);
        listener.expect("lost: ended without a hello");
        fixture.connect().send(FrameType.HELLO, "musher/1 " + listener.channel.token() + " 1")
                .expect("GOODBYE unknown or used token");
    }

    @Test
    void shouldEndEvenWhenAGrandchildHoldsTheSocket() throws Exception {
        RecordingChannelListener listener = fixture.expect("shop-1");
        fixture.join(listener);

        fixture.run(listener.channel::finish);
        fixture.pass(1_000_000_000L);

        listener.expect("lost: closed by the primary");
    }

    @Test
    void shouldCloseAllWithTheServer() throws Exception {
        RecordingChannelListener open = fixture.expect("shop-1");
        RecordingChannelListener waiting = fixture.expect("shop-2");
        RawPeer peer = fixture.join(open);
        RawPeer stranger = fixture.connect();

        fixture.run(fixture.server::close);

        open.expect("lost: closed by the primary");
        waiting.expect("lost: closed by the primary");
        peer.expectEnd();
        stranger.expectEnd();
        fixture.expect("shop-3").expect("lost: closed by the primary");
        assertThrows(IOException.class, fixture::connect);
    }
}
