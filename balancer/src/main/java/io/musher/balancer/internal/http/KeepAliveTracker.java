package io.musher.balancer.internal.http;

import java.nio.ByteBuffer;

/**
 * Tracks the messages of one HTTP/1.1 keep-alive connection in both directions, to know when it is between two
 * requests.
 *
 * <pre>
 *  idle ─request head─▶ awaiting ─final response complete, request complete─▶ idle
 *    ├──────────── a whole request with Connection: close ─────────▶ last
 *    └──────────── anything not parsed for certain ────────────────▶ opaque, forever
 * </pre>
 *
 * <p>Opaque: another protocol, CONNECT, 101, HTTP/1.0, {@code Connection: close} in an answer, a second request before
 * the answer (pipelining), an answer without a request or before its request was complete, an answer that ends with the
 * connection.
 */
public final class KeepAliveTracker {

    /** Shared instance for every connection that is not tracked; never idle. */
    public static final KeepAliveTracker OPAQUE = new KeepAliveTracker();

    /** Shared instance for every connection whose client has sent its last request; the target's close ends it. */
    public static final KeepAliveTracker LAST = new KeepAliveTracker();

    static {
        OPAQUE.awaiting = true;
        LAST.awaiting = true;
    }

    private final HttpMessageTracker request = new HttpMessageTracker();
    private final HttpMessageTracker response = new HttpMessageTracker();
    private boolean awaiting;
    private boolean awaitingHead;
    private boolean lastRequestSeen;

    /** {@return whether every request has been answered in full and no byte of another has come} */
    public boolean isIdle() {
        return !awaiting && request.isBetweenMessages() && response.isBetweenMessages();
    }

    /** {@return whether the client has sent a part of a request and not all of it} */
    public boolean isRequestIncomplete() {
        return !request.isBetweenMessages();
    }

    /** Releases buffered heads; called when the connection ends or is no longer tracked. */
    public void releaseHeads(HttpHead parser) {
        request.releaseHead(parser);
        response.releaseHead(parser);
    }

    /** {@return the shared instance that replaces this one when the connection is no longer tracked} */
    public KeepAliveTracker replacement() {
        return lastRequestSeen ? LAST : OPAQUE;
    }

    /**
     * Tracks the client's next bytes.
     *
     * @param in the bytes from {@code from} to {@code to}, absolute; its position is not changed
     * @return false if the connection is no longer tracked, see {@link #replacement}
     */
    public boolean fromClient(HttpHead parser, ByteBuffer in, int from, int to) {
        for (int i = from; i < to;) {
            if (!request.isInHead()) {
                i = request.body(in, i, to);
                if (i == HttpHead.OPAQUE) {
                    return false;
                }
                continue;
            }
            if (awaiting) {
                return false;
            }
            i = request.head(parser, in, i, to, true);
            if (i < 0) {
                return i == HttpHead.INCOMPLETE;
            }
            awaiting = true;
            awaitingHead = parser.isHeadRequest;
            expect(request, parser);
            if (parser.close) {
                lastRequestSeen = request.isBetweenMessages() && i == to;
                return false;
            }
        }
        return true;
    }

    /**
     * Tracks the target's next bytes.
     *
     * @param in the bytes from {@code from} to {@code to}, absolute; its position is not changed
     * @return false if the connection is opaque from now on
     */
    public boolean fromTarget(HttpHead parser, ByteBuffer in, int from, int to) {
        for (int i = from; i < to;) {
            if (!response.isInHead()) {
                i = response.body(in, i, to);
                if (i == HttpHead.OPAQUE) {
                    return false;
                }
                if (!answered()) {
                    return false;
                }
                continue;
            }
            if (!awaiting) {
                return false;
            }
            i = response.head(parser, in, i, to, false);
            if (i < 0) {
                return i == HttpHead.INCOMPLETE;
            }
            int status = parser.status;
            if (status == 101) {
                return false;
            }
            if (status < 200) {
                continue; // an interim response, the final one follows
            }
            if (awaitingHead || status == 204 || status == 304) {
                response.expectBody(0);
            } else if (!parser.chunked && parser.length < 0) {
                return false;
            } else {
                expect(response, parser);
            }
            if (!answered()) {
                return false;
            }
        }
        return true;
    }

    /**
     * {@return false if an answer is complete before its request (417): then it is unknown whether the rest will be
     * sent}
     */
    private boolean answered() {
        if (response.isBetweenMessages()) {
            awaiting = false;
            return request.isBetweenMessages();
        }
        return true;
    }

    private static void expect(HttpMessageTracker side, HttpHead parser) {
        if (parser.chunked) {
            side.expectChunks();
        } else {
            side.expectBody(Math.max(0, parser.length));
        }
    }
}
