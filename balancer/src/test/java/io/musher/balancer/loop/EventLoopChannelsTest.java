package io.musher.balancer.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventLoopChannelsTest {

    private final List<PipeSource> sources = new ArrayList<>();
    private EventLoop loop;

    @BeforeEach
    void start() throws Exception {
        loop = new EventLoop("loop-with-channels", Ticker.system());
        loop.start();
    }

    @AfterEach
    void close() throws Exception {
        loop.close();
        assertTrue(loop.join(10_000), "the loop's thread has ended");
        for (PipeSource source : sources) {
            source.close();
        }
    }

    @Test
    void shouldWakeForAChannel() throws Exception {
        PipeSource source = source(PipeSource::read);
        onLoop(source::register);

        source.write(7);

        assertEquals(7, source.byteRead.get(30, TimeUnit.SECONDS));
    }

    @Test
    void shouldTellAHandlerWhatItThrewAndHarmNoOther() throws Exception {
        IOException checked = new IOException("on purpose");
        Error error = new AssertionError("on purpose");
        PipeSource first = source(s -> {
            throw checked;
        });
        PipeSource second = source(s -> {
            throw error;
        });
        PipeSource good = source(PipeSource::read);
        first.write(1);
        second.write(2);
        good.write(3);

        onLoop(() -> {
            first.register();
            second.register();
            good.register();
        });

        assertSame(checked, first.failure.get(30, TimeUnit.SECONDS));
        assertSame(error, second.failure.get(30, TimeUnit.SECONDS));
        assertEquals(3, good.byteRead.get(30, TimeUnit.SECONDS));
    }

    @Test
    void shouldSurviveAFailedThatThrowsToo() throws Exception {
        for (Throwable again : List.of(new IllegalStateException("again, on purpose"),
                new AssertionError("again, on purpose"))) {
            PipeSource bad = source(s -> {
                throw new IOException("on purpose");
            });
            bad.thrownByFailed = again;
            bad.write(1);
            onLoop(bad::register);
            bad.failure.get(30, TimeUnit.SECONDS);

            PipeSource good = source(PipeSource::read);
            good.write(2);
            onLoop(good::register);

            assertEquals(2, good.byteRead.get(30, TimeUnit.SECONDS), () -> "after " + again);
        }
    }

    @Test
    void shouldCloseADiscardedChannelWithinATurn() throws Exception {
        PipeSource source = source(PipeSource::read);
        onLoop(source::register);

        onLoop(() -> source.discard());
        onLoop(() -> {}); // the next turn

        assertFalse(source.isOpen());
        assertFalse(source.key.isValid());
    }

    @Test
    void shouldCloseAChannelThatAHandlerDiscards() throws Exception {
        CountDownLatch discarded = new CountDownLatch(1);
        PipeSource source = source(s -> {
            s.discard();
            discarded.countDown();
        });
        source.write(1);
        onLoop(source::register);

        assertTrue(discarded.await(30, TimeUnit.SECONDS));
        onLoop(() -> {});
        onLoop(() -> {}); // discarded inside one turn, closed in the next

        assertFalse(source.isOpen());
    }

    @Test
    void shouldCloseADiscardedChannelWithoutAnyOtherReasonToWake() throws Exception {
        PipeSource source = source(PipeSource::read);
        onLoop(() -> {
            source.register();
            source.discard();
        });

        // closed for good when the writing end is told so
        source.pipe.sink().configureBlocking(false);
        ByteBuffer full = ByteBuffer.allocate(4096);
        boolean broken = false;
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (!broken && System.nanoTime() < deadline) {
            try {
                source.pipe.sink().write(full.clear());
                Thread.onSpinWait();
            } catch (IOException e) {
                broken = true;
            }
        }
        assertTrue(broken, "the pipe is broken");
    }

    @Test
    void shouldCloseAChannelThatWasNeverRegisteredAtOnce() throws Exception {
        PipeSource source = source(PipeSource::read);

        onLoop(() -> {
            loop.discard(source.pipe.source(), null);
            assertFalse(source.isOpen());
        });
    }

    @Test
    void shouldNotDispatchToAChannelDiscardedInTheSameTurn() throws Exception {
        List<PipeSource> pair = new ArrayList<>();
        List<PipeSource> dispatched = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            PipeSource source = source(s -> {
                dispatched.add(s);
                for (PipeSource each : pair) {
                    if (each.key.isValid()) {
                        each.discard();
                    }
                }
            });
            source.write(i); // both are readable before either is registered
            pair.add(source);
        }
        onLoop(() -> {
            pair.get(0).register();
            pair.get(1).register();
        });

        onLoop(() -> {});
        onLoop(() -> {});

        assertEquals(1, dispatched.size());
        assertFalse(pair.get(0).failure.isDone());
        assertFalse(pair.get(1).failure.isDone());
        assertFalse(pair.get(0).isOpen());
        assertFalse(pair.get(1).isOpen());
    }

    @Test
    void shouldListTheHandlersOfValidKeys() throws Exception {
        PipeSource one = source(PipeSource::read);
        PipeSource two = source(PipeSource::read);
        onLoop(() -> {
            one.register();
            two.register();
            assertEquals(2, loop.handlers().size());

            one.discard();

            assertEquals(List.of(two), loop.handlers());
        });
    }

    private PipeSource source(PipeSource.OnReady onReady) throws IOException {
        PipeSource source = new PipeSource(loop, onReady);
        sources.add(source);
        return source;
    }

    private void onLoop(Runnable task) throws Exception {
        CompletableFuture.runAsync(task, loop).get(30, TimeUnit.SECONDS);
    }
}
