package io.musher.internal.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RateLimitedListenerTest {

    @RegisterExtension
    final ChannelFixture fixture = new ChannelFixture();

    @Test
    void shouldHearAWorkerThatFloodsAtAPaceAndItsLastWordsBeforeAnythingElse() throws Exception {
        RecordingChannelListener listener = fixture.expect("a-1");
        RawPeer peer = fixture.join(listener);
        ByteArrayOutputStream flood = new ByteArrayOutputStream();
        for (int i = 0; i < 20_000; i++) {
            flood.writeBytes(RawPeer.frame(FrameType.READY, ""));
            flood.writeBytes(RawPeer.frame(FrameType.LISTENING, Integer.toString(1 + i)));
            flood.writeBytes(RawPeer.frame(FrameType.NOT_READY, ""));
        }
        flood.writeBytes(RawPeer.frame(FrameType.STOP, ""));
        peer.send(flood.toByteArray());
        List<String> words = new ArrayList<>();
        for (String word = ""; !word.equals("stopRequested"); words.add(word)) {
            word = listener.next();
        }
        int count = words.size();
        assertTrue(count > RateLimitedListener.AT_ONCE && count < 5_000, count + " words of 60000 were heard");
        assertEquals(List.of("listening 20000", "notReady", "stopRequested"), words.subList(count - 3, count));
    }

    @Test
    void shouldHearTheLastWordThoughNothingFollows() throws Exception {
        RecordingChannelListener listener = fixture.expect("a-1");
        RawPeer peer = fixture.join(listener);
        for (int i = 0; i < 500; i++) {
            peer.send(FrameType.READY, "").send(FrameType.NOT_READY, "");
        }
        peer.send(FrameType.LISTENING, "4711");
        while (!listener.next().equals("listening 4711")) {
            continue;
        }
    }
}
