package io.musher.balancer.internal.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeepAliveTrackerTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String EMPTY = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    private final HttpHead parser = new HttpHead();
    private KeepAliveTracker keepAlive = new KeepAliveTracker();

    @Test
    void shouldBeIdleBetweenExchangesAndOnlyThere() {
        assertTrue(keepAlive.isIdle());
        for (int i = 0; i < 3; i++) {
            assertBusy(client(GET.substring(0, 10)));
            assertBusy(client(GET.substring(10)));
            assertBusy(target(OK.substring(0, 5)));
            assertBusy(target(OK.substring(5, OK.length() - 1)));
            assertIdle(target("k"));
        }
    }

    @Test
    void shouldKeepItsPlaceInEveryKindOfBody() {
        assertBusy(client("POST / HTTP/1.1\r\nContent-Length: 30\r\n\r\n"));
        assertBusy(client("GET / HTTP/1.1\r\n\r\n"));
        assertBusy(client("GET /1 HTTP/"));
        assertIdle(target(EMPTY));

        assertBusy(client("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"));
        assertBusy(client("5\r\n0\r\n\r\n\r\n"));
        assertBusy(client("A;name=\"value\"\r\nGET / HTTP\r\n"));
        assertBusy(client("0\r\nTrailer: x\r\nAnother: y\r\n"));
        assertBusy(client("\r\n"));
        assertIdle(target(OK));
    }

    @Test
    void shouldNotBeIdleWhileTheRequestIsStillOnItsWay() {
        assertBusy(client("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"));
        assertBusy(target("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")); // an echo, say
        assertBusy(client("cd"));
        assertBusy(client("e"));
        assertIdle(target("k"));
    }

    /** Whether the client still sends the body, or takes the answer for its end (417), cannot be told by the bytes. */
    @Test
    void shouldGiveUpWhenTheAnswerIsCompleteBeforeTheRequest() {
        assertBusy(client("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"));
        assertOpaque(target("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n"));
        reset();
        assertBusy(client("POST / HTTP/1.1\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n"));
        assertBusy(target("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nn"));
        assertOpaque(target("o"));
        reset();
        assertBusy(client("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"));
        assertOpaque(target(OK));
    }

    @Test
    void shouldWaitForTheFinalAnswer() {
        assertBusy(client("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"));
        assertBusy(target("HTTP/1.1 100 Continue\r\n\r\n"));
        assertBusy(client("abc"));
        assertBusy(target("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"));
        assertBusy(target(
                "HTTP/1.1 103 Early Hints\r\nLink: </b>\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\n"));
        assertIdle(target("x"));
    }

    @Test
    void shouldKnowAnswersWithoutABody() {
        for (String status : List.of("204 No Content", "304 Not Modified")) {
            assertBusy(client(GET));
            assertIdle(target("HTTP/1.1 " + status + "\r\nEtag: x\r\n\r\n"));
        }
        assertBusy(client(GET));
        assertIdle(target("HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\n\r\n"));
        for (String framing : List.of("Content-Length: 1000", "Transfer-Encoding: chunked", "X: y")) {
            assertBusy(client("HEAD / HTTP/1.1\r\n\r\n"));
            assertIdle(target("HTTP/1.1 200 OK\r\n" + framing + "\r\n\r\n"));
        }
        assertBusy(client(GET));
        assertBusy(target("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"));
    }

    @Test
    void shouldNotTakeAnotherMethodForHead() {
        assertBusy(client("HACK / HTTP/1.1\r\n\r\n"));
        assertBusy(target("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"));
        assertIdle(target("abc"));
    }

    @Test
    void shouldGiveUpOnPipelining() {
        assertOpaque(client(GET + GET));
        reset();
        assertBusy(client(GET));
        assertOpaque(client("G"));
        reset();
        assertBusy(client("POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\n"));
        assertOpaque(client("xG"));
        reset();
        assertBusy(client("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"));
        assertOpaque(client("0\r\n\r\nG"));
    }

    @Test
    void shouldGiveUpOnAnswersNobodyAskedFor() {
        assertOpaque(target(OK));
        reset();
        assertBusy(client(GET));
        assertOpaque(target(OK + "H"));
        reset();
        assertBusy(client("GE")); // not yet a request, so this is no answer to it
        assertOpaque(target("HTTP/1.1 408 Timeout\r\nContent-Length: 0\r\n\r\n"));
    }

    @Test
    void shouldGiveUpOnUpgradesAndTunnels() {
        assertBusy(client("GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"));
        assertOpaque(target("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"));
        reset();
        assertOpaque(client("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"));
    }

    @Test
    void shouldStayWhenAnUpgradeIsDeclined() {
        assertBusy(client("GET / HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n"));
        assertIdle(target(OK));
    }

    @Test
    void shouldGiveUpOnAnswersThatEndWithTheConnection() {
        for (String head : List.of("HTTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n",
                "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n")) {
            reset();
            assertBusy(client(GET));
            assertOpaque(target(head));
        }
    }

    @Test
    void shouldKnowTheLastRequest() {
        for (String request : List.of("GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
                "POST / HTTP/1.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")) {
            reset();
            assertFalse(client(request));
            assertSame(KeepAliveTracker.LAST, keepAlive.replacement(), request);
        }
        assertFalse(KeepAliveTracker.LAST.isIdle());
    }

    @Test
    void shouldNotTakeARequestForTheLastWhileMoreOfItMayCome() {
        String close = "Connection: close\r\n\r\n";
        for (String request : List.of("POST / HTTP/1.1\r\nContent-Length: 2\r\n" + close,
                "POST / HTTP/1.1\r\nContent-Length: 2\r\n" + close + "ab",
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + close, "GET / HTTP/1.1\r\n" + close + "G")) {
            reset();
            assertFalse(client(request));
            assertSame(KeepAliveTracker.OPAQUE, keepAlive.replacement(), request);
        }
    }

    @Test
    void shouldGiveUpOnOtherProtocolsAtTheFirstByte() {
        for (String first : List.of("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003", "\u0000",
                "SSH-2.0-x\r\n", "EHLO a\r\n", "*1\r\n$4\r\n")) {
            reset();
            assertOpaque(client(first));
        }
        reset();
        assertBusy(client("PRI * HT")); // so far it might be a request
        assertOpaque(client("TP/2.0\r\n\r\nSM\r\n\r\n"));
    }

    @Test
    void shouldGiveUpOnChunksThatMakeNoSense() {
        for (String chunk : List.of("x\r\n", "\r\n", ";a\r\n", "5\n", "5x\r\n", "-1\r\n", "100000000000000\r\n",
                "5;a\nhello", "5 ;a=\"\n\"", "0;a\n\r\n",
                "5 \nhello", "0\r\n\n", "0\r\nA: b\n\r\n", "\u00b2\r\n")) {
            reset();
            assertBusy(client("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"));
            assertOpaque(client(chunk));
        }
    }

    @Test
    void shouldReadTheLargestChunk() {
        assertBusy(client("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n00000000ffffffffffff\r\n"));
        assertBusy(client("x".repeat(5000)));
        reset();
        assertBusy(
                client("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n00000000000000000001\r\nx\r\n0\r\n\r\n"));
        assertIdle(target(EMPTY));
    }

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
    void shouldLeaveTheBufferAsItIs() {
        ByteBuffer buffer = HttpBytes.buffer(HttpBytes.bytes(GET), true, 0).position(3).limit(40);
        int from = HttpBytes.from(0);

        assertTrue(keepAlive.fromClient(parser, buffer, from, from + GET.length()));

        assertEquals(3, buffer.position());
        assertEquals(40, buffer.limit());
    }

    @Test
    void shouldNotFollowAChunkWhoseDataIsLongerThanItsSize() {
        for (String end : List.of("XX", "\n", "\nX", "\rX", "\r\r", "\r\r\n", "0\r\n\r\n")) {
            reset();
            assertBusy(client(GET));
            assertOpaque(target("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello" + end
                    + "0\r\n\r\n"));
        }
    }

    @Test
    void shouldFollowChunksThatArriveByteByByte() {
        assertBusy(client(GET));
        String answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n\n\r\n0\r\n\r\n";
        for (char c : answer.substring(0, answer.length() - 1).toCharArray()) {
            assertBusy(target(String.valueOf(c)));
        }
        assertIdle(target("\n"));
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

    @Test
    void shouldKnowWhetherTheRequestIsIncomplete() {
        assertFalse(keepAlive.isRequestIncomplete());
        assertTrue(client("POST / HTTP/1.1\r\nContent-"));
        assertTrue(keepAlive.isRequestIncomplete(), "in the head");
        assertTrue(client("Length: 2\r\n\r\na"));
        assertTrue(keepAlive.isRequestIncomplete(), "in the body");
        assertTrue(client("b"));
        assertFalse(keepAlive.isRequestIncomplete(), "though not answered");
    }

    private void reset() {
        keepAlive = new KeepAliveTracker();
    }

    private boolean client(String text) {
        return keepAlive.fromClient(parser, HttpBytes.buffer(HttpBytes.bytes(text), true, 0), HttpBytes.from(0),
                HttpBytes.from(0) + text.length());
    }

    private boolean target(String text) {
        return keepAlive.fromTarget(parser, HttpBytes.buffer(HttpBytes.bytes(text), true, 0), HttpBytes.from(0),
                HttpBytes.from(0) + text.length());
    }

    private void assertIdle(boolean followed) {
        assertTrue(followed, "it is still followed");
        assertTrue(keepAlive.isIdle(), "and idle");
    }

    private void assertBusy(boolean followed) {
        assertTrue(followed, "it is still followed");
        assertFalse(keepAlive.isIdle(), "and not idle");
    }

    private static void assertOpaque(boolean followed) {
        assertFalse(followed, "it is left alone");
    }
}
