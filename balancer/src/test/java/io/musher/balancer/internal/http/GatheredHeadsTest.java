package io.musher.balancer.internal.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The bytes of incomplete heads that are kept, and their limits. */
class GatheredHeadsTest extends KeepAliveTrackerTestBase {

    @Test
    void shouldBoundTheHeadItRemembers() {
        assertBusy(client("GET / HTTP/1.1\r\nX: "));
        assertBusy(client("x".repeat(15_000)));

        assertOpaque(client("x".repeat(2_000)));
    }

    @Test
    void shouldTakeALongHeadThatComesAtOnce() {
        assertBusy(client("GET / HTTP/1.1\r\nX: " + "x".repeat(30_000) + "\r\n\r\n"));
        assertIdle(target(OK));
    }

    @Test
    void shouldLimitTheIncompleteHeadsOfAllConnections() {
        String half = "GET / HTTP/1.1\r\nCookie: " + "x".repeat(10_000);
        List<KeepAliveTracker> followed = new ArrayList<>();
        while (client(half)) {
            followed.add(keepAlive);
            reset();
            assertTrue(parser.gathered() <= HttpHead.MAX_GATHERED);
        }
        assertTrue(followed.size() > 100, followed.size() + " are followed");
        assertFalse(keepAlive.replacement().isIdle(), "one that is not followed never moves");
        keepAlive.releaseHeads(parser);

        followed.get(0).releaseHeads(parser);
        reset();
        assertTrue(client(half), "there is room again");

        keepAlive = followed.get(1);
        assertTrue(client("\r\n\r\n"), "those that are followed go on");
        followed.forEach(each -> each.releaseHeads(parser));
        assertTrue(parser.gathered() < 30_000, "what is left is one");
    }

    @Test
    void shouldReleaseTheHeadsOfBothDirections() {
        assertTrue(client(GET.substring(0, 10)));
        assertTrue(parser.gathered() >= 10, "the beginning of the request is kept");
        assertTrue(client(GET.substring(10)));
        assertEquals(0, parser.gathered(), "the request is whole");

        assertTrue(target(OK.substring(0, 10)));
        assertTrue(parser.gathered() >= 10, "the beginning of the response is kept");
        keepAlive.releaseHeads(parser);
        assertEquals(0, parser.gathered());
    }

    @Test
    void shouldCountAHeadOnceHoweverItGrows() {
        int length = 0;
        for (String piece : List.of("GET /", "p".repeat(600), "q".repeat(6_000))) {
            assertTrue(client(piece));
            length += piece.length();
            assertTrue(parser.gathered() >= length, "all that has come is kept");
            assertTrue(parser.gathered() <= Math.max(512, 2 * length), parser.gathered() + " for " + length);
        }
    }

    @Test
    void shouldKeepHeadsOf16KiBAtMost() {
        String longest = "GET /" + "p".repeat(16 * 1024 - 5);

        assertTrue(client(longest));
        reset();
        assertOpaque(client(longest + "p"));
    }
}
