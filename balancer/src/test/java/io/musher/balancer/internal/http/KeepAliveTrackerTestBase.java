package io.musher.balancer.internal.http;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Passes what a client and a target send to a {@link KeepAliveTracker}, piece by piece. */
abstract class KeepAliveTrackerTestBase {

    static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    static final String EMPTY = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    final HttpHead parser = new HttpHead();
    KeepAliveTracker keepAlive = new KeepAliveTracker();

    void reset() {
        keepAlive = new KeepAliveTracker();
    }

    boolean client(String text) {
        return keepAlive.fromClient(parser, HttpBytes.buffer(HttpBytes.bytes(text), true, 0), HttpBytes.from(0),
                HttpBytes.from(0) + text.length());
    }

    boolean target(String text) {
        return keepAlive.fromTarget(parser, HttpBytes.buffer(HttpBytes.bytes(text), true, 0), HttpBytes.from(0),
                HttpBytes.from(0) + text.length());
    }

    void assertIdle(boolean followed) {
        assertTrue(followed, "it is still followed");
        assertTrue(keepAlive.isIdle(), "and idle");
    }

    void assertBusy(boolean followed) {
        assertTrue(followed, "it is still followed");
        assertFalse(keepAlive.isIdle(), "and not idle");
    }

    static void assertOpaque(boolean followed) {
        assertFalse(followed, "it is left alone");
    }
}
