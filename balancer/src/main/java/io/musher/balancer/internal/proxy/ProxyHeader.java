package io.musher.balancer.internal.proxy;

import io.musher.balancer.ProxyProtocol;
import io.musher.balancer.loop.Nullable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A PROXY protocol header, version 1 or 2: parses those of trusted proxies, writes those sent to targets, and
 * translates between the versions.
 *
 * @param version the version of the header
 * @param local whether the proxy connected on its own behalf (version 2 only)
 * @param source the client's address, or null if the header has none
 * @param destination the address the client connected to, or null if the header has none
 * @param length the length of the header in bytes
 */
public record ProxyHeader(ProxyProtocol version, boolean local, @Nullable InetSocketAddress source,
        @Nullable InetSocketAddress destination,
        int length) {

    /** Thrown when a connection does not begin with a valid header. */
    public static final class BadHeader extends Exception {
        private static final long serialVersionUID = 1L;

        /**
         * Creates it without a stack trace.
         *
         * @param message what is wrong with the header
         */
        public BadHeader(String message) {
            super(message, null, false, false);
        }
    }

    /** The longest accepted header; anything longer carries only extensions that are not used here. */
    static final int MAX_LENGTH = 2048;

    private static final byte[] SIGNATURE_2 = {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};
    private static final byte[] SIGNATURE_1 = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] UNKNOWN_1 = "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_LENGTH_1 = 107;
    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

    /** Writes a header to a buffer that has at least 232 bytes left. */
    public static void write(ByteBuffer out, ProxyProtocol version, InetSocketAddress source,
            InetSocketAddress destination) {
        byte[] from = source.getAddress().getAddress();
        byte[] to = destination.getAddress().getAddress();
        boolean v4 = from.length == 4 && to.length == 4;
        if (!v4) {
            from = mapped(from);
            to = mapped(to);
        }
        if (version == ProxyProtocol.V1) {
            String line = "PROXY " + (v4 ? "TCP4 " : "TCP6 ") + text(from) + " " + text(to) + " "
                    + source.getPort() + " " + destination.getPort() + "\r\n";
            out.put(line.getBytes(StandardCharsets.US_ASCII));
            return;
        }
        out.put(SIGNATURE_2).put((byte) 0x21).put((byte) (v4 ? 0x11 : 0x21));
        putShort(out, v4 ? 12 : 36);
        out.put(from).put(to);
        putShort(out, source.getPort());
        putShort(out, destination.getPort());
    }

    /** {@return the header of a connection without a client, such as a probe's} */
    public static byte[] withoutClient(ProxyProtocol version) {
        return version == ProxyProtocol.V1 ? UNKNOWN_1.clone() : withoutAddresses(0x20);
    }

    /**
     * {@return this header for a target: unchanged, including extensions (TLV), if it has the wanted version; else
     * translated as far as the wanted version can express it}
     *
     * @param wanted the version sent to targets
     * @param in a buffer that begins with this header
     */
    public byte[] forTarget(ProxyProtocol wanted, ByteBuffer in) {
        if (version == wanted) {
            byte[] same = new byte[length];
            in.get(0, same);
            return same;
        }
        if (source == null || destination == null) {
            return wanted == ProxyProtocol.V1 ? UNKNOWN_1 : withoutAddresses(0x21);
        }
        ByteBuffer out = ByteBuffer.allocate(232);
        write(out, wanted, source, destination);
        return Arrays.copyOf(out.array(), out.position());
    }

    private static byte[] withoutAddresses(int versionAndCommand) {
        byte[] header = Arrays.copyOf(SIGNATURE_2, 16);
        header[12] = (byte) versionAndCommand;
        return header;
    }

    /**
     * Parses a header from the bytes before the buffer's position; does not change the buffer.
     *
     * @return the header, or null if more bytes are needed
     * @throws BadHeader as soon as it is certain that the bytes are no valid header
     */
    public static @Nullable ProxyHeader parse(ByteBuffer in) throws BadHeader {
        ByteBuffer bytes = in.duplicate().order(ByteOrder.BIG_ENDIAN).flip();
        if (!bytes.hasRemaining()) {
            return null;
        }
        return bytes.get(0) == SIGNATURE_2[0] ? parse2(bytes) : parse1(bytes);
    }

    private static @Nullable ProxyHeader parse2(ByteBuffer in) throws BadHeader {
        expect(SIGNATURE_2, in);
        if (in.limit() < 16) {
            return null;
        }
        int versionAndCommand = in.get(12) & 0xff;
        int family = in.get(13) & 0xff;
        int length = in.getShort(14) & 0xffff;
        if (versionAndCommand != 0x20 && versionAndCommand != 0x21) {
            throw new BadHeader("PROXY v2 header with version and command 0x" + Integer.toHexString(versionAndCommand));
        }
        if (16 + length > MAX_LENGTH) {
            throw new BadHeader("PROXY v2 header of " + (16 + length) + " bytes; at most " + MAX_LENGTH + " are read");
        }
        boolean proxied = versionAndCommand == 0x21;
        int size = family == 0x11 ? 4 : family == 0x21 ? 16 : 0;
        if (proxied && size > 0 && length < 2 * size + 4) {
            throw new BadHeader("PROXY v2 header with " + length + " bytes of addresses for family 0x"
                    + Integer.toHexString(family));
        }
        if (in.limit() < 16 + length) {
            return null;
        }
        if (!proxied || size == 0) {
            return new ProxyHeader(ProxyProtocol.V2, !proxied, null, null, 16 + length);
        }
        byte[] source = new byte[size];
        byte[] destination = new byte[size];
        in.get(16, source).get(16 + size, destination);
        return new ProxyHeader(ProxyProtocol.V2, false, socketAddress(source, in.getShort(16 + 2 * size) & 0xffff),
                socketAddress(destination, in.getShort(18 + 2 * size) & 0xffff), 16 + length);
    }

    private static @Nullable ProxyHeader parse1(ByteBuffer in) throws BadHeader {
        expect(SIGNATURE_1, in);
        int end = 0;
        while (end < in.limit() && in.get(end) != '\n') {
            end++;
        }
        if (end == in.limit()) {
            if (end >= MAX_LENGTH_1) {
                throw new BadHeader("PROXY v1 header longer than " + MAX_LENGTH_1 + " bytes");
            }
            return null;
        }
        if (end + 1 > MAX_LENGTH_1 || in.get(end - 1) != '\r') {
            throw new BadHeader("PROXY v1 header without a proper end of line");
        }
        byte[] line = new byte[end - 1];
        in.get(0, line);
        String[] words = new String(line, StandardCharsets.ISO_8859_1).split(" ", -1);
        if (words[1].equals("UNKNOWN")) {
            return new ProxyHeader(ProxyProtocol.V1, false, null, null, end + 1);
        }
        int size = words[1].equals("TCP4") ? 4 : words[1].equals("TCP6") ? 16 : 0;
        if (size == 0 || words.length != 6) {
            throw new BadHeader("PROXY v1 header with " + words.length + " words for protocol " + printable(words[1]));
        }
        return new ProxyHeader(ProxyProtocol.V1, false, socketAddress(address(words[2], size), port(words[4])),
                socketAddress(address(words[3], size), port(words[5])), end + 1);
    }

    /** Checks as many bytes of the signature as have arrived. */
    private static void expect(byte[] signature, ByteBuffer in) throws BadHeader {
        for (int i = 0; i < Math.min(signature.length, in.limit()); i++) {
            if (in.get(i) != signature[i]) {
                throw new BadHeader("no PROXY header: byte " + i + " is 0x" + Integer.toHexString(in.get(i) & 0xff));
            }
        }
    }

    private static byte[] address(String text, int size) throws BadHeader {
        byte[] bytes = TrustedProxies.literal(text);
        if (bytes != null && bytes.length == 4 && size == 16 && text.indexOf(':') >= 0) {
            return mapped(bytes); // the JDK converts ::ffff:1.2.3.4 to an IPv4 address
        }
        if (bytes == null || bytes.length != size) {
            throw new BadHeader("PROXY v1 header with the address " + printable(text));
        }
        return bytes;
    }

    private static int port(String text) throws BadHeader {
        int port = text.matches("\\d{1,5}") ? Integer.parseInt(text) : 65536;
        if (port > 65535) {
            throw new BadHeader("PROXY v1 header with the port " + printable(text));
        }
        return port;
    }

    private static String printable(String text) {
        return "'" + text.replaceAll("[^ -~]", "?") + "'";
    }

    private static byte[] mapped(byte[] address) {
        if (address.length == 16) {
            return address;
        }
        byte[] six = Arrays.copyOf(MAPPED, 16);
        System.arraycopy(address, 0, six, 12, 4);
        return six;
    }

    private static String text(byte[] address) {
        try {
            InetAddress parsed = InetAddress.getByAddress(address);
            String text = parsed.getHostAddress();
            return address.length == 16 && parsed.getAddress().length == 4 ? "::ffff:" + text : text;
        } catch (UnknownHostException e) {
            throw new AssertionError(e); // only for lengths other than 4 and 16
        }
    }

    private static InetSocketAddress socketAddress(byte[] address, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException e) {
            throw new AssertionError(e); // only for lengths other than 4 and 16
        }
    }

    /** Writes in network byte order; the buffer itself has native order. */
    private static void putShort(ByteBuffer out, int value) {
        out.put((byte) (value >>> 8)).put((byte) value);
    }
}
