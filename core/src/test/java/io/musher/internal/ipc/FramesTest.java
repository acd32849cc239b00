package io.musher.internal.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes of control frames, as PROTOCOL.md says them. */
class FramesTest {

    private static final String TOKEN = "0123456789abcdef0123456789abcdef";

    @Test
    void shouldWriteLengthTypeSequenceAndText() {
        ByteBuffer frame = Frames.control(FrameType.LISTENING, "8080");
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        assertEquals("0000000405000000003830" + "3830", HexFormat.of().formatHex(bytes));
    }

    @Test
    void shouldCutOffAnEndlessReason() {
        ByteBuffer frame = Frames.control(FrameType.GOODBYE, "ä".repeat(5000));
        assertEquals(Frames.MAX_CONTROL, frame.getInt());
        assertEquals(FrameHeader.SIZE + Frames.MAX_CONTROL, frame.limit());
    }

    @Test
    void shouldReadItsOwnHelloAndWelcome() throws Exception {
        assertEquals(new Hello(1, TOKEN, 4711, 1000),
                Hello.parse(new Hello(1, TOKEN, 4711, 1000).frame().position(FrameHeader.SIZE)));
        assertEquals(new Welcome(1, 17, 2000),
                Welcome.parse(new Welcome(1, 17, 2000).frame().position(FrameHeader.SIZE)));
    }

    @Test
    void shouldIgnoreWhatLaterVersionsAdd() throws Exception {
        assertEquals(4711, Hello.parse(bytes("musher/1 " + TOKEN + " 4711 more and more")).pid());
        assertEquals(17, Welcome.parse(bytes("musher/1 17 more and more")).pid());
    }

    @Test
    void shouldTellAnotherVersionFromNonsense() throws Exception {
        assertEquals(7, Hello.parse(bytes("musher/7 whatever")).version());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "musher/1", "musher/1 ", "musher/0 x 1", "musher/1  4711", "musher/1 " + TOKEN,
            "musher/1 " + TOKEN + " x",
            "musher/1 " + TOKEN + "0 1", "musher/1 0123456789ABCDEF0123456789ABCDEF 1", "musher/99999999999 x 1",
            "GET / HTTP/1.1",
            "musher/1 " + TOKEN + " 99999999999999999999"})
    void shouldRefuseABadHello(String payload) {
        String message = assertThrows(ProtocolException.class, () -> Hello.parse(bytes(payload))).getMessage();
        assertFalse(message.contains(TOKEN), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "65536", "99999", "080", "8080 ", "80a", "\u0661"})
    void shouldRefuseWhatIsNoPort(String payload) {
        assertThrows(ProtocolException.class, () -> ListeningFrame.parse(bytes(payload)));
    }

    @Test
    void shouldRefuseWhatIsNoText() {
        assertThrows(ProtocolException.class, () -> Hello.parse(ByteBuffer.wrap(new byte[]{(byte) 0xff, 0x20})));
    }

    @Test
    void shouldShowForeignBytesInOneLine() {
        assertEquals("a..b.c", Frames.shown(bytes("a\r\nb\u001bc")));
        assertTrue(Frames.shown(bytes("x".repeat(1000))).length() < 130);
    }

    @Test
    void shouldNeverPrintAToken() {
        Token token = new Token();
        assertTrue(token.hex().matches("[0-9a-f]{32}"));
        assertNotEquals(token.hex(), new Token().hex());
        assertTrue(token.matches(token.hex()));
        assertFalse(token.matches(token.hex().substring(1) + "x"));
        assertFalse(token.matches(""));
        assertFalse(token.toString().contains(token.hex()));
        assertFalse(new Hello(1, TOKEN, 4711, 1000).toString().contains(TOKEN));
    }

    private static ByteBuffer bytes(String text) {
        return StandardCharsets.UTF_8.encode(text);
    }
}
