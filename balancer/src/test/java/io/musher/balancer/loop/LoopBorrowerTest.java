package io.musher.balancer.loop;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopBorrowerTest {

    /** Works once, then gives the loop up. */
    private static final class WorkingOnce implements EventLoop.BorrowingThread {
        private volatile boolean work;

        @Override
        public boolean hasWork() {
            return work;
        }

        @Override
        public boolean work() {
            work = false;
            return false;
        }
    }

    private final EventLoop loop;
    private final LoopBorrower borrower;

    LoopBorrowerTest() throws IOException {
        loop = new EventLoop("borrowed", Ticker.system());
        borrower = new LoopBorrower(loop);
        loop.start();
    }

    @AfterEach
    void close() {
        loop.close();
        assertTrue(loop.join(10_000), "the loop's thread has ended");
    }

    @Test
    void shouldWakeTheThreadThatRunsTheLoopUntilItGivesTheLoopUp() throws Exception {
        WorkingOnce work = new WorkingOnce();
        assertTrue(borrower.mayBorrow());
        Thread thread = new Thread(() -> borrower.borrow(work), "borrower");
        thread.setDaemon(true);
        thread.start();
        await("the thread to run the loop").until(
                () -> CompletableFuture.supplyAsync(Thread::currentThread, loop).get(10, TimeUnit.SECONDS) == thread);

        work.work = true;
        borrower.wake();

        thread.join(30_000);
        assertFalse(thread.isAlive(), "it was woken, and has given the loop up");
        assertFalse(work.work);
        await("the end of the pause").until(borrower::mayBorrow);
    }
}
