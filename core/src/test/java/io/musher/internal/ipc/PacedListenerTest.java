package io.musher.internal.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PacedListenerTest {

    @RegisterExtension
    final ChannelFixture scene = new ChannelFixture();

    @Test
    void shouldHearAWorkerThatFloodsAtAPaceAndItsLastWordsBeforeAnythingElse() throws Exception {
        RecordingChannelListener heard = scene.expect("a-1");
        RawPeer peer = scene.join(heard);
        ByteArrayOutputStream flood = new ByteArrayOutputStream();
        for (int i = 0; i < 20_000; i++) {
            flood.writeBytes(RawPeer.frame(3, ""));
            flood.writeBytes(RawPeer.frame(5, Integer.toString(1 + i)));
            flood.writeBytes(RawPeer.frame(4, ""));
        }
        flood.writeBytes(RawPeer.frame(7, ""));
        peer.send(flood.toByteArray());
        List<String> words = new ArrayList<>();
        for (String word = ""; !word.equals("stopRequested"); words.add(word)) {
            word = heard.next();
        }
        int count = words.size();
        assertTrue(count > RateLimitedListener.AT_ONCE && count < 5_000, count + " words of 60000 were heard");
        assertEquals(List.of("listening 20000", "notReady", "stopRequested"), words.subList(count - 3, count));
    }

    @Test
    void shouldHearTheLastWordThoughNothingFollows() throws Exception {
        RecordingChannelListener heard = scene.expect("a-1");
        RawPeer peer = scene.join(heard);
        for (int i = 0; i < 500; i++) {
            peer.send(3, "").send(4, "");
        }
        peer.send(5, "4711");
        while (!heard.next().equals("listening 4711")) {
            continue;
        }
    }
}
