package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A loop keeps the beginnings of incomplete HTTP heads only as long as their connections are open. */
class PartialHttpHeadTest {

    private static final byte[] HALF = ("GET / HTTP/1.1\r\nCookie: " + "x".repeat(10_000))
            .getBytes(StandardCharsets.US_ASCII);

    @Test
    void shouldGiveBackWhatAClosedConnectionHeld() throws Exception {
        try (LoopContextFixture lane = new LoopContextFixture(Balancer.builder())) {
            lane.targets(lane.target());
            lane.arrive(HALF);
            lane.arrive("GET / HTTP/1.1\r\nHo".getBytes(StandardCharsets.US_ASCII));
            lane.settle();
            int[] held = new int[2];
            lane.onLoop(() -> held[0] = lane.context.head.gathered());
            lane.onLoop(() -> lane.context.commands.cutAll());
            lane.onLoop(() -> held[1] = lane.context.head.gathered());

            assertTrue(held[0] > HALF.length, "held " + held[0]);
            assertEquals(0, held[1]);
        }
    }
}
