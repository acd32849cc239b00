package io.musher.balancer.internal.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.musher.balancer.ProxyProtocol;
import io.musher.balancer.internal.proxy.ProxyHeader.BadHeader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class ProxyHeaderProperties {

    private static final byte[] SIGNATURE_2 = {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};

    @Property(tries = 500)
    void shouldReadBackWhatItWrote(@ForAll ProxyProtocol version, @ForAll("addresses") InetSocketAddress from,
            @ForAll("addresses") InetSocketAddress to, @ForAll("payloads") byte[] payload) throws BadHeader {
        byte[] header = written(version, from, to);
        assertTrue(header.length <= 232, "the room that is asked for");

        ProxyHeader parsed = ProxyHeader.parse(filled(header, payload));

        assertEquals(from, parsed.source());
        assertEquals(to, parsed.destination());
        assertEquals(header.length, parsed.length());
    }

    @Property(tries = 200)
    void shouldAskForMoreUntilTheLastByteHasCome(@ForAll ProxyProtocol version,
            @ForAll("addresses") InetSocketAddress from,
            @ForAll("addresses") InetSocketAddress to) throws BadHeader {
        byte[] header = written(version, from, to);
        for (int i = 0; i < header.length; i++) {
            assertNull(ProxyHeader.parse(filled(Arrays.copyOf(header, i), new byte[0])), "after " + i + " bytes");
        }
    }

    /** A byte changed somewhere: a header that is read may differ, but is never longer than what is there. */
    @Property(tries = 2000)
    void shouldOnlyEverRefuseADamagedHeader(@ForAll ProxyProtocol version, @ForAll("addresses") InetSocketAddress from,
            @ForAll("addresses") InetSocketAddress to, @ForAll @IntRange(max = 231) int where, @ForAll byte what) {
        byte[] header = written(version, from, to);
        header[where % header.length] = what;
        verdict(header);
    }

    @Property(tries = 2000)
    void shouldRefuseGarbageAtOnceAndForGood(@ForAll("payloads") byte[] garbage) {
        if (garbage.length == 0 || isPrefixOf(garbage, SIGNATURE_2)
                || isPrefixOf(garbage, "PROXY ".getBytes(StandardCharsets.US_ASCII))) {
            return;
        }
        assertEquals(Verdict.BAD, verdict(garbage));
    }

    /** Behind a good signature anything may come; there is a verdict after the longest header at the latest. */
    @Property(tries = 2000)
    void shouldDecideWithinTheLongestHeader(@ForAll boolean binary, @ForAll("payloads") byte[] rest) {
        byte[] signature = binary ? SIGNATURE_2 : "PROXY ".getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(signature, ProxyHeader.MAX_LENGTH);
        System.arraycopy(rest, 0, all, signature.length, Math.min(rest.length, all.length - signature.length));

        assertTrue(verdict(all) != Verdict.MORE, "undecided after " + all.length + " bytes");
    }

    /** What is decided stays decided, whatever follows. */
    @Property(tries = 500)
    void shouldNotChangeItsMind(@ForAll("lines") String line, @ForAll("payloads") byte[] more) {
        byte[] bytes = line.getBytes(StandardCharsets.ISO_8859_1);
        Verdict first = verdict(bytes);
        if (first == Verdict.MORE) {
            return;
        }
        byte[] longer = Arrays.copyOf(bytes, bytes.length + more.length);
        System.arraycopy(more, 0, longer, bytes.length, more.length);

        assertEquals(first, verdict(longer), line);
    }

    private enum Verdict {
        HEADER, MORE, BAD
    }

    private static Verdict verdict(byte[] bytes) {
        try {
            ProxyHeader header = ProxyHeader.parse(filled(bytes, new byte[0]));
            if (header == null) {
                return Verdict.MORE;
            }
            assertTrue(header.length() > 0 && header.length() <= bytes.length, () -> "length " + header.length());
            return Verdict.HEADER;
        } catch (BadHeader e) {
            assertTrue(e.getMessage().length() < 250 && e.getMessage().chars().allMatch(c -> c >= ' ' && c <= '~'),
                    e.getMessage());
            return Verdict.BAD;
        } catch (RuntimeException e) {
            return fail("nothing but BadHeader may come out", e);
        }
    }

    private static boolean isPrefixOf(byte[] bytes, byte[] signature) {
        int n = Math.min(bytes.length, signature.length);
        return Arrays.equals(bytes, 0, n, signature, 0, n);
    }

    private static byte[] written(ProxyProtocol version, InetSocketAddress from, InetSocketAddress to) {
        ByteBuffer out = ByteBuffer.allocate(1024).order(ByteOrder.nativeOrder());
        ProxyHeader.write(out, version, from, to);
        return Arrays.copyOf(out.array(), out.position());
    }

    private static ByteBuffer filled(byte[] first, byte[] second) {
        return ByteBuffer.allocateDirect(first.length + second.length + 10).order(ByteOrder.nativeOrder()).put(first)
                .put(second);
    }

    @Provide
    Arbitrary<InetSocketAddress> addresses() {
        Arbitrary<byte[]> four = Arbitraries.bytes().array(byte[].class).ofSize(4);
        Arbitrary<byte[]> six = Arbitraries.bytes().array(byte[].class).ofSize(16);
        Arbitrary<byte[]> sparse = Combinators.combine(Arbitraries.bytes(), Arbitraries.integers().between(0, 15))
                .as((b, at) -> {
                    byte[] bytes = new byte[16];
                    bytes[at] = b;
                    return bytes;
                });
        Arbitrary<byte[]> mapped = four.map(bytes -> {
            byte[] sixteen = new byte[16];
            sixteen[10] = sixteen[11] = -1;
            System.arraycopy(bytes, 0, sixteen, 12, 4);
            return sixteen;
        });
        return Combinators
                .combine(Arbitraries.oneOf(four, six, sparse, mapped), Arbitraries.integers().between(0, 65535))
                .as((bytes, port) -> new InetSocketAddress(address(bytes), port));
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    @Provide
    Arbitrary<byte[]> payloads() {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(300);
    }

    @Provide
    Arbitrary<String> lines() {
        Arbitrary<String> words = Arbitraries.of("TCP4", "TCP6", "UNKNOWN", "1.2.3.4", "::1", "::ffff:1.2.3.4", "80",
                "65535", "", "-1",
                "2001:db8::", ":", "1.2.3", "\r", "\n", "\r\n", "\u0000", "\u00ff");
        return words.list().ofMaxSize(9).map(list -> "PROXY " + String.join(" ", list) + "\r\n");
    }
}
