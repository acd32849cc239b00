package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.musher.Cluster;
import io.musher.StopPolicy;
import io.musher.WorkerContext;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A primary with a small heap whose listener sleeps while its workers, with larger heaps, send all they can. */
@DisabledOnOs(OS.WINDOWS)
class SmallHeapIT {

    @RegisterExtension
    final Children children = new Children();

    @Test
    void shouldServeOnAndStopInGoodOrderThoughTheListenerSleepsAndWorkersSend() throws Exception {
        run("1000");
    }

    @Test
    void shouldServeOnAndStopInGoodOrderThoughMessagesAreLargerThanTheWindows() throws Exception {
        run(Integer.toString(8 << 20));
    }

    private void run(String size) throws Exception {
        Child primary = children.command(Child.java(), "-Xmx64m", "-cp", System.getProperty("java.class.path"),
                Sleeper.class.getName(), size);
        primary.awaitLine("all are held up");
        primary.stdin().write('\n');
        primary.stdin().flush();
        primary.awaitLine("has heard many"); // every worker goes on
        primary.signal("TERM");
        assertEquals(128 + 15, primary.exitCode(Duration.ofSeconds(60)));
        assertFalse((primary.stdout() + primary.stderr()).contains("OutOfMemoryError"), primary::report);
        assertFalse(primary.stdout().contains("SIGKILL"), primary::report);
    }

    /** Sleeps in its listener until it reads a line. */
    static final class Sleeper {
        public static void main(String[] args) throws Exception {
            CountDownLatch wakes = new CountDownLatch(1);
            CountDownLatch heldUp = new CountDownLatch(4);
            AtomicLong heard = new AtomicLong();
            Cluster cluster = Cluster.builder().main(Flooder.class).args(args).jvmArgs("-Xmx512m").instances(4)
                    .output(io.musher.Output.to(line -> {
                        if (line.text().contains("held up")) {
                            heldUp.countDown();
                        }
                    }))
                    .stopPolicy(StopPolicy.ofDefaults().withDrain(Duration.ofSeconds(5)))
                    .onMessage((worker, message) -> {
                        try {
                            wakes.await();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                        heard.addAndGet(message.bytes().length);
                    }).start();
            heldUp.await();
            System.out.println("all are held up");
            new BufferedReader(new InputStreamReader(System.in)).readLine();
            wakes.countDown();
            long before = heard.get();
            while (heard.get() < before + (200 << 20)) {
                Thread.sleep(10);
            }
            System.out.println("has heard many; workers: " + cluster.workers().size());
        }
    }

    /** Sends as fast as it is let. */
    static final class Flooder {
        public static void main(String[] args) {
            WorkerContext me = WorkerContext.current();
            byte[] message = new byte[Integer.parseInt(args[0])];
            Thread sender = new Thread(() -> {
                boolean said = false;
                while (me.isConnected() && !me.isDraining()) {
                    if (!me.send(message)) {
                        if (!said) {
                            said = true;
                            System.out.println("held up");
                        }
                        me.writable().handle((done, gone) -> null).join();
                    }
                }
            });
            sender.setDaemon(true);
            sender.start();
        }
    }
}
