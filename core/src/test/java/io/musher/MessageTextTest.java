package io.musher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.internal.ipc.FrameType;
import io.musher.internal.ipc.MessageFrame;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What a message looks like when it is printed. */
class MessageTextTest {

    private static Message message(int type, byte[] body, int from) {
        return new Message(new MessageFrame(type, 0, from, body), from, null);
    }

    private static Message json(String text) {
        return message(FrameType.JSON_MESSAGE, text.getBytes(StandardCharsets.UTF_8), 1);
    }

    @Test
    void shouldShowItsValueWhenItIsPrinted() {
        assertEquals("message from worker 1: {\"hello\":\"team\"}", json("{\"hello\":\"team\"}").toString());
        assertEquals("message from the primary: 17",
                message(FrameType.JSON_MESSAGE, new byte[]{'1', '7'}, 0).toString());
    }

    @Test
    void shouldShowTheBeginningOfALongValueAndItsSize() {
        String text = json('"' + "x".repeat(100_000) + '"').toString();
        assertEquals("message from worker 1: \"" + "x".repeat(79) + "… (100002 bytes)", text);
    }

    @Test
    void shouldNotCutACharacterInHalf() {
        String text = json('"' + "\uD83D\uDC15".repeat(100) + '"').toString();
        assertFalse(text.contains("\uFFFD"), text);
        assertTrue(text.endsWith("\uD83D\uDC15… (402 bytes)"), text);
    }

    @Test
    void shouldStayOnOneLine() {
        assertEquals("message from worker 1: [1,  2]", json("[1,\r\n2]").toString());
    }

    @Test
    void shouldShowTheLengthOfBytes() {
        assertEquals("message from worker 2: byte[3]",
                message(FrameType.BINARY_MESSAGE, new byte[]{1, 2, 3}, 2).toString());
    }

    @Test
    void shouldKeepTheValueOutOfLogs() {
        assertEquals("message from worker 1, 10 bytes", json("\"password\"").summary());
    }
}
