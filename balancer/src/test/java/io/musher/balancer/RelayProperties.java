package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

class RelayProperties {

    @Property(tries = 30, shrinking = ShrinkingMode.OFF)
    void shouldDeliverTheSameBytesForAnyChunks(
            @ForAll("chunks") List<Integer> up, @ForAll("chunks") List<Integer> down,
            @ForAll @IntRange(min = 4096, max = 80_000) int bufferSize, @ForAll @IntRange(min = 1, max = 2) int loops,
            @ForAll boolean moveKeepAlive, @ForAll long seed) throws Exception {
        byte[] fromClient = bytes(up, seed);
        byte[] fromTarget = bytes(down, seed + 1);
        try (BalancerFixture fixture = new BalancerFixture()) {
            ScriptedTarget target = fixture.manual();
            Balancer balancer = fixture.balancer(b -> b.loops(loops).bufferSize(bufferSize)
                    // a target that ends before a byte went either way is left
                    .moveKeepAlive(moveKeepAlive && !down.isEmpty())
                    .targets(List.of(target.as("a"))));
            Peer client = fixture.connect(balancer);
            Peer server = target.next();
            Future<Void> sentUp = fixture.beside(() -> send(client, fromClient, up));
            Future<Void> sentDown = fixture.beside(() -> send(server, fromTarget, down));
            Future<byte[]> gotUp = fixture.beside(server::receiveAll);
            assertArrayEquals(fromTarget, client.receiveAll());
            assertArrayEquals(fromClient, BalancerFixture.get(gotUp));
            BalancerFixture.get(sentUp);
            BalancerFixture.get(sentDown);
            BalancerFixture.await("the connection has ended", () -> balancer.stats().active() == 0);
        }
    }

    /** Mostly small chunks, now and then one that is larger than all buffers between the ends. */
    @Provide
    Arbitrary<List<Integer>> chunks() {
        return Arbitraries.frequencyOf(
                Tuple.of(20, Arbitraries.integers().between(1, 20)),
                Tuple.of(10, Arbitraries.integers().between(1000, 100_000)),
                Tuple.of(1, Arbitraries.integers().between(1_000_000, 9_000_000)))
                .list().ofMaxSize(40);
    }

    private static Void send(Peer peer, byte[] data, List<Integer> chunks) throws Exception {
        int at = 0;
        for (int chunk : chunks) {
            peer.send(Arrays.copyOfRange(data, at, at + chunk));
            at += chunk;
        }
        peer.sendEnd();
        return null;
    }

    private static byte[] bytes(List<Integer> chunks, long seed) {
        byte[] bytes = new byte[chunks.stream().mapToInt(Integer::intValue).sum()];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
