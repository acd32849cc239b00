package io.musher.internal.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Real sockets against a real server, with arbitrary bytes in arbitrary chunks. */
class ChannelProperties {

    private static ChannelFixture fixture;
    private static RecordingChannelListener good;
    private static RawPeer goodPeer;

    @BeforeContainer
    static void open() throws Exception {
        fixture = new ChannelFixture();
        good = fixture.expect("good-1");
        goodPeer = fixture.join(good);
    }

    @AfterContainer
    static void close() {
        fixture.close();
    }

    @Property(tries = 300)
    void shouldHearNothingFromStrangers(@ForAll("noise") byte[] bytes, @ForAll("sizes") List<Integer> sizes)
            throws Exception {
        try (RawPeer peer = new RawPeer(fixture.server.address())) {
            write(peer, bytes, sizes);
            peer.socket.shutdownOutput();
            while (peer.socket.getInputStream().read() >= 0) {
                continue; // a word why, perhaps
            }
        } catch (IOException e) {
            assertTrue(e.getMessage().contains("reset") || e.getMessage().contains("pipe"), e::toString);
        }
        theGoodWorkerIsHeard();
        assertEquals(0, (int) fixture.onLoop(fixture.server::pendingConnections));
    }

    @Property(tries = 300)
    void shouldHearAWorkerUpToItsFirstFault(@ForAll("frames") List<byte[]> frames, @ForAll("noise") byte[] noise,
            @ForAll("sizes") List<Integer> sizes) throws Exception {
        RecordingChannelListener listener = fixture.expect("any-1");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(RawPeer.frame(FrameType.HELLO, "musher/1 " + listener.channel.token() + " 5"));
        List<String> expected = new ArrayList<>(List.of("hello 5"));
        boolean over = false;
        for (byte[] frame : frames) {
            out.writeBytes(frame);
            over |= Model.add(frame, expected, over);
        }
        int known = expected.size();
        out.writeBytes(noise);
        try (RawPeer peer = new RawPeer(fixture.server.address())) {
            write(peer, out.toByteArray(), sizes);
            peer.socket.shutdownOutput();
            peer.socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            assertTrue(e.getMessage().contains("reset") || e.getMessage().contains("pipe"), e::toString);
        }
        List<String> said = new ArrayList<>();
        for (String event; !(event = listener.next()).startsWith("lost") && !event.startsWith("goodbye");) {
            said.add(event);
        }
        assertTrue(over ? said.equals(expected) : said.size() >= known && said.subList(0, known).equals(expected),
                () -> said + " instead of " + expected);
        assertEquals(0, listener.rest().length, "nothing after the end");
        theGoodWorkerIsHeard();
    }

    private static void theGoodWorkerIsHeard() throws Exception {
        goodPeer.send(FrameType.READY, "");
        good.expect("ready");
    }

    private static void write(RawPeer peer, byte[] bytes, List<Integer> sizes) throws IOException {
        for (int at = 0, i = 0; at < bytes.length; i++) {
            int size = Math.min(sizes.get(i % sizes.size()), bytes.length - at);
            peer.socket.getOutputStream().write(bytes, at, size);
            at += size;
        }
    }

    /** What a frame means, said a second time and more simply. */
    private static final class Model {
        static boolean add(byte[] frame, List<String> expected, boolean over) {
            int type = FrameHeader.type(ByteBuffer.wrap(frame));
            String payload = new String(frame, FrameHeader.SIZE, frame.length - FrameHeader.SIZE);
            if (over) {
                return true;
            }
            switch (type) {
                case FrameType.READY -> expected.add("ready");
                case FrameType.NOT_READY -> expected.add("notReady");
                case FrameType.LISTENING -> expected.add("listening " + payload);
                case FrameType.STOP -> expected.add("stopRequested");
                case FrameType.DISCONNECT -> expected.add("disconnectRequested");
                default -> {}
            }
            return type == FrameType.GOODBYE;
        }
    }

    @Provide
    Arbitrary<List<byte[]>> frames() {
        Arbitrary<byte[]> plain = Arbitraries
                .of(FrameType.READY, FrameType.NOT_READY, FrameType.STOP, FrameType.DISCONNECT,
                        FrameType.DRAIN, FrameType.WELCOME, 31, FrameType.JSON_MESSAGE, 255)
                .map(type -> RawPeer.frame(type, "x".repeat(type)));
        Arbitrary<byte[]> listening = Arbitraries.integers().between(1, 65535)
                .map(port -> RawPeer.frame(FrameType.LISTENING, port.toString()));
        Arbitrary<byte[]> large = Arbitraries.integers().between(0, 70_000).map(n -> RawPeer.frame(200, "y".repeat(n)));
        return Arbitraries.frequencyOf(Tuple.of(8, plain), Tuple.of(4, listening),
                Tuple.of(1, large), Tuple.of(1, Arbitraries.just(RawPeer.frame(FrameType.GOODBYE, "bye")))).list()
                .ofMaxSize(10);
    }

    @Provide
    Arbitrary<byte[]> noise() {
        Arbitrary<byte[]> bytes = Arbitraries.bytes().array(byte[].class).ofMaxSize(60);
        Arbitrary<byte[]> hellos = Arbitraries
                .of("musher/1 00000000000000000000000000000000 1", "musher/1", "musher/2 x", "", "?")
                .map(text -> RawPeer.frame(FrameType.HELLO, text));
        Arbitrary<byte[]> headers = Arbitraries.integers()
                .map(n -> ByteBuffer.allocate(FrameHeader.SIZE).putInt(n).put((byte) (n & 63)).array());
        return Arbitraries.oneOf(bytes, hellos, headers).list().ofMaxSize(4).map(pieces -> {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            pieces.forEach(out::writeBytes);
            return out.toByteArray();
        });
    }

    @Provide
    Arbitrary<List<Integer>> sizes() {
        return Arbitraries.oneOf(Arbitraries.integers().between(1, 9), Arbitraries.integers().between(1, 3000)).list()
                .ofMinSize(1).ofMaxSize(12);
    }
}
