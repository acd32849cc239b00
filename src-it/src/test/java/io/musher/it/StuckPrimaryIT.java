package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.musher.Cluster;
import io.musher.StopPolicy;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A primary whose control thread hangs, or dies, still ends, and takes its workers with it. */
@DisabledOnOs(OS.WINDOWS)
class StuckPrimaryIT {

    @RegisterExtension
    final Children children = new Children();

    @Test
    void shouldEndOnSigtermThoughTheControlThreadHangs() throws Exception {
        Child primary = children.java(Stuck.class);
        primary.awaitLine("the log blocks");
        primary.signal("TERM");
        assertEquals(128 + 15, primary.exitCode(Duration.ofSeconds(60)));
    }

    @Test
    void shouldEndWithAnErrorWhenTheControlThreadDies() throws Exception {
        Child primary = children.java(Dying.class);
        primary.awaitLine(
                "main goes on: java.util.concurrent.ExecutionException: "
                        + "java.lang.IllegalStateException: cluster has ended by a failure");
        assertEquals(1, primary.exitCode(Duration.ofSeconds(60)));
    }

    /** A primary that waits for its end, and whose control thread dies. */
    static final class Dying {
        public static void main(String[] args) throws Exception {
            Cluster cluster = Cluster.builder().main(MessagingWorker.class).args().instances(2).start();
            Field parts = Cluster.class.getDeclaredField("resources");
            parts.setAccessible(true);
            Method control = parts.get(cluster).getClass().getDeclaredMethod("control");
            control.setAccessible(true);
            Object loop = control.invoke(parts.get(cluster));
            Field selector = loop.getClass().getDeclaredField("selector");
            selector.setAccessible(true);
            Thread told = new Thread(() -> {
                try {
                    cluster.awaitStop();
                    cluster.stop().get();
                } catch (InterruptedException | ExecutionException e) {
                    System.out.println("main goes on: " + e);
                }
            });
            told.setDaemon(true);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    told.join(10_000);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }));
            told.start();
            ((Selector) selector.get(loop)).close();
        }
    }

    /** A primary whose log blocks, for every thread, as a pipe does that nobody reads. */
    static final class Stuck {
        public static void main(String[] args) throws Exception {
            Cluster cluster = Cluster.builder().main(MessagingWorker.class).args().instances(2)
                    .stopPolicy(StopPolicy.ofDefaults().withDrain(Duration.ZERO).withKill(Duration.ofSeconds(1)))
                    .start();
            CountDownLatch never = new CountDownLatch(1);
            PrintStream out = System.out;
            System.setErr(new PrintStream(new OutputStream() {
                @Override
                public void write(int b) {
                    if (Thread.currentThread().getName().endsWith("-control")) {
                        out.println("the log blocks");
                    }
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }
            }, true));
            cluster.workers().get(0).kill();
        }
    }
}
