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
    final ChannelFixture fixture = new ChannelFixture();

    @Test
    void shouldKnowFewStrangersAtOnceAndStillTakeAWorker() throws Exception {
        int many = (int) Math.min(10_000, descriptors() / 2);
        List<RawPeer> strangers = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            RawPeer stranger = fixture.connect();
            strangers.add(stranger);
            if (i % 3 == 0) {
                stranger.send(new byte[]{0, 0, 0});
            }
            if (i % 1000 == 999) {
                assertTrue(fixture.onLoop(fixture.server::pendingConnections) <= PendingConnections.MAX,
                        "strangers are few");
                fixture.join(fixture.expect("among-strangers"));
            }
        }
        fixture.run(() -> {});
        assertTrue(fixture.onLoop(fixture.server::dropped) >= many - PendingConnections.MAX - 1024,
                "the oldest are dropped");
        strangers.get(0).expectEnd();
    }

    private static long descriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount() - unix.getOpenFileDescriptorCount() : 2000;
    }
}
