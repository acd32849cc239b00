package io.musher.internal.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.internal.ipc.FrameType;
import io.musher.internal.ipc.RawPeer;
import java.nio.ByteBuffer;
import java.util.List;
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
        peer.send(FrameType.WELCOME, primary.hail());
        peer.expect("READY");
        peer.expect("LISTENING 80");
        peer.expect("NOT_READY");
        assertTrue(member.isConnected());
    }

    @Test
    void shouldTellWhenItsDrainHooksHaveEnded() throws Exception {
        WorkerRuntime member = primary.join(true);
        RawPeer peer = primary.welcome();
        assertEquals("DRAIN_HOOKS", peer.receiveAny());
        CompletableFuture<Void> end = new CompletableFuture<>();
        member.onDrain(() -> {
            primary.say("second");
            end.join();
            throw new IllegalStateException("on purpose");
        });
        peer.send(FrameType.DRAIN, "");
        primary.expect("drain", "second");
        member.ready();
        assertEquals("READY", peer.receiveAny(), "nothing before the last hook has ended");
        end.complete(null);
        assertEquals("DRAIN_HOOKS_DONE", peer.receiveAny());

        member.onDrain(() -> primary.say("late"));
        primary.expect("late");
        assertEquals("DRAIN_HOOKS", peer.receiveAny());
        assertEquals("DRAIN_HOOKS_DONE", peer.receiveAny());
    }

    @Test
    void shouldDeliverLaterMessagesWhileAnAbandonedListenerHangs() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        WorkerRuntime runtime = primary.join(true);
        runtime.setMessageListeners(() -> true, message -> {
            primary.say(message.text());
            if (message.text().equals("hang")) {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
        RawPeer peer = primary.welcome();
        for (String text : List.of("hang", "second")) {
            peer.send(RawPeer.message(FrameType.JSON_MESSAGE, 0, 0, text.getBytes()));
        }
        try {
            primary.expect("hang");
            peer.send(FrameType.DRAIN, "");
            primary.expect("drain", "second");
        } finally {
            release.countDown();
        }
        peer.send(RawPeer.message(FrameType.JSON_MESSAGE, 0, 0, "third".getBytes()));
        primary.expect("third");
        primary.expectNothingMore();
    }

    @Test
    void shouldTryAgainWhenItIsDroppedBeforeItsWelcome() throws Exception {
        WorkerRuntime member = primary.join(true);
        member.ready();
        for (int i = 0; i < 4; i++) {
            primary.greet().close();
        }
        RawPeer peer = primary.welcome();
        peer.expect("READY");
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
        RawPeer peer = primary.greet().send(FrameType.GOODBYE, "unknown or used token");
        primary.expect(LOST);
        peer.close();
    }

    @Test
    void shouldLiveOnWhenItIsRefusedAsOneOfManyDescendants() throws Exception {
        WorkerRuntime member = primary.join(false);
        primary.greet().send(FrameType.GOODBYE, "unknown or used token").close();
        primary.expect("drain", "disconnected");
        assertFalse(member.isConnected());
        primary.expectNothingMore();
    }

    @Test
    void shouldStopWithAPrimaryThatTalksNonsense() throws Exception {
        byte[][] nonsense = {RawPeer.frame(FrameType.WELCOME, "musher/2 1"),
                RawPeer.frame(FrameType.WELCOME, "welcome"), "HTTP/1.1 400 Bad".getBytes(),
                ByteBuffer.allocate(9).putInt(-1).array(), RawPeer.frame(FrameType.DRAIN, "x".repeat(1025))};
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
        RawPeer peer = primary.greet().send(FrameType.STOP, "").send(FrameType.DRAIN, "").send(FrameType.DISCONNECT, "")
                .send(FrameType.WELCOME, primary.hail());
        member.ready();
        peer.expect("READY");
        assertFalse(member.isDraining());
    }

    @Test
    void shouldSkipWhatItDoesNotKnow() throws Exception {
        WorkerRuntime member = primary.join(true);
        RawPeer peer = primary.welcome().send(31, "later").send(99, "m".repeat(100_000))
                .send(FrameType.HELLO, "musher/1").send(FrameType.READY, "")
                .send(FrameType.DISCONNECT, "");
        primary.expect("drain");
        assertTrue(member.isConnected());
        peer.send(FrameType.GOODBYE, "");
        peer.expect("GOODBYE");
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
        RawPeer peer = primary.welcome().send(FrameType.DISCONNECT, "");
        primary.expect("drain");
        member.disconnect();
        member.disconnect();
        peer.expect("DISCONNECT");
        peer.expect("DISCONNECT");
        peer.send(FrameType.GOODBYE, "done");
        peer.expect("GOODBYE");
        primary.expect("disconnected");
        assertFalse(member.isConnected());
        member.disconnect();
        member.ready();
        primary.expectNothingMore();
    }

    @Test
    void shouldEndWhenThePrimaryDiesAfterADisconnect() throws Exception {
        primary.join(true);
        primary.welcome().send(FrameType.GOODBYE, "").expect("GOODBYE");
        primary.expect("drain", "disconnected");
        primary.killPrimary();
        primary.expect("halt 1 in 5 s", "stop", "exit 1");
    }

    @Test
    void shouldStopOnceWhateverCallsForIt() throws Exception {
        WorkerRuntime member = primary.join(true);
        RawPeer peer = primary.welcome().send(FrameType.DRAIN, "").send(FrameType.STOP, "").send(FrameType.STOP, "")
                .send(FrameType.DISCONNECT, "").send(FrameType.DRAIN, "");
        primary.expect("drain", "stop", "exit 0");
        member.terminate();
        peer.close();
        primary.expect("halt 1 in 5 s");
        primary.expectNothingMore();
    }

    @Test
    void shouldRunHooksThatComeLate() throws Exception {
        WorkerRuntime member = primary.join(true);
        primary.welcome().send(FrameType.DISCONNECT, "").send(FrameType.GOODBYE, "").expect("GOODBYE");
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
        primary.welcome().send(FrameType.DISCONNECT, "").send(FrameType.GOODBYE, "").expect("GOODBYE");
        primary.expect("drain", "hangs", "disconnected");
        never.countDown();
        primary.expect("returned");
    }
}
