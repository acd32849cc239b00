package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** All targets are killed under load and come back: who has not exchanged a byte with one of them just waits. */
@Timeout(120)
class AllTargetsDownIT {

    private static final int TARGETS = 3;
    private static final int WAITING = 200;

    @RegisterExtension
    final Children children = new Children();

    /** Odd from when all are gone until all are back. */
    private final AtomicInteger phase = new AtomicInteger();

    @Test
    void shouldServeWhoWaited() throws Exception {
        int[] ports = new int[TARGETS];
        List<Child> targets = new ArrayList<>();
        List<String> options = new ArrayList<>();
        for (int i = 0; i < TARGETS; i++) {
            ports[i] = FreePorts.free();
            targets.add(children.java(NioHttpServer.class, "t" + i, Integer.toString(ports[i])));
            options.addAll(List.of("--target", "127.0.0.1:" + ports[i]));
        }
        for (Child target : targets) {
            target.awaitLine("serves");
        }
        BalancerProgram program = BalancerProgram.start(children, options.toArray(String[]::new));
        List<StrictHttpClient> waiting = new ArrayList<>();
        try (BackgroundLoad load = new BackgroundLoad()) {
            load.start(3, () -> fetchOrBreak(program.port()));
            load.start(3, () -> keepOrBreak(program.port()));
            load.awaitMore(500);
            for (int round = 0; round < 2; round++) {
                for (Child target : targets) {
                    target.signal("KILL");
                }
                for (Child target : targets) {
                    assertEquals(137, target.exitCode(Child.PATIENCE), target::report);
                }
                phase.incrementAndGet();
                for (int i = 0; i < WAITING; i++) {
                    StrictHttpClient caller = new StrictHttpClient(program.port());
                    caller.request();
                    waiting.add(caller);
                }
                for (int i = 0; i < TARGETS; i++) {
                    targets.set(i, children.java(NioHttpServer.class, "t" + i, Integer.toString(ports[i])));
                }
                for (StrictHttpClient caller : waiting) {
                    assertEquals(2, caller.answer().length());
                    caller.close();
                }
                waiting.clear();
                for (Child target : targets) {
                    target.awaitLine("serves");
                }
                awaitAllServe(program.port());
                phase.incrementAndGet();
                load.awaitMore(500);
            }
            load.stop();
        } finally {
            for (StrictHttpClient caller : waiting) {
                caller.close();
            }
        }
        assertTrue(program.child().isAlive(), program.child()::report);
        program.stop();
    }

    private void fetchOrBreak(int port) throws IOException {
        int begun = phase.get();
        try {
            StrictHttpClient.fetch(port);
        } catch (IOException e) {
            broken(begun, e);
        }
    }

    private void keepOrBreak(int port) throws IOException {
        int begun = phase.get();
        try (StrictHttpClient caller = new StrictHttpClient(port)) {
            for (int i = 0; i < 50; i++) {
                caller.get();
            }
        } catch (IOException e) {
            broken(begun, e);
        }
    }

    /** A connection begun while all are gone must go well; one begun before may have lost its target. */
    private void broken(int begun, IOException e) throws IOException {
        boolean allGone = begun % 2 == 1 && begun == phase.get();
        if (allGone || e instanceof SocketTimeoutException) {
            throw e;
        }
    }

    private static void awaitAllServe(int port) {
        await("all targets serve again").atMost(Child.PATIENCE).until(() -> {
            List<String> names = new ArrayList<>();
            for (int i = 0; i < 4 * TARGETS; i++) {
                names.add(StrictHttpClient.fetch(port));
            }
            return names.stream().distinct().count() == TARGETS;
        });
    }
}
