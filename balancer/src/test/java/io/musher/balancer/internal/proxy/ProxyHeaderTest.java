package io.musher.balancer.internal.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.balancer.ProxyProtocol;
import io.musher.balancer.internal.proxy.ProxyHeader.BadHeader;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Byte by byte against the text of the specification (haproxy.org, "The PROXY protocol", versions 1 and 2). */
class ProxyHeaderTest {

    private static final String SIGNATURE_2 = "0d0a0d0a000d0a515549540a";

    private final InetSocketAddress client4 = new InetSocketAddress("192.168.0.1", 56324);
    private final InetSocketAddress server4 = new InetSocketAddress("192.168.0.11", 443);
    private final InetSocketAddress client6 = new InetSocketAddress("2001:db8::1", 56324);
    private final InetSocketAddress server6 = new InetSocketAddress("2001:db8::2", 443);

    // ---- version 1

    @Test
    void shouldWriteTheLineOfTheSpecification() {
        assertEquals("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n", text(ProxyProtocol.V1, client4, server4));
        assertEquals("PROXY TCP6 2001:db8:0:0:0:0:0:1 2001:db8:0:0:0:0:0:2 56324 443\r\n",
                text(ProxyProtocol.V1, client6, server6));
    }

    @Test
    void shouldWriteOneFamilyWhenTheTwoAddressesDiffer() throws Exception {
        String line = text(ProxyProtocol.V1, client4, server6);

        assertEquals("PROXY TCP6 ::ffff:192.168.0.1 2001:db8:0:0:0:0:0:2 56324 443\r\n", line);
        assertEquals(client4, parse(line).source());
    }

    @Test
    void shouldReadLinesOfTheSpecification() throws Exception {
        for (String line : List.of("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n",
                "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n")) {
            assertEquals(line.length(), parse(line).length());
            assertEquals(line.length(), parse(line + "GET / HTTP/1.1\r\n\r\n").length());
        }
        assertEquals(client4, parse("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\nGET /").source());
        assertEquals(client6, parse("PROXY TCP6 2001:db8::1 ::1 56324 443\r\n").source());
        assertEquals(new InetSocketAddress("1.2.3.4", 0), parse("PROXY TCP4 1.2.3.4 5.6.7.8 0 0\r\n").source());
    }

    @Test
    void shouldReadAMappedAddressAsWhatItIs() throws Exception {
        assertEquals(new InetSocketAddress("10.1.2.3", 7), parse("PROXY TCP6 ::ffff:10.1.2.3 ::1 7 8\r\n").source());
    }

    @Test
    void shouldReadUnknownWhateverFollows() throws Exception {
        String longest = "PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n";
        for (String line : List.of("PROXY UNKNOWN\r\n", longest)) {
            ProxyHeader header = parse(line);
            assertNull(header.source());
            assertEquals(line.length(), header.length());
        }
    }

    @Test
    void shouldWaitForTheEndOfTheLine() throws Exception {
        String line = "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n";
        for (int i = 0; i < line.length(); i++) {
            assertNull(parse(line.substring(0, i)), line.substring(0, i));
        }
    }

    @Test
    void shouldRefuseLinesThatAreNotQuiteRight() {
        for (String line : List.of(
                "PROXY \r\n", "PROXY TCP4\r\n", "PROXY TCP5 1.2.3.4 5.6.7.8 1 2\r\n",
                "PROXY tcp4 1.2.3.4 5.6.7.8 1 2\r\n",
                "PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\r\n",
                "PROXY TCP4  1.2.3.4 5.6.7.8 1 2\r\n",
                "PROXY TCP4 1.2.3.4 5.6.7.8 1 65536\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 -1 2\r\n",
                "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 \r\n",
                "PROXY TCP4 1.2.3.4 5.6.7.8 1 22\n", "PROXY UNKNOWN x\n", "PROXY TCP4 1.2.3 5.6.7.8 1 2\r\n",
                "PROXY TCP4 1.2.3.456 5.6.7.8 1 2\r\n",
                "PROXY TCP4 ::1 ::1 1 2\r\n", "PROXY TCP6 1.2.3.4 5.6.7.8 1 2\r\n", "PROXY TCP6 ::1%lo ::1 1 2\r\n",
                "PROXY TCP6 [::1] ::1 1 2\r\n", "PROXY TCP6 .:1 ::1 1 2\r\n", "PROXY TCP4 localhost 5.6.7.8 1 2\r\n",
                "PROXY TCP4 1.2.3.4 5.6.7.8 \u00b2 2\r\n", "PROXY\tTCP4 1.2.3.4 5.6.7.8 1 2\r\n",
                "proxy TCP4 1.2.3.4 5.6.7.8 1 2\r\n")) {
            assertThrows(BadHeader.class, () -> parse(line), line);
        }
    }

    @Test
    void shouldRefuseALineThatDoesNotEnd() throws Exception {
        String prefix = "PROXY UNKNOWN " + "x".repeat(92);
        assertEquals(106, prefix.length());
        assertNull(parse(prefix));

        assertThrows(BadHeader.class, () -> parse(prefix + "x"));
        assertThrows(BadHeader.class, () -> parse(prefix + "\r\n"), "108 bytes are one too many");
        assertEquals(107, parse("PROXY UNKNOWN " + "x".repeat(91) + "\r\n").length());
    }

    @Test
    void shouldTellWhatIsWrongWithoutControlCharacters() {
        BadHeader none = assertThrows(BadHeader.class, () -> parse("GET / HTTP/1.1\r\n"));
        assertTrue(none.getMessage().contains("no PROXY header: byte 0 is 0x47"), none.getMessage());

        BadHeader odd = assertThrows(BadHeader.class, () -> parse("PROXY TCP4 \u001b[31m\u0007 5.6.7.8 1 2\r\n"));
        assertTrue(odd.getMessage().contains("'?[31m?'"), odd.getMessage());
    }

    // ---- version 2

    @Test
    void shouldWriteTheBytesOfTheSpecification() {
        assertEquals(SIGNATURE_2 + "2111000c" + "c0a80001" + "c0a8000b" + "dc04" + "01bb",
                hex(ProxyProtocol.V2, client4, server4));
        assertEquals(SIGNATURE_2 + "21210024" + "20010db8000000000000000000000001" + "20010db8000000000000000000000002"
                + "dc04" + "01bb", hex(ProxyProtocol.V2, client6, server6));
    }

    @Test
    void shouldWriteTheSameBytesWhateverTheOrderOfTheBuffer() {
        ByteBuffer little = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer big = ByteBuffer.allocate(64).order(ByteOrder.BIG_ENDIAN);
        ProxyHeader.write(little, ProxyProtocol.V2, client4, server4);
        ProxyHeader.write(big, ProxyProtocol.V2, client4, server4);

        assertArrayEquals(big.array(), little.array());
    }

    @Test
    void shouldReadTheBytesOfTheSpecification() throws Exception {
        ProxyHeader four = parse2("2111000c" + "c0a80001" + "c0a8000b" + "dc04" + "01bb");
        assertEquals(client4, four.source());
        assertEquals(28, four.length());

        ProxyHeader six = parse2("21210024" + "20010db8000000000000000000000001" + "00".repeat(16) + "dc04" + "01bb");
        assertEquals(client6, six.source());
        assertEquals(52, six.length());
    }

    @Test
    void shouldReadLocalAsTheProxyItself() throws Exception {
        ProxyHeader bare = parse2("20000000");
        assertNull(bare.source());
        assertEquals(16, bare.length());

        ProxyHeader withAddresses = parse2("2011000c" + "c0a80001" + "c0a8000b" + "dc04" + "01bb");
        assertNull(withAddresses.source(), "a health check of the proxy's own");
        assertEquals(28, withAddresses.length());
    }

    @Test
    void shouldSkipFamiliesItDoesNotKnow() throws Exception {
        for (String family : List.of("00", "12", "22", "31", "32", "ff")) {
            ProxyHeader header = parse2("21" + family + "0003" + "aabbcc");
            assertNull(header.source(), family);
            assertEquals(19, header.length(), family);
        }
    }

    @Test
    void shouldSkipWhatFollowsTheAddresses() throws Exception {
        String tlvs = "030004deadbeef" + "04000100";
        ProxyHeader header = parse2("21110017" + "c0a80001" + "c0a8000b" + "dc04" + "01bb" + tlvs);

        assertEquals(client4, header.source());
        assertEquals(16 + 0x17, header.length());
        assertNull(parse2("21110017" + "c0a80001" + "c0a8000b" + "dc04" + "01bb"), "it has said there is more");
    }

    @Test
    void shouldReadAMappedAddressOfVersion2() throws Exception {
        ProxyHeader header = parse2(
                "21210024" + "00000000000000000000ffff0a010203" + "00".repeat(16) + "0007" + "0008");

        assertEquals(new InetSocketAddress("10.1.2.3", 7), header.source());
    }

    @Test
    void shouldRefuseOtherVersionsAndCommands() {
        for (String versionAndCommand : List.of("11", "31", "22", "2f", "00", "01")) {
            assertThrows(BadHeader.class, () -> parse2(versionAndCommand + "11000c" + "00".repeat(12)),
                    versionAndCommand);
        }
    }

    @Test
    void shouldRefuseTooFewBytesOfAddresses() {
        assertThrows(BadHeader.class, () -> parse2("2111000b"));
        assertThrows(BadHeader.class, () -> parse2("21210023"));
    }

    @Test
    void shouldRefuseAHeaderLongerThanItReads() throws Exception {
        assertNull(parse2("2111" + "07f0"), "2048 bytes may come");
        assertEquals(2048, parse2("2111" + "07f0" + "00".repeat(0x7f0)).length());

        assertThrows(BadHeader.class, () -> parse2("2111" + "07f1"));
        assertThrows(BadHeader.class, () -> parse2("2111" + "ffff"));
    }

    @Test
    void shouldNotTouchTheBuffer() throws Exception {
        ByteBuffer buffer = ByteBuffer.allocate(200).order(ByteOrder.LITTLE_ENDIAN);
        ProxyHeader.write(buffer, ProxyProtocol.V2, client4, server4);

        ProxyHeader.parse(buffer);

        assertEquals(28, buffer.position());
        assertEquals(200, buffer.limit());
        assertEquals(ByteOrder.LITTLE_ENDIAN, buffer.order());
    }

    private static ProxyHeader parse(String text) throws BadHeader {
        return ProxyHeader.parse(filled(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static ProxyHeader parse2(String hexAfterSignature) throws BadHeader {
        return ProxyHeader.parse(filled(HexFormat.of().parseHex(SIGNATURE_2 + hexAfterSignature)));
    }

    private static ByteBuffer filled(byte[] bytes) {
        return ByteBuffer.allocate(4096).order(ByteOrder.nativeOrder()).put(bytes);
    }

    private static byte[] written(ProxyProtocol version, InetSocketAddress from, InetSocketAddress to) {
        ByteBuffer out = ByteBuffer.allocate(232).order(ByteOrder.nativeOrder());
        ProxyHeader.write(out, version, from, to);
        byte[] bytes = new byte[out.position()];
        out.get(0, bytes);
        return bytes;
    }

    private static String text(ProxyProtocol version, InetSocketAddress from, InetSocketAddress to) {
        return new String(written(version, from, to), StandardCharsets.US_ASCII);
    }

    private static String hex(ProxyProtocol version, InetSocketAddress from, InetSocketAddress to) {
        return HexFormat.of().formatHex(written(version, from, to));
    }
}
