package io.musher.balancer.internal.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a connection is between two exchanges, and when it is not followed any more. */
class KeepAliveTrackerTest extends KeepAliveTrackerTestBase {

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
    void shouldLeaveTheBufferAsItIs() {
        ByteBuffer buffer = HttpBytes.buffer(HttpBytes.bytes(GET), true, 0).position(3).limit(40);
        int from = HttpBytes.from(0);

        assertTrue(keepAlive.fromClient(parser, buffer, from, from + GET.length()));

        assertEquals(3, buffer.position());
        assertEquals(40, buffer.limit());
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
}
