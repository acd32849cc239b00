package io.musher.internal.bind;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The redirected calls in the JDK's classes; {@code SharedListenerIT} runs them. */
class NetCallsTest {

    private static byte[] code(String name) throws IOException {
        try (InputStream in = Object.class.getModule().getResourceAsStream(name.replace('.', '/') + ".class")) {
            return in.readAllBytes();
        }
    }

    @Test
    void shouldFindTheCallsInThisJava() {
        assertEquals(Optional.empty(), NetCalls.missing());
    }

    @ParameterizedTest
    @ValueSource(strings = {"NioSocketImpl", "ServerSocketChannelImpl", "AsynchronousServerSocketChannelImpl"})
    void shouldRedirectEachCallAndChangeNothingElse(String server) throws IOException {
        byte[] before = code("sun.nio.ch." + server);
        byte[] after = NetCalls.redirect(before, "sun/nio/ch/MusherNet");
        assertEquals(before.length + 3 + "sun/nio/ch/MusherNet".length() + 3, after.length);
        IOException none = assertThrows(IOException.class, () -> NetCalls.redirect(after, "sun/nio/ch/Other"));
        assertTrue(none.getMessage().contains("[]"), none::getMessage);
        int code = before.length * 7 / 8; // behind the constants
        assertArrayEquals(Arrays.copyOfRange(before, code, before.length),
                Arrays.copyOfRange(after, after.length - (before.length - code), after.length));
    }

    @Test
    void shouldRefuseAClassWithoutTheCalls() throws IOException {
        byte[] file = code("java.lang.String");
        assertThrows(IOException.class, () -> NetCalls.redirect(file, "sun/nio/ch/MusherNet"));
    }
}
