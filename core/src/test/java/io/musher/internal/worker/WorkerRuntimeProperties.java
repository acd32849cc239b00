package io.musher.internal.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.internal.ipc.FrameType;
import io.musher.internal.ipc.RawPeer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * A worker that hears arbitrary bytes in arbitrary chunks ends one way, once, and its hooks run at most once, in order.
 */
class WorkerRuntimeProperties {

    private static final List<String> LIFE = List.of("halt", "drain", "disconnected", "stop", "exit");

    @Property(tries = 200)
    void shouldEndOnceWhateverItHears(@ForAll("streams") byte[] bytes, @ForAll("sizes") List<Integer> sizes)
            throws Exception {
        LinkedBlockingQueue<String> said = new LinkedBlockingQueue<>();
        WorkerRuntime member;
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"))) {
            member = new WorkerRuntime(new WorkerEnvironment(1, 0, "any-1", OptionalInt.empty(), "127.0.0.1",
                    "127.0.0.1:" + server.getLocalPort(), FakePrimary.TOKEN, true, 1 << 20), null, end(said),
                    new KeepAlive());
            member.onDrain(() -> said.add("drain"));
            member.onStop(() -> said.add("stop"));
            member.onDisconnect(() -> said.add("disconnected"));
            member.start();
            say(server, bytes, sizes);
        }
        // a loss, or a goodbye first and then the death of a primary that never lived
        int seen = -1;
        for (String event; !"exit".equals(event = said.poll(20, TimeUnit.SECONDS));) {
            assertTrue(event != null, "it ends");
            if (!event.equals("halt")) {
                assertTrue(LIFE.indexOf(event) > seen, event + " twice or too late");
                seen = LIFE.indexOf(event);
            }
        }
        assertEquals(LIFE.indexOf("stop"), seen, "the last before the exit");
        member.shutDown();
    }

    private static void say(ServerSocket server, byte[] bytes, List<Integer> sizes) throws IOException {
        try (RawPeer peer = new RawPeer(server.accept())) {
            peer.receive();
            for (int at = 0, i = 0; at < bytes.length; i++) {
                int size = Math.min(sizes.get(i % sizes.size()), bytes.length - at);
                peer.socket.getOutputStream().write(bytes, at, size);
                at += size;
            }
        } catch (SocketException e) {
            assertTrue(e.getMessage().contains("reset") || e.getMessage().contains("pipe"), e::toString);
        }
    }

    private static JvmExit end(LinkedBlockingQueue<String> said) {
        return new JvmExit() {
            @Override
            public void exit(int status) {
                said.add("exit");
            }

            @Override
            public void halt(int status) {
                said.add("halt");
            }

            @Override
            public void haltAfter(long nanos, int status) {
                said.add("halt");
            }
        };
    }

    @Provide
    Arbitrary<byte[]> streams() {
        Arbitrary<byte[]> orders = Arbitraries.of(FrameType.DRAIN, FrameType.STOP, FrameType.DISCONNECT, 31, 99,
                FrameType.READY).map(type -> RawPeer.frame(type, ""));
        Arbitrary<byte[]> goodbye = Arbitraries.just(RawPeer.frame(FrameType.GOODBYE, "bye"));
        Arbitrary<byte[]> noise = Arbitraries.bytes().array(byte[].class).ofMaxSize(30);
        Arbitrary<byte[]> headers = Arbitraries.integers()
                .map(n -> ByteBuffer.allocate(9).putInt(n).put((byte) (n & 63)).array());
        Arbitrary<byte[]> rest = Arbitraries.oneOf(orders, orders, orders, goodbye, noise, headers).list().ofMaxSize(6)
                .map(pieces -> {
                    ByteArrayOutputStream out = new ByteArrayOutputStream();
                    pieces.forEach(out::writeBytes);
                    return out.toByteArray();
                });
        // no process has a pid so large, so whoever lives on after a goodbye finds its primary dead
        byte[] welcome = RawPeer.frame(FrameType.WELCOME, "musher/1 999999999");
        return Arbitraries.of(true, true, true, false).flatMap(welcomed -> rest.map(bytes -> {
            byte[] all = new byte[(welcomed ? welcome.length : 0) + bytes.length];
            System.arraycopy(welcome, 0, all, 0, all.length - bytes.length);
            System.arraycopy(bytes, 0, all, all.length - bytes.length, bytes.length);
            return all;
        }));
    }

    @Provide
    Arbitrary<List<Integer>> sizes() {
        return Arbitraries.oneOf(Arbitraries.integers().between(1, 9), Arbitraries.integers().between(1, 3000)).list()
                .ofMinSize(1).ofMaxSize(12);
    }
}
