package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class BackpressureTest {

    /** More than all kernel buffers on the way can hold. */
    private static final long TOO_MUCH = 150_000_000;

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    private final AtomicBoolean enough = new AtomicBoolean();
    private final AtomicLong sent = new AtomicLong();
    private final MessageDigest digest = sha();

    @Test
    void shouldStopATargetWhoseClientDoesNotRead() throws Exception {
        ScriptedTarget target = fixture.manual();
        Balancer balancer = fixture.balancer(target.as("a"));
        Socket small = new Socket();
        small.setReceiveBufferSize(16384);
        Peer client = fixture.add(Peer.connect(balancer.address(), small));
        Peer server = target.next();
        Future<Void> sender = fixture.beside(() -> sendUntilEnough(server));
        BalancerFixture.awaitStall("the target stops sending", sent::get);
        assertTrue(sent.get() < TOO_MUCH, sent + " bytes taken for a client that does not read");
        assertTrue(balancer.stats().bytesToClients() <= sent.get() + 1_000_000);

        othersGoOn(balancer, target);

        Future<byte[]> received = fixture.beside(() -> digestOf(client));
        goesOn("the target goes on");
        enough.set(true);
        BalancerFixture.get(sender);
        assertArrayEquals(digest.digest(), BalancerFixture.get(received));
        assertEquals(sent.get() + "others".length(), balancer.stats().bytesToClients());
    }

    @Test
    void shouldStopAClientWhoseTargetDoesNotRead() throws Exception {
        ScriptedTarget target = fixture.manual();
        Balancer balancer = fixture.balancer(target.as("a"));
        Peer client = fixture.connect(balancer);
        Peer server = target.next();
        Future<Void> sender = fixture.beside(() -> sendUntilEnough(client));
        BalancerFixture.awaitStall("the client stops sending", sent::get);
        assertTrue(sent.get() < TOO_MUCH, sent + " bytes taken for a target that does not read");

        server.send("the other way is open");
        client.expect("the other way is open");
        othersGoOn(balancer, target);

        Future<byte[]> received = fixture.beside(() -> digestOf(server));
        goesOn("the client goes on");
        enough.set(true);
        BalancerFixture.get(sender);
        assertArrayEquals(digest.digest(), BalancerFixture.get(received));
    }

    @Test
    void shouldNotSpinForAStalledConnection() throws Exception {
        ScriptedTarget target = fixture.manual();
        Balancer balancer = fixture.balancer(b -> b.name("stalled").targets(List.of(target.as("a"))));
        fixture.connect(balancer);
        Peer server = target.next();
        Future<Void> sender = fixture.beside(() -> sendUntilEnough(server));
        BalancerFixture.awaitStall("the target stops sending", sent::get);
        BalancerFixture.await("the loop rests while nothing can move", () -> { // what is on its way may still move
            long before = cpuNanos("stalled-lb-0");
            long began = System.nanoTime();
            BalancerFixture.await("some time passes", () -> System.nanoTime() - began > 300_000_000);
            return cpuNanos("stalled-lb-0") - before < 20_000_000;
        });
        server.close();
        BalancerFixture.failure(sender);
    }

    private void goesOn(String alias) {
        long stalled = sent.get();
        BalancerFixture.await(alias, () -> sent.get() > stalled + 5_000_000);
    }

    private void othersGoOn(Balancer balancer, ScriptedTarget target) throws Exception {
        Peer other = fixture.connect(balancer);
        Peer otherServer = target.next();
        other.send("hello");
        otherServer.expect("hello");
        otherServer.send("others");
        other.expect("others");
    }

    private Void sendUntilEnough(Peer peer) throws Exception {
        byte[] block = new byte[50_000];
        Random random = new Random(2);
        while (!enough.get()) {
            random.nextBytes(block);
            peer.send(block);
            digest.update(block);
            sent.addAndGet(block.length);
        }
        peer.sendEnd();
        return null;
    }

    private static byte[] digestOf(Peer peer) throws Exception {
        MessageDigest received = sha();
        peer.in().transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), received));
        return received.digest();
    }

    private static MessageDigest sha() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static long cpuNanos(String thread) {
        return Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().equals(thread))
                .mapToLong(t -> ManagementFactory.getThreadMXBean().getThreadCpuTime(t.getId()))
                .findFirst().orElseThrow();
    }
}
