package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.balancer.Balancer;
import io.musher.balancer.BalancerListener;
import io.musher.balancer.BalancerStats;
import io.musher.balancer.Target;
import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A balancer with few descriptors: clients wait, nothing spins, nobody is blamed. */
@EnabledOnOs(OS.LINUX)
class DescriptorLimitIT {

    /** The hard limit, because Java raises the soft one to it. */
    private static final String LIMITED = "ulimit -n 256; exec \"$0\" \"$@\"";
    private static final int CLIENTS = 400;
    private static final int COMING_AND_GOING = 20;

    @RegisterExtension
    final Children children = new Children();

    @Test
    void shouldPauseAndGoOn() throws Exception {
        List<StrictHttpClient> callers = new ArrayList<>();
        try (NioHttpServer a = new NioHttpServer("a"); NioHttpServer b = new NioHttpServer("b")) {
            BalancerProgram program = BalancerProgram.of(children.command("sh", "-c", LIMITED, Child.java(),
                    "-jar", Jars.balancer().toString(), "--listen", "127.0.0.1:0",
                    "--target", a.target(), "--target", b.target()));
            Child child = program.child();
            for (int i = 0; i < CLIENTS; i++) {
                StrictHttpClient caller = new StrictHttpClient(program.port());
                caller.request();
                callers.add(caller);
            }
            child.awaitLine("out of descriptors");
            Deque<StrictHttpClient> served = answered(callers, a, b);
            Deque<StrictHttpClient> waiting = new ArrayDeque<>(callers);
            waiting.removeAll(served);
            for (int round = 0; round < 3; round++) {
                for (StrictHttpClient caller : served) {
                    assertEquals(1, caller.get().length());
                }
            }
            assertRests(child);
            assertEquals(1, count(child, "out of descriptors"), child::report);

            for (int round = 0; round < 10; round++) {
                for (int i = 0; i < COMING_AND_GOING; i++) {
                    served.remove().close();
                }
                for (int i = 0; i < COMING_AND_GOING; i++) {
                    StrictHttpClient next = waiting.remove();
                    assertEquals(1, next.answer().length());
                    served.add(next);
                    StrictHttpClient late = new StrictHttpClient(program.port());
                    callers.add(late);
                    late.request();
                    waiting.add(late);
                }
            }
            assertEquals(1, child.stderr().lines().count(), child::report);

            for (StrictHttpClient caller : callers) {
                caller.close();
            }
            child.awaitLine("accepting has resumed");
            for (int i = 0; i < 20; i++) {
                assertEquals(1, StrictHttpClient.fetch(program.port()).length());
            }
            // One episode, told once at its begin and once at its end, and nothing else.
            assertEquals(2, child.stderr().lines().count(), child::report);
        } finally {
            for (StrictHttpClient caller : callers) {
                caller.close();
            }
        }
    }

    /** Here the rest of the program takes the last descriptor, whatever the balancer has reserved. */
    @Test
    void shouldSurviveWhenNoneIsLeftAtAll() throws Exception {
        List<StrictHttpClient> callers = new ArrayList<>();
        try (NioHttpServer a = new NioHttpServer("a");
                NioHttpServer b = new NioHttpServer("b");
                ServerSocket control = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Child child = children.command("sh", "-c", LIMITED, Child.java(),
                    "-cp", System.getProperty("java.class.path"), Hog.class.getName(),
                    Integer.toString(control.getLocalPort()), Integer.toString(a.port()), Integer.toString(b.port()));
            BalancerProgram program = BalancerProgram.of(child);
            try (Socket hog = control.accept()) {
                StrictHttpClient.fetch(program.port());
                StrictHttpClient.fetch(program.port());
                hog.getOutputStream().write(1);
                child.awaitLine("took all but 3");
                for (int i = 0; i < 20; i++) {
                    StrictHttpClient caller = new StrictHttpClient(program.port());
                    caller.request();
                    callers.add(caller);
                }
                child.awaitLine("paused true");
                assertRests(child);
                assertTrue(callers.get(0).hasAnswer());
                assertFalse(callers.get(19).hasAnswer());
                hog.getOutputStream().write(1);
                for (StrictHttpClient caller : callers) {
                    assertEquals(1, caller.answer().length());
                }
                child.awaitLine("paused false");
                hog.getOutputStream().write(1);
                child.awaitLine("connectFailures 0, retries 0, rejected 0, ejected 0");
            }
            assertEquals(1, count(child, "paused true"), child::report);
        } finally {
            for (StrictHttpClient caller : callers) {
                caller.close();
            }
        }
    }

    /** Those with an answer, as soon as everything the targets have said has arrived. */
    private static Deque<StrictHttpClient> answered(List<StrictHttpClient> callers, NioHttpServer a, NioHttpServer b) {
        Deque<StrictHttpClient> served = new ArrayDeque<>();
        await("the served have their answers").until(() -> {
            served.clear();
            for (StrictHttpClient caller : callers) {
                if (caller.hasAnswer()) {
                    served.add(caller);
                }
            }
            return served.size() >= 64 && served.size() == a.answered() + b.answered();
        });
        assertTrue(served.size() < 128, () -> served.size() + " served");
        served.forEach(caller -> {
            try {
                caller.answer();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        return served;
    }

    /** Spinning would take one processor, or with others beside it still most of one. */
    private static void assertRests(Child child) throws InterruptedException {
        LinuxProcess process = new LinuxProcess(child.pid());
        Duration before = process.processorTime();
        TimeUnit.SECONDS.sleep(2);
        Duration used = process.processorTime().minus(before);
        assertTrue(used.compareTo(Duration.ofMillis(500)) < 0, () -> used + " of processor time in 2 s");
    }

    private static long count(Child child, String words) {
        return (child.stdout() + "\n" + child.stderr()).lines().filter(line -> line.contains(words)).count();
    }

    /** A program with a balancer in it that opens files, gives them back, and tells the balancer's figures, as told. */
    static final class Hog {
        public static void main(String[] arguments) throws Exception {
            BalancerListener listener = new BalancerListener() {
                @Override
                public void acceptPaused() {
                    System.out.println("paused true");
                }

                @Override
                public void acceptResumed() {
                    System.out.println("paused false");
                }
            };
            List<Target> targets = List.of(target(arguments[1]), target(arguments[2]));
            try (Socket control = new Socket("127.0.0.1", Integer.parseInt(arguments[0]));
                    Balancer balancer = Balancer.builder().port(0).targets(targets).listener(listener).start()) {
                System.out.println("listens on port " + balancer.address().getPort());
                control.getInputStream().read();
                Deque<Closeable> files = new ArrayDeque<>();
                String full = null;
                while (full == null) {
                    try {
                        files.add(new FileInputStream("/dev/null"));
                    } catch (IOException e) {
                        full = e.getMessage();
                    }
                }
                for (int i = 0; i < 3; i++) {
                    files.remove().close();
                }
                System.out.println("took all but 3: " + full);
                control.getInputStream().read();
                for (Closeable file : files) {
                    file.close();
                }
                control.getInputStream().read();
                BalancerStats stats = balancer.stats();
                System.out.println("connectFailures " + stats.connectFailures() + ", retries " + stats.retries()
                        + ", rejected " + stats.rejected() + ", ejected " + stats.ejected());
            }
        }

        private static Target target(String port) {
            return new Target(port, new InetSocketAddress("127.0.0.1", Integer.parseInt(port)));
        }
    }
}
