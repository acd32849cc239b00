package io.musher.internal.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A primary that has no descriptor left for its workers' connections. */
@EnabledOnOs(OS.LINUX)
class DescriptorsTest {

    @Test
    void shouldSayOnceThatWorkersCannotJoinAndLetThemJoinLater() throws Exception {
        Process primary = new ProcessBuilder("sh", "-c", "ulimit -n 256; exec \"$0\" \"$@\"",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Hog.class.getName())
                .redirectErrorStream(true).start();
        try {
            primary.getOutputStream().close();
            String output = new String(primary.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(primary.waitFor(30, TimeUnit.SECONDS));
            assertTrue(output.contains("joined"), output);
            assertEquals(1,
                    output.lines().filter(line -> line.contains("workers cannot connect: accepting failed")).count(),
                    output);
            assertEquals(1, output.lines().filter(line -> line.contains("workers can connect again")).count(), output);
        } finally {
            primary.destroyForcibly();
        }
    }

    /** Opens files until none can be opened, and lets a worker connect meanwhile. */
    static final class Hog {
        public static void main(String[] args) throws Exception {
            try (ChannelFixture fixture = new ChannelFixture()) {
                RecordingChannelListener first = fixture.expect("first");
                fixture.join(first).close(); // all classes are loaded
                assertTrue(first.next().startsWith("lost"));
                fixture.pass(0); // its descriptor is closed, too, and cannot let the second connection in
                RecordingChannelListener listener = fixture.expect("second");
                List<FileInputStream> files = new ArrayList<>();
                try {
                    while (true) {
                        files.add(new FileInputStream("/dev/null"));
                    }
                } catch (IOException e) {
                    files.remove(0).close();
                }
                RawPeer peer = fixture.connect(); // takes that one
                peer.send(FrameType.HELLO, "musher/1 " + listener.channel.token() + " 4711");
                long before = fixture.server.failures();
                for (int i = 0; i < 2_000 && fixture.server.failures() < before + 20; i++) {
                    Thread.sleep(10);
                }
                for (FileInputStream file : files) {
                    file.close();
                }
                listener.expect("hello 4711");
                System.out.println("joined");
            }
        }
    }
}
