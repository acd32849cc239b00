package io.musher.internal.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.internal.process.os.Loopback;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class ListeningFrameProperties {

    private static InetSocketAddress parse(String payload) throws ProtocolException {
        return ListeningFrame.parse(StandardCharsets.UTF_8.encode(payload));
    }

    @Property
    void shouldReadAPortAsTheLoopbackAddress(@ForAll @IntRange(min = 1, max = 65535) int port) throws Exception {
        assertEquals(Loopback.at(port), parse(Integer.toString(port)));
    }

    @Property
    void shouldReadAnyAddress(@ForAll("addresses") byte[] host, @ForAll @IntRange(min = 1, max = 65535) int port)
            throws Exception {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByAddress(host), port);
        assertEquals(address, parse(ListeningFrame.text(address)));
    }

    @Provide
    Arbitrary<byte[]> addresses() {
        return Arbitraries.bytes().array(byte[].class).ofSize(4).flatMap(
                four -> Arbitraries.oneOf(Arbitraries.just(four), Arbitraries.bytes().array(byte[].class).ofSize(16)));
    }

    @Property
    void shouldRefuseGarbage(@ForAll @Size(max = 200) byte[] payload) {
        read(payload);
    }

    @Property(tries = 5000)
    void shouldRefuseWhatIsAlmostAnAddress(@ForAll("texts") String payload) {
        read(payload.getBytes(StandardCharsets.UTF_8));
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings().withChars("0123456789abf.:[]% x").ofMaxLength(24);
    }

    private static void read(byte[] payload) {
        try {
            InetSocketAddress address = ListeningFrame.parse(ByteBuffer.wrap(payload));
            assertTrue(address.getPort() > 0 && !address.isUnresolved(), address::toString);
        } catch (ProtocolException e) {
            assertTrue(e.getMessage().contains("UTF-8") || e.getMessage().contains("neither a port nor an address"),
                    e::getMessage);
        }
    }

    @Example
    void shouldNotLookUpNames() throws UnknownHostException {
        for (String wrong : new String[]{"localhost:80", "256.0.0.1:80", "1.2.3:80", "::1:80", "[localhost]:80",
                "[1.2.3.4]:80", "[fe80::1%lo]:80", "[.:]:80", "[]:80", ":80", "127.0.0.1", "127.0.0.1:0",
                "127.0.0.1:65536", "99999999999999999999", "127.0.0.1:080", "\u0661"}) {
            assertThrows(ProtocolException.class, () -> parse(wrong), wrong);
        }
        assertEquals("[fe80:0:0:0:0:0:0:1]:80",
                ListeningFrame.text(new InetSocketAddress(InetAddress.getByName("fe80::1%1"), 80)));
    }
}
