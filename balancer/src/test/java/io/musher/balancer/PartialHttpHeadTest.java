package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Partial HTTP heads are kept until they are complete, up to a fixed number for each loop, whatever clients do. */
class PartialHttpHeadTest {

    private static final byte[] HALF = ("GET / HTTP/1.1\r\nCookie: " + "x".repeat(10_000))
            .getBytes(StandardCharsets.US_ASCII);

    private final HttpHead head = new HttpHead();

    @Test
    void shouldHoldNoMoreThanSoMuchOfAllConnections() {
        List<KeepAliveTracker> watches = new ArrayList<>();
        KeepAliveTracker last = new KeepAliveTracker();
        while (feed(last, HALF)) {
            watches.add(last);
            last = new KeepAliveTracker();
            assertTrue(head.gathered <= HttpHead.MOST_GATHERED);
        }
        assertTrue(watches.size() > 100, watches.size() + " are followed");
        assertFalse(last.outcome().isIdle(), "one that is not followed never moves");

        watches.get(0).forget(head);
        assertTrue(feed(new KeepAliveTracker(), HALF), "there is room again");

        assertTrue(feed(watches.get(1), "\r\n\r\n".getBytes(StandardCharsets.US_ASCII)),
                "those that are followed go on");
        watches.forEach(keepAlive -> keepAlive.forget(head));
        last.forget(head);
        assertTrue(head.gathered < 20_000, "what is left is one");
    }

    @Test
    void shouldGiveBackWhatAClosedConnectionHeld() throws Exception {
        try (LoopContextFixture lane = new LoopContextFixture(Balancer.builder())) {
            lane.targets(lane.target());
            lane.arrive(HALF);
            lane.arrive("GET / HTTP/1.1\r\nHo".getBytes(StandardCharsets.US_ASCII));
            lane.settle();
            int[] held = new int[2];
            lane.onLoop(() -> held[0] = lane.context.head.gathered);
            lane.onLoop(() -> lane.context.cutAll());
            lane.onLoop(() -> held[1] = lane.context.head.gathered);

            assertTrue(held[0] > HALF.length, "held " + held[0]);
            assertEquals(0, held[1]);
        }
    }

    private boolean feed(KeepAliveTracker keepAlive, byte[] bytes) {
        return keepAlive.fromClient(head, ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()), 0, bytes.length);
    }
}
