package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class LimitsTest {

    @Test
    void shouldCountConnectionsUpToTheirLimit() {
        Limits limits = new Limits(2, 0, 0, 1000);

        assertTrue(limits.acquireConnection());
        assertTrue(limits.acquireConnection());
        assertFalse(limits.acquireConnection());
        assertFalse(limits.acquireConnection(), "a refusal takes nothing");
        limits.releaseConnection();

        assertTrue(limits.acquireConnection());
        assertFalse(limits.acquireConnection());
    }

    @Test
    void shouldNotLimitConnectionsByDefault() {
        Limits limits = new Limits(0, 0, 0, 1000);
        for (int i = 0; i < 10_000; i++) {
            assertTrue(limits.acquireConnection());
        }
        limits.releaseConnection();
    }

    @Test
    void shouldNeverExceedALimitWhenManyAcquire() throws Exception {
        Limits limits = new Limits(3, 0, 3, 1000);
        assertTrue(mostAtOnce(limits::acquireConnection, limits::releaseConnection) <= 3);
        for (int i = 0; i < 3; i++) {
            assertTrue(limits.acquireConnection(), "all have been given back");
        }
    }

    /** {@return how many of six threads held something at once} */
    static int mostAtOnce(BooleanSupplier acquire, Runnable release) throws InterruptedException {
        AtomicInteger holders = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            threads.add(new Thread(() -> {
                for (int n = 0; n < 5000; n++) {
                    if (acquire.getAsBoolean()) {
                        most.accumulateAndGet(holders.incrementAndGet(), Math::max);
                        holders.decrementAndGet();
                        release.run();
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        return most.get();
    }

    @Test
    void shouldLeaveDescriptorsToTheRestOfTheProgram() {
        Limits limits = new Limits(0, 0, 0, 132); // 32 are left alone, a client needs two
        for (int i = 0; i < 50; i++) {
            assertTrue(limits.hasDescriptors(), "client " + i);
            limits.clientOpened();
        }
        assertFalse(limits.hasDescriptors());
        assertEquals(50, limits.clients());

        assertEquals(49, limits.clientClosed());

        assertTrue(limits.hasDescriptors());
    }

    @Test
    void shouldTakeAFewClientsHoweverFewDescriptorsThereAre() {
        for (int descriptors : new int[]{0, 20, 40}) {
            Limits limits = new Limits(0, 0, 0, descriptors);
            for (int i = 0; i < 8; i++) {
                assertTrue(limits.hasDescriptors());
                limits.clientOpened();
            }
            assertFalse(limits.hasDescriptors());
        }
    }

    @Test
    void shouldSeeDescriptorsGoAndCome() throws Exception {
        Assumptions.assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "Linux only");
        int before = Limits.freeDescriptors();
        assertTrue(before > 0, () -> "free: " + before);
        List<RandomAccessFile> files = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                files.add(new RandomAccessFile("/dev/null", "r"));
            }
            int meanwhile = Limits.freeDescriptors();
            assertEquals(before - 200, meanwhile, 100, "others may open and close some, too");
        } finally {
            for (RandomAccessFile file : files) {
                file.close();
            }
        }
    }
}
