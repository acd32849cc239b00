package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Thousands of connections at once, and tens of thousands one after the other. */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class ManyConnectionsIT {

    private static final int IDLE = 5_000;
    private static final int REQUESTS = 20_000;
    private static final int SHORT = 20_000;

    @RegisterExtension
    final Children children = new Children();

    @Test
    void shouldHoldIdleConnectionsBesideActiveOnes() throws Exception {
        int idle = idle();
        List<StrictHttpClient> callers = new ArrayList<>();
        try (NioHttpServer a = new NioHttpServer("a");
                NioHttpServer b = new NioHttpServer("b");
                BackgroundLoad load = new BackgroundLoad()) {
            BalancerProgram program = BalancerProgram.start(children, "--target", a.target(), "--target", b.target());
            for (int i = 0; i < idle; i++) {
                StrictHttpClient caller = new StrictHttpClient(program.port());
                callers.add(caller);
                assertEquals(1, caller.get().length());
            }
            assertEquals(idle, a.accepted() + b.accepted());
            load.startKeptAlive(4, program.port());
            load.start(2, () -> StrictHttpClient.fetch(program.port()));
            load.awaitMore(REQUESTS);
            load.stop();
            for (StrictHttpClient caller : callers) {
                assertEquals(1, caller.get().length());
            }
            program.child().signal("TERM");
            for (StrictHttpClient caller : callers) {
                caller.expectEnd();
            }
            assertEquals(0, program.child().exitCode(Child.PATIENCE), program.child()::report);
            assertEquals("", program.child().stderr(), program.child()::report);
        } finally {
            for (StrictHttpClient caller : callers) {
                caller.close();
            }
        }
    }

    @Test
    void shouldGiveBackTheDescriptorsOfShortConnections() throws Exception {
        try (NioHttpServer a = new NioHttpServer("a");
                NioHttpServer b = new NioHttpServer("b");
                BackgroundLoad load = new BackgroundLoad()) {
            // On all interfaces, because each address of the loopback network has local ports of its own.
            BalancerProgram program = BalancerProgram.of(children.jar(Jars.balancer(),
                    "--listen", "0", "--target", a.target(), "--target", b.target()));
            LinuxProcess process = new LinuxProcess(program.child().pid());
            AtomicInteger next = new AtomicInteger();
            BackgroundLoad.Step step = () -> StrictHttpClient.fetch("127.0.0." + (1 + next.getAndIncrement() % 4),
                    program.port());
            for (int i = 0; i < 200; i++) {
                step.run();
            }
            // Nothing is measured while a connection may still be closing.
            long baseline = awaitRest(process);
            load.start(4, step);
            load.awaitMore(SHORT);
            load.stop();
            await("the descriptors are given back").until(() -> process.descriptors() <= baseline + 4);
            assertTrue(a.answered() + b.answered() >= SHORT);
            assertEquals(1, StrictHttpClient.fetch(program.port()).length());
            program.stop();
            assertEquals("", program.child().stderr(), program.child()::report);
        }
    }

    /** What this process and the balancer, which has two for each, may have besides what they need themselves. */
    private static int idle() throws IOException {
        long most = LinuxProcess.mostDescriptors();
        assumeTrue(most >= 2_000, "only " + most + " descriptors are allowed here (ulimit -Hn)");
        return (int) Math.min(IDLE, (most - 1_000) / 2);
    }

    private static long awaitRest(LinuxProcess process) {
        long[] last = {-1};
        await("the number of descriptors rests").until(() -> {
            long before = last[0];
            last[0] = process.descriptors();
            return before == last[0];
        });
        return last[0];
    }
}
