package io.musher.internal.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever bytes come, in whatever chunks. */
class FrameDecoderProperties {

    private static final int SKIPPED = 200;
    private static final int LIMIT = 100_000;

    /** Takes all types but one, up to a limit, and writes everything down. */
    private static final class Sink implements FrameSink {
        final List<String> frames = new ArrayList<>();

        @Override
        public boolean accept(int type, int length) throws ProtocolException {
            if (length > LIMIT) {
                throw new ProtocolException("too long");
            }
            return type != SKIPPED;
        }

        @Override
        public void frame(int type, int sequence, ByteBuffer payload) {
            byte[] bytes = new byte[payload.remaining()];
            payload.get(bytes);
            frames.add(text(type, sequence, bytes));
        }
    }

    record Sent(int type, int sequence, byte[] payload) {
        void writeTo(ByteArrayOutputStream out) {
            out.writeBytes(ByteBuffer.allocate(FrameHeader.SIZE).putInt(payload.length).put((byte) type)
                    .putInt(sequence).array());
            out.writeBytes(payload);
        }
    }

    private static String text(int type, int sequence, byte[] payload) {
        return type + " " + sequence + " " + HexFormat.of().formatHex(payload);
    }

    @Property
    void shouldFindTheSameFramesInAnyChunks(@ForAll("frames") List<Sent> sent, @ForAll("sizes") List<Integer> sizes)
            throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<String> expected = new ArrayList<>();
        for (Sent frame : sent) {
            frame.writeTo(out);
            if (frame.type != SKIPPED) {
                expected.add(text(frame.type, frame.sequence, frame.payload));
            }
        }
        Sink sink = new Sink();
        FrameDecoder decoder = new FrameDecoder(sink, new ArrayPool());
        feed(decoder, out.toByteArray(), sizes);

        assertEquals(expected, sink.frames);
        assertFalse(decoder.isInside(), "nothing is left over");
        assertEquals(0, decoder.room());
    }

    @Property
    void shouldNeitherCrashNorHoldMoreThanCame(@ForAll("streams") byte[] bytes, @ForAll("sizes") List<Integer> sizes) {
        Sink chunked = new Sink();
        Sink whole = new Sink();
        String first = outcome(new FrameDecoder(chunked, new ArrayPool()), bytes, sizes);
        String second = outcome(new FrameDecoder(whole, new ArrayPool()), bytes, List.of(Math.max(1, bytes.length)));

        assertEquals(whole.frames, chunked.frames, "the chunks make no difference");
        assertEquals(second, first);
    }

    @Property
    void shouldTakeNothingAfterABadFrame(@ForAll("streams") byte[] noise) throws Exception {
        Sink sink = new Sink();
        FrameDecoder decoder = new FrameDecoder(sink, new ArrayPool());
        outcome(decoder, ByteBuffer.allocate(FrameHeader.SIZE).putInt(-1).array(), List.of(9));
        decoder.decode(ByteBuffer.wrap(noise));

        assertEquals(List.of(), sink.frames);
        assertEquals(0, decoder.room());
    }

    private static String outcome(FrameDecoder decoder, byte[] bytes, List<Integer> sizes) {
        try {
            feed(decoder, bytes, sizes);
            return decoder.isInside() ? "inside" : "between";
        } catch (ProtocolException e) {
            return e.getMessage();
        }
    }

    private static void feed(FrameDecoder decoder, byte[] bytes, List<Integer> sizes) throws ProtocolException {
        for (int at = 0, i = 0; at < bytes.length; i++) {
            int size = Math.min(sizes.get(i % sizes.size()), bytes.length - at);
            byte[] chunk = new byte[size];
            System.arraycopy(bytes, at, chunk, 0, size);
            decoder.decode(ByteBuffer.wrap(chunk));
            Arrays.fill(chunk, (byte) 0x55); // a decoder that kept the chunk would notice
            at += size;
            assertTrue(decoder.room() <= Math.max(1024, 9 * at),
                    "room for " + decoder.room() + " after " + at + " bytes");
        }
    }

    @Provide
    Arbitrary<List<Sent>> frames() {
        return frame().list().ofMaxSize(8);
    }

    private static Arbitrary<Sent> frame() {
        Arbitrary<byte[]> payloads = Arbitraries.bytes().array(byte[].class).ofMaxSize(40);
        Arbitrary<byte[]> large = Arbitraries.integers().between(0, 5000).map(byte[]::new);
        return Combinators
                .combine(Arbitraries.oneOf(Arbitraries.integers().between(0, 255), Arbitraries.of(1, 9, SKIPPED)),
                        Arbitraries.integers(), Arbitraries.oneOf(payloads, large))
                .as(Sent::new);
    }

    @Provide
    Arbitrary<List<Integer>> sizes() {
        return Arbitraries.oneOf(Arbitraries.integers().between(1, 9), Arbitraries.integers().between(1, 3000)).list()
                .ofMinSize(1).ofMaxSize(12);
    }

    /** Good frames, cut off, spoiled, mixed with noise. */
    @Provide
    Arbitrary<byte[]> streams() {
        Arbitrary<byte[]> noise = Arbitraries.bytes().array(byte[].class).ofMaxSize(60);
        Arbitrary<byte[]> lengths = Arbitraries.integers()
                .map(n -> ByteBuffer.allocate(FrameHeader.SIZE).putInt(n).array());
        Arbitrary<byte[]> good = frame().map(f -> {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            f.writeTo(out);
            return out.toByteArray();
        });
        return Arbitraries.oneOf(good, good, good, noise, lengths).list().ofMaxSize(6).map(pieces -> {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            pieces.forEach(out::writeBytes);
            return out.toByteArray();
        });
    }
}
