package io.musher.balancer.internal.http;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Bodies in chunks, to whose end a connection is followed. */
class ChunkedBodyTest extends KeepAliveTrackerTestBase {

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
}
