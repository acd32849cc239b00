package io.musher.internal.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.internal.ipc.RawPeer;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A worker's side against primaries of every kind. */
class WorkerRuntimeTest {

    private static final String[] LOST = {"halt 1 in 5 s", "drain", "stop", "exit 1"};

    @RegisterExtension
    final FakePrimary primary = new FakePrimary();

    @Test
    void shouldWaitWithWhatItSaysUntilItIsWelcome() throws Exception {
        WorkerRuntime member = primary.join(true);
        member.ready();
        member.listening(80);
        RawPeer peer = primary.greet();
        member.notReady();
        peer.send(2, primary.hail());
        peer.expect("3");
        peer.expect("5 80");
        peer.expect("4");
        assertTrue(member.isConnected());
    }

    @Test
    void shouldTellWhenItsDrainHooksHaveEnded() throws Exception {
        WorkerRuntime member = primary.join(true);
        RawPeer peer = primary.welcome();
        assertEquals("15", peer.receiveAny());
        CompletableFuture<Void> end = new CompletableFuture<>();
        member.onDrain(() -> {
            primary.say("second");
            end.join();
            throw new IllegalStateException("on purpose");
        });
        peer.send(6, "");
        primary.expect("drain", "second");
        member.ready();
        assertEquals("3", peer.receiveAny(), "nothing before the last hook has ended");
        end.complete(null);
        assertEquals("16", peer.receiveAny());

        member.onDrain(() -> primary.say("late"));
        primary.expect("late");
        assertEquals("15", peer.receiveAny());
        assertEquals("16", peer.receiveAny());
    }

    @Test
    void shouldTryAgainWhenItIsDroppedBeforeItsWelcome() throws Exception {
        WorkerRuntime member = primary.join(true);
        member.ready();
        for (int i = 0; i < 4; i++) {
            primary.greet().close();
        }
        RawPeer peer = primary.welcome();
        peer.expect("3");
        assertTrue(member.isConnected());
        primary.expectNothingMore();
    }

    @Test
    void shouldTakeAPrimaryThatIsNotThereForDead() throws Exception {
        primary.closeServer();
        WorkerRuntime member = primary.join(true);
        primary.expect(LOST);
        assertFalse(member.isConnected());
        assertTrue(member.isDraining());
    }

    @Test
    void shouldEndWhenItIsRefused() throws Exception {
        primary.join(true);
        RawPeer peer = primary.greet().send(9, "unknown or used token");
        primary.expect(LOST);
        peer.close();
    }

    @Test
    void shouldLiveOnWhenItIsRefusedAsOneOfManyDescendants() throws Exception {
        WorkerRuntime member = primary.join(false);
        primary.greet().send(9, "unknown or used token").close();
        primary.expect("drain", "disconnected");
        assertFalse(member.isConnected());
        primary.expectNothingMore();
    }

    @Test
    void shouldStopWithAPrimaryThatTalksNonsense() throws Exception {
        byte[][] nonsense = {RawPeer.frame(2, "musher/2 1"), RawPeer.frame(2, "welcome"), "HTTP/1.1 400 Bad".getBytes(),
                ByteBuffer.allocate(9).putInt(-1).array(), RawPeer.frame(6, "x".repeat(1025))};
        for (byte[] bytes : nonsense) {
            WorkerRuntime member = primary.join(true);
            RawPeer peer = primary.greet().send(bytes);
            primary.expect(LOST);
            peer.expectEnd();
            member.shutDown();
        }
    }

    @Test
    void shouldNotBeOrderedAroundBeforeItsWelcome() throws Exception {
        WorkerRuntime member = primary.join(true);
        RawPeer peer = primary.greet().send(7, "").send(6, "").send(8, "").send(2, primary.hail());
        member.ready();
        peer.expect("3");
        assertFalse(member.isDraining());
    }

    @Test
    void shouldSkipWhatItDoesNotKnow() throws Exception {
        WorkerRuntime member = primary.join(true);
        RawPeer peer = primary.welcome().send(31, "later").send(99, "m".repeat(100_000)).send(1, "musher/1").send(3, "")
                .send(8, "");
        primary.expect("drain");
        assertTrue(member.isConnected());
        peer.send(9, "");
        peer.expect("9");
        primary.expect("disconnected");
    }

    @Test
    void shouldHoldABoundedAmountForAPrimaryThatNeverAnswers() throws Exception {
        WorkerRuntime member = primary.join(true);
        primary.greet();
        for (int i = 0; i < 1025; i++) {
            member.ready();
        }
        primary.expect(LOST);
    }

    @Test
    void shouldNotHangInItsExitWhenThePrimaryNeverAnswers() throws Exception {
        WorkerRuntime member = primary.join(true);
        primary.greet();
        long begin = System.nanoTime();
        member.shutDown();
        assertTrue(System.nanoTime() - begin < 10_000_000_000L);
        primary.expectNothingMore();
    }

    @Test
    void shouldFinishADisconnectThatBothAskFor() throws Exception {
        WorkerRuntime member = primary.join(true);
        RawPeer peer = primary.welcome().send(8, "");
        primary.expect("drain");
        member.disconnect();
        member.disconnect();
        peer.expect("8");
        peer.expect("8");
        peer.send(9, "done");
        peer.expect("9");
        primary.expect("disconnected");
        assertFalse(member.isConnected());
        member.disconnect();
        member.ready();
        primary.expectNothingMore();
    }

    @Test
    void shouldEndWhenThePrimaryDiesAfterADisconnect() throws Exception {
        primary.join(true);
        primary.welcome().send(9, "").expect("9");
        primary.expect("drain", "disconnected");
        primary.killPrimary();
        primary.expect("halt 1 in 5 s", "stop", "exit 1");
    }

    @Test
    void shouldStopOnceWhateverCallsForIt() throws Exception {
        WorkerRuntime member = primary.join(true);
        RawPeer peer = primary.welcome().send(6, "").send(7, "").send(7, "").send(8, "").send(6, "");
        primary.expect("drain", "stop", "exit 0");
        member.terminate();
        peer.close();
        primary.expect("halt 1 in 5 s");
        primary.expectNothingMore();
    }

    @Test
    void shouldRunHooksThatComeLate() throws Exception {
        WorkerRuntime member = primary.join(true);
        primary.welcome().send(8, "").send(9, "").expect("9");
        primary.expect("drain", "disconnected");
        member.onDrain(() -> primary.say("late drain"));
        member.onDisconnect(() -> primary.say("late disconnect"));
        primary.expect("late drain", "late disconnect");
    }

    @Test
    void shouldNotWaitLongForAListenerThatHangsWhenItDisconnects() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        WorkerRuntime member = primary.join(true);
        member.onDrain(() -> {
            primary.say("hangs");
            try {
                never.await();
            } catch (InterruptedException e) {
                primary.say("interrupted");
            }
            primary.say("returned");
        });
        primary.welcome().send(8, "").send(9, "").expect("9");
        primary.expect("drain", "hangs", "disconnected");
        never.countDown();
        primary.expect("returned");
    }
}
