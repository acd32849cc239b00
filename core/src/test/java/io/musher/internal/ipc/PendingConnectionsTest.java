package io.musher.internal.ipc;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Ten thousand unauthenticated connections. */
class PendingConnectionsTest {

    @RegisterExtension
    final ChannelFixture scene = new ChannelFixture();

    @Test
    void shouldKnowFewStrangersAtOnceAndStillTakeAWorker() throws Exception {
        int many = (int) Math.min(10_000, descriptors() / 2);
        List<RawPeer> strangers = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            RawPeer stranger = scene.connect();
            strangers.add(stranger);
            if (i % 3 == 0) {
                stranger.send(new byte[]{0, 0, 0});
            }
            if (i % 1000 == 999) {
                assertTrue(scene.onLoop(scene.server::pendingConnections) <= PendingConnections.MAX,
                        "strangers are few");
                scene.join(scene.expect("among-strangers"));
            }
        }
        scene.run(() -> {});
        assertTrue(scene.onLoop(scene.server::dropped) >= many - PendingConnections.MAX - 1024,
                "the oldest are dropped");
        strangers.get(0).expectEnd();
    }

    private static long descriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount() - unix.getOpenFileDescriptorCount() : 2000;
    }
}
