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
        try (LoopContextFixture fixture = new LoopContextFixture(Balancer.builder())) {
            fixture.targets(fixture.target());
            fixture.arrive(HALF);
            fixture.arrive("GET / HTTP/1.1\r\nHo".getBytes(StandardCharsets.US_ASCII));
            fixture.settle();
            int[] held = new int[2];
            fixture.onLoop(() -> held[0] = fixture.context.head.gathered());
            fixture.onLoop(() -> fixture.context.commands.cutAll());
            fixture.onLoop(() -> held[1] = fixture.context.head.gathered());

            assertTrue(held[0] > HALF.length, "held " + held[0]);
            assertEquals(0, held[1]);
        }
    }
}
