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
    final ChannelFixture scene = new ChannelFixture();

    @Test
    void shouldAnswerAGoodbyeAndClose() throws Exception {
        RecordingChannelListener heard = scene.expect("shop-1");
        RawPeer peer = scene.join(heard);

        peer.send(FrameType.GOODBYE, "had enough").send(FrameType.READY, "");

        heard.expect("goodbye connected=false");
        peer.expect("GOODBYE");
        peer.expectEnd();
        assertEquals(0, heard.rest().length, "nothing after the goodbye");
    }

    @Test
    void shouldPartInGoodOrderWhenBothSayGoodbyeAtOnce() throws Exception {
        for (int i = 0; i < 200; i++) {
            RecordingChannelListener heard = scene.expect("shop-1");
            RawPeer peer = scene.join(heard);
            scene.loop.execute(() -> heard.channel.goodbye("from the primary"));
            peer.send(FrameType.GOODBYE, "from the worker");

            heard.expect("goodbye connected=false");
            assertTrue(peer.receive().startsWith("GOODBYE"));
            peer.expectEnd();
            peer.close();
        }
    }

    @Test
    void shouldTakeAnEndAfterOurGoodbyeForOne() throws Exception {
        RecordingChannelListener heard = scene.expect("shop-1");
        RawPeer peer = scene.join(heard);
        scene.run(() -> heard.channel.goodbye("you may go"));
        peer.expect("GOODBYE you may go");

        peer.close();

        heard.expect("goodbye connected=false");
    }

    @Test
    void shouldNotWaitForAnAnswerForEver() throws Exception {
        RecordingChannelListener heard = scene.expect("shop-1");
        RawPeer peer = scene.join(heard);
        scene.run(() -> heard.channel.goodbye("bye"));

        scene.pass(Connection.GOODBYE_NANOS - 1_000_000_000L);
        assertTrue(heard.channel.isConnected(), "within the deadline");
        scene.pass(1_000_000_000L);

        heard.expect("goodbye connected=false");
        peer.expect("GOODBYE bye");
        peer.expectEnd();
    }

    @Test
    void shouldTellTheLossOnceWhateverHappens() throws Exception {
        RecordingChannelListener heard = scene.expect("shop-1");
        RawPeer peer = scene.join(heard);
        peer.close();
        heard.expect("lost: end of file");

        scene.run(() -> {
            heard.channel.drain();
            heard.channel.goodbye("too late");
            heard.channel.close();
            heard.channel.finish();
        });
        scene.pass(10_000_000_000L);

        assertEquals(0, heard.rest().length, () -> String.join(", ", heard.rest()));
    }

    @Test
    void shouldNeverCallBackFromInsideACall() throws Exception {
        RecordingChannelListener heard = scene.expect("shop-1");
        scene.run(() -> {
            heard.channel.close();
            assertEquals(0, heard.rest().length);
            heard.channel.finish();
            assertEquals(0, heard.rest().length);
        });

        heard.expect("lost: closed by the primary");
    }

    @Test
    void shouldHearAllThatAProcessSaidBeforeItEnded() throws Exception {
        RecordingChannelListener heard = scene.expect("shop-1");
        String token = heard.channel.token();
        scene.run(() -> {
            // the loop has not even accepted yet when the process is reported gone
            try (RawPeer peer = scene.connect()) {
                peer.send(FrameType.HELLO, "musher/1 " + token + " 99").send(FrameType.READY, "")
                        .send(FrameType.LISTENING, "8080");
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            heard.channel.finish();
        });

        heard.expect("hello 99", "ready", "listening 8080");
        assertTrue(heard.next().startsWith("lost: "), "then the end");
    }

    @Test
    void shouldNotWaitForAHelloOfAProcessThatHasEnded() throws Exception {
        RecordingChannelListener heard = scene.expect("shop-1");
        scene.run(heard.channel::finish);
        heard.expect("lost: ended without a hello");
        scene.connect().send(FrameType.HELLO, "musher/1 " + heard.channel.token() + " 1")
                .expect("GOODBYE unknown or used token");
    }

    @Test
    void shouldEndEvenWhenAGrandchildHoldsTheSocket() throws Exception {
        RecordingChannelListener heard = scene.expect("shop-1");
        scene.join(heard);

        scene.run(heard.channel::finish);
        scene.pass(1_000_000_000L);

        heard.expect("lost: closed by the primary");
    }

    @Test
    void shouldCloseAllWithTheServer() throws Exception {
        RecordingChannelListener open = scene.expect("shop-1");
        RecordingChannelListener waiting = scene.expect("shop-2");
        RawPeer peer = scene.join(open);
        RawPeer stranger = scene.connect();

        scene.run(scene.server::close);

        open.expect("lost: closed by the primary");
        waiting.expect("lost: closed by the primary");
        peer.expectEnd();
        stranger.expectEnd();
        scene.expect("shop-3").expect("lost: closed by the primary");
        assertThrows(IOException.class, scene::connect);
    }
}
