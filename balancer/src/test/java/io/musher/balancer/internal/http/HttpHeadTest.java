package io.musher.balancer.internal.http;

import static io.musher.balancer.internal.http.HttpHead.INCOMPLETE;
import static io.musher.balancer.internal.http.HttpHead.OPAQUE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class HttpHeadTest {

    private final HttpHead head = new HttpHead();

    @Test
    void shouldFindTheEndOfARequest() {
        String text = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

        assertEquals(text.length(), request(text));
        assertEquals(text.length(), request(text + "GET /next HTTP/1.1\r\n\r\n"));
        assertEquals(18, request("GET / HTTP/1.1\r\n\r\n"), "without any header");
        assertEquals(-1, head.length);
        assertFalse(head.chunked);
        assertFalse(head.isHeadRequest);
    }

    @Test
    void shouldFindTheEndWhereverALineEnds() {
        for (int padding = 0; padding < 40; padding++) { // every place of the line feeds within a word of eight bytes
            for (int shift = 0; shift < 9; shift++) {
                String text = "GET /" + "p".repeat(padding) + " HTTP/1.1\r\nA: " + "\u00ff\u000b\u0009".repeat(padding)
                        + "\r\nB:\r\n\r\n";
                assertEquals(text.length(), parse(text, true, true, shift), "padding " + padding + ", shift " + shift);
                assertEquals(text.length(), parse(text, false, true, shift), "padding " + padding + ", shift " + shift);
            }
        }
    }

    @Test
    void shouldReadTheSameInEitherByteOrder() {
        String text = "POST /a/long/enough/path HTTP/1.1\r\nContent-Length: 12\r\n"
                + "X-Some: \u000b\u000b\u000bthing\r\n\r\n";
        for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
            for (int shift = 0; shift < 9; shift++) {
                ByteBuffer buffer = HttpBytes.buffer(HttpBytes.bytes(text), false, shift).order(order);
                int from = HttpBytes.from(shift);
                assertEquals(from + text.length(), head.parse(buffer, from, buffer.capacity(), true), order.toString());
                assertEquals(12, head.length);
            }
        }
    }

    @Test
    void shouldAskForMoreUntilTheHeadIsWhole() {
        for (String text : List.of("GET /index HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n",
                "ABC / HTTP/1.1\r\n\r\n")) {
            for (int i = 1; i < text.length(); i++) {
                assertEquals(INCOMPLETE, request(text.substring(0, i)), text.substring(0, i));
            }
        }
        String response = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n";
        for (int i = 1; i < response.length(); i++) {
            assertEquals(INCOMPLETE, response(response.substring(0, i)), response.substring(0, i));
        }
    }

    @Test
    void shouldReadTheLength() {
        for (String line : List.of("Content-Length: 42", "content-length:42", "CONTENT-LENGTH: \t 42",
                "cOnTeNt-LeNgTh: 0042")) {
            assertTrue(request("POST / HTTP/1.1\r\nA: b\r\n" + line + "\r\n\r\n") > 0, line);
            assertEquals(42, head.length, line);
        }
        assertTrue(request("POST / HTTP/1.1\r\nContent-Length: 999999999999999999\r\n\r\n") > 0);
        assertEquals(999999999999999999L, head.length);
        assertTrue(request("POST / HTTP/1.1\r\nX-Content-Length: 9\r\nContent-Lengths: 8\r\nContent: 7\r\n\r\n") > 0);
        assertEquals(-1, head.length, "none of these is the length");
    }

    @Test
    void shouldReadChunked() {
        for (String line : List.of("Transfer-Encoding: chunked", "transfer-encoding:CHUNKED",
                "TRANSFER-ENCODING: Chunked")) {
            assertTrue(request("POST / HTTP/1.1\r\n" + line + "\r\nTe: trailers\r\n\r\n") > 0, line);
            assertTrue(head.chunked, line);
        }
        assertTrue(request("POST / HTTP/1.1\r\nTe: trailers\r\nX: chunked\r\n\r\n") > 0);
        assertFalse(head.chunked, "and nothing is left over from the last head");
    }

    @Test
    void shouldTellAHeadRequest() {
        assertTrue(request("HEAD / HTTP/1.1\r\n\r\n") > 0);
        assertTrue(head.isHeadRequest);
        for (String method : List.of("GET", "HEADER", "HACK", "HEA", "HEADS", "POST", "PHEAD")) {
            assertTrue(request(method + " / HTTP/1.1\r\n\r\n") > 0, method);
            assertFalse(head.isHeadRequest, method);
        }
    }

    @Test
    void shouldReadTheStatus() {
        assertTrue(response("HTTP/1.1 204 No Content\r\n\r\n") > 0);
        assertEquals(204, head.status);
        assertTrue(response("HTTP/1.1 100\r\n\r\n") > 0, "a reason is not required");
        assertEquals(100, head.status);
        assertTrue(response("HTTP/1.1 599 \r\n\r\n") > 0);
        assertEquals(599, head.status);
    }

    @Test
    void shouldLeaveRequestsAloneThatAreUnusual() {
        for (String line : List.of("GET / HTTP/1.0", "GET / HTTP/1.2", "GET /", "GET", "get / HTTP/1.1",
                "GET / HTTP/1.1 ", " GET / HTTP/1.1",
                "PRI * HTTP/2.0", "CONNECT a:80 HTTP/1.1", "M-SEARCH * HTTP/1.1", "GET /\tHTTP/1.1", "GET / XHTTP/1.1",
                "G\u0000T / HTTP/1.1",
                "ABCDEFGHIJKLMNOPQRSTU / HTTP/1.1", "", "/ HTTP/1.1", "     HTTP/1.1")) {
            assertEquals(OPAQUE, request(line + "\r\nHost: a\r\n\r\n"), line);
        }
    }

    @Test
    void shouldLeaveResponsesAloneThatAreUnusual() {
        for (String line : List.of("HTTP/1.0 200 OK", "HTTP/2 200 OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK",
                "HTTP/1.1  200 OK", "HTTP/1.1 099 OK",
                "HTTP/1.1200 OK", "HTTP/1.1 2x0 OK", "ICY 200 OK", "HTTP/1.1", "", "SSH-2.0-OpenSSH_9.2",
                " HTTP/1.1 200 OK")) {
            assertEquals(OPAQUE, response(line + "\r\nContent-Length: 0\r\n\r\n"), line);
        }
    }

    @Test
    void shouldLeaveHeadersAloneThatMayBeReadInTwoWays() {
        for (String lines : List.of(
                "Content-Length: 3\r\nContent-Length: 3", "Content-Length: 3\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nContent-Length: 3",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: gzip", "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding:", "Transfer-Encoding: chunked ", "Transfer-Encoding: xchunked",
                "Transfer-Encoding: \u000bchunked",
                "Content-Length: 3, 3", "Content-Length: +3", "Content-Length: -3", "Content-Length: 0x3",
                "Content-Length:", "Content-Length: ",
                "Content-Length: 3 3", "Content-Length: 3;", "Content-Length: 1234567890123456789",
                "Content-Length: \u0663",
                "Content-Length : 3", "Content-Length\t: 3", "Transfer-Encoding : chunked",
                "Transfer-Encoding\t:chunked", "Connection : close",
                "Content-Length 3", "Transfer-Encoding chunked", "X: y\r\n folded", "X: y\r\n\tfolded",
                " Content-Length: 3", "X: y\r\n \r\nZ: a")) {
            assertEquals(OPAQUE, request("POST / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n\r\n"), lines);
            assertEquals(OPAQUE, response("HTTP/1.1 200 OK\r\nServer: a\r\n" + lines + "\r\n\r\n"), lines);
        }
    }

    @Test
    void shouldTellConnectionsThatWillBeClosed() {
        for (String line : List.of("Connection: close", "connection:CLOSE", "Connection: keep-alive, Close",
                "Connection: TE,close, x")) {
            assertTrue(request("GET / HTTP/1.1\r\n" + line + "\r\n\r\n") > 0 && head.close, line);
            assertEquals(OPAQUE, response("HTTP/1.1 200 OK\r\n" + line + "\r\n\r\n"), line);
        }
        assertTrue(
                request("GET / HTTP/1.1\r\nConnection: keep-alive\r\nX-Connection: close\r\n\r\n") > 0 && !head.close);
        assertEquals(OPAQUE, request("GET / HTTP/1.1\r\nConnection: close, Upgrade\r\nUpgrade: x\r\n\r\n"),
                "which of both?");
        assertTrue(request("GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n") > 0,
                "the answer tells");
    }

    @Test
    void shouldNotTakePartsOfOtherTokensForClose() {
        for (String line : List.of("Connection: x-close-y, keep-alive", "Connection: closed", "Connection: not close",
                "Connection: close;q=1",
                "Connection: \"close\"", "Connection: enclose,keep-alive", "Connection: ,, ,", "Connection:")) {
            assertTrue(request("GET / HTTP/1.1\r\n" + line + "\r\n\r\n") > 0 && !head.close, line);
            assertTrue(response("HTTP/1.1 200 OK\r\n" + line + "\r\n\r\n") > 0, line);
        }
        assertTrue(request("GET / HTTP/1.1\r\nConnection: close, x-upgrade\r\n\r\n") > 0 && head.close);
        assertEquals(OPAQUE, request("GET / HTTP/1.1\r\nConnection: Upgrade\r\nConnection: close\r\n\r\n"),
                "in two lines");
        assertTrue(request("GET / HTTP/1.1\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n") > 0 && head.close,
                "in two lines");
    }

    @Test
    void shouldLeaveLoginsAloneThatBelongToTheConnection() {
        for (String line : List.of("WWW-Authenticate: NTLM", "www-authenticate:negotiate",
                "WWW-Authenticate: Negotiate oYG2MIGz", "Proxy-Authenticate: NTLM",
                "WWW-Authenticate: Basic realm=\"a, b\", NTLM",
                "WWW-Authenticate: Basic realm=a\r\nWWW-Authenticate: Negotiate",
                "WWW-Authenticate : Basic", "proxy-authenticate: \tNegotiate\t")) {
            assertEquals(OPAQUE, response("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n" + line + "\r\n\r\n"),
                    line);
        }
        for (String line : List.of("Authorization: NTLM TlRMTVNTUAAB", "authorization:negotiate x",
                "Proxy-Authorization: Negotiate x")) {
            assertEquals(OPAQUE, request("GET / HTTP/1.1\r\n" + line + "\r\n\r\n"), line);
        }
        for (String line : List.of("WWW-Authenticate: Basic realm=\"ntlm\"", "WWW-Authenticate: Bearer",
                "X-WWW-Authenticate: NTLM", "WWW-Authenticate: NTLMv9",
                "WWW-Authenticate: Digest a=negotiate", "Authorization: Basic bnRsbQ==", "Authorization: Bearer NTLM",
                "Proxy-Authorization: Digest")) {
            assertTrue(response("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n" + line + "\r\n\r\n") > 0, line);
            assertTrue(request("GET / HTTP/1.1\r\n" + line + "\r\n\r\n") > 0, line);
        }
    }

    @Test
    void shouldLeaveBareLineFeedsAlone() {
        for (String text : List.of("GET / HTTP/1.1\n\n", "GET / HTTP/1.1\n", "GET / HTTP/1.1\r\nA: b\n",
                "GET / HTTP/1.1\r\nA: b\n\r\n\r\n",
                "GET / HTTP/1.1\r\nA: b\r\n\n", "\n", "\r\nGET / HTTP/1.1\r\n\r\n")) {
            assertEquals(OPAQUE, request(text), text);
        }
    }

    @Test
    void shouldTellOtherProtocolsByTheirFirstBytes() {
        for (String text : List.of("\u0016\u0003\u0001\u0002\u0000", "\u0000", "SSH-2", "get", "GET\u0000", "\r", " ",
                "1", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
            assertEquals(OPAQUE, request(text), text);
        }
    }

    private int request(String text) {
        return parse(text, true, true, 0);
    }

    private int response(String text) {
        return parse(text, true, false, 0);
    }

    /** {@return where the head ends, counted from its beginning} */
    private int parse(String text, boolean direct, boolean request, int shift) {
        ByteBuffer buffer = HttpBytes.buffer(HttpBytes.bytes(text), direct, shift);
        int from = HttpBytes.from(shift);
        int end = head.parse(buffer, from, from + text.length(), request);
        return end < 0 ? end : end - from;
    }
}
