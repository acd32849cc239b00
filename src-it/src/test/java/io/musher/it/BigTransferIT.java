package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;

/** More bytes than any buffer holds, each direction ended by a FIN: they arrive whole, and the balancer stays small. */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class BigTransferIT {

    private static final long DOWN = 1L << 30;
    private static final long UP = 256L << 20;
    private static final long BESIDE = 8L << 20;
    private static final long STEP = 256 * 1024;

    /** What the kernel's buffers of two connections, and the balancer's, can hold at most, and as much again. */
    private static final long MOST_ON_THE_WAY = 64L << 20;
    /** A quarter of it is the usual size of an idle JVM. */
    private static final long MOST_MEGABYTES = 256;

    @RegisterExtension
    final Children children = new Children();

    @Test
    void shouldDeliverADownloadToAClientThatIsSlowAtFirst() throws Exception {
        AtomicLong sent = new AtomicLong();
        try (ScriptedServer target = new ScriptedServer(socket -> {
            switch (socket.getInputStream().read()) {
                case 'x' -> send(socket.getOutputStream(), DOWN, sent);
                default -> BytePattern.write(socket.getOutputStream(), 0, BESIDE);
            }
        }); BackgroundLoad load = new BackgroundLoad()) {
            BalancerProgram program = BalancerProgram.start(children, "--target", target.target());
            // Others use the balancer's buffers meanwhile.
            load.start(1, () -> downloadBeside(program.port()));
            try (Socket client = new Socket("127.0.0.1", program.port())) {
                client.getOutputStream().write('x');
                long read = 0;
                for (; read < 4 * STEP; read += STEP) {
                    BytePattern.expect(client.getInputStream(), read, read + STEP);
                    awaitStalled(sent);
                }
                assertTrue(sent.get() - read < MOST_ON_THE_WAY, () -> sent + " bytes sent to a client that reads none");
                BytePattern.expect(client.getInputStream(), read, DOWN);
                assertEquals(-1, client.getInputStream().read());
            }
            load.awaitMore(1);
            load.stop();
            assertSmall(program);
        }
    }

    @Test
    void shouldDeliverAnUploadToATargetThatIsSlowAtFirst() throws Exception {
        AtomicLong sent = new AtomicLong();
        try (ScriptedServer target = new ScriptedServer(socket -> {
            awaitStalled(sent);
            assertTrue(sent.get() < MOST_ON_THE_WAY, () -> sent + " bytes sent to a target that reads none");
            BytePattern.expect(socket.getInputStream(), 0, UP);
            assertEquals(-1, socket.getInputStream().read());
            socket.getOutputStream().write('x');
        })) {
            BalancerProgram program = BalancerProgram.start(children, "--target", target.target());
            try (Socket client = new Socket("127.0.0.1", program.port())) {
                send(client.getOutputStream(), UP, sent);
                client.shutdownOutput();
                assertEquals('x', client.getInputStream().read());
                assertEquals(-1, client.getInputStream().read());
            }
            assertSmall(program);
        }
    }

    private static void downloadBeside(int port) throws IOException {
        try (Socket client = new Socket("127.0.0.1", port)) {
            client.getOutputStream().write('y');
            BytePattern.expect(client.getInputStream(), 0, BESIDE);
            assertEquals(-1, client.getInputStream().read());
        }
    }

    private static void send(OutputStream out, long total, AtomicLong sent) throws IOException {
        for (long at = 0; at < total; at += STEP) {
            BytePattern.write(out, at, at + STEP);
            sent.set(at + STEP);
        }
    }

    /** Until the sender has been held up for a while. */
    private static void awaitStalled(AtomicLong sent) {
        long[] last = {-1, 0};
        await("the sender is held up").until(() -> {
            long now = sent.get();
            last[1] = now == last[0] && now > 0 ? last[1] + 1 : 0;
            last[0] = now;
            return last[1] == 3;
        });
    }

    private static void assertSmall(BalancerProgram program) throws Exception {
        long peak = new LinuxProcess(program.child().pid()).peakMegabytes();
        assertTrue(peak < MOST_MEGABYTES, () -> peak + " MiB of memory");
        program.stop();
        assertEquals("", program.child().stderr(), program.child()::report);
    }
}
