package io.musher.balancer.internal.http;

import io.musher.balancer.loop.Nullable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Tracks the message framing in one direction of an HTTP/1.1 connection: between two messages, in a head, in a body of
 * known length or in chunks. Copies nothing but the beginning of a head that arrives in pieces.
 */
final class HttpMessageTracker {

    private static final int MAX_HEAD = 16 * 1024;

    private enum Position {
        HEAD, BODY, CHUNK_SIZE, CHUNK_EXTENSION, CHUNK_DATA, CHUNK_END, TRAILER, TRAILER_LINE
    }

    private Position position = Position.HEAD;
    private boolean sizeSeen;
    private boolean lastWasReturn; // the last byte of a chunk's or trailer's line was a CR
    private long left;
    private @Nullable ByteBuffer head;

    /** {@return whether the last message has ended and no byte of the next has come} */
    boolean isBetweenMessages() {
        return position == Position.HEAD && head == null;
    }

    /** {@return whether the next byte belongs to a head} */
    boolean isInHead() {
        return position == Position.HEAD;
    }

    /**
     * Parses the next bytes of a head.
     *
     * @return the end of the head in {@code in}, {@link HttpHead#INCOMPLETE} (all bytes are consumed) or
     *     {@link HttpHead#OPAQUE}
     */
    int head(HttpHead parser, ByteBuffer in, int from, int to, boolean request) {
        if (head == null) {
            int end = parser.parse(in, from, to, request);
            if (end == HttpHead.INCOMPLETE) {
                return gather(parser, in, from, to);
            }
            return end;
        }
        int before = head.position();
        if (gather(parser, in, from, to) == HttpHead.OPAQUE) {
            return HttpHead.OPAQUE;
        }
        if (!hasLineFeed(in, from, to)) {
            return HttpHead.INCOMPLETE; // avoids parsing from the beginning for every byte of a slow sender
        }
        int end = parser.parse(head, 0, head.position(), request);
        if (end >= 0) {
            releaseHead(parser);
            return from + end - before;
        }
        return end;
    }

    /** Releases the buffered part of a head. */
    void releaseHead(HttpHead parser) {
        if (head != null) {
            parser.gathered -= head.capacity();
            head = null;
        }
    }

    private static boolean hasLineFeed(ByteBuffer in, int from, int to) {
        for (int i = from; i < to; i++) {
            if (in.get(i) == '\n') {
                return true;
            }
        }
        return false;
    }

    private int gather(HttpHead parser, ByteBuffer in, int from, int to) {
        int had = head == null ? 0 : head.position();
        int need = had + to - from;
        if (need > MAX_HEAD) {
            return HttpHead.OPAQUE;
        }
        if (head == null || head.capacity() < need) {
            int size = Math.max(512, Math.min(MAX_HEAD, 2 * need));
            if (parser.gathered + size > HttpHead.MAX_GATHERED) {
                return HttpHead.OPAQUE;
            }
            ByteBuffer larger = ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
            if (head != null) {
                larger.put(head.flip());
            }
            releaseHead(parser);
            head = larger;
            parser.gathered += larger.capacity();
        }
        head.put(had, in, from, to - from).position(need);
        return HttpHead.INCOMPLETE;
    }

    /** Expects a body of this length after a head. */
    void expectBody(long bytes) {
        left = bytes;
        position = bytes == 0 ? Position.HEAD : Position.BODY;
    }

    /** Expects a chunk. */
    void expectChunks() {
        left = 0;
        sizeSeen = false;
        position = Position.CHUNK_SIZE;
    }

    /**
     * Skips bytes of the body.
     *
     * @return the position after the body, {@code to} if the body continues, or {@link HttpHead#OPAQUE} if it is
     *     malformed
     */
    int body(ByteBuffer in, int from, int to) {
        int i = from;
        while (i < to && position != Position.HEAD) {
            if (position == Position.BODY || position == Position.CHUNK_DATA) {
                long skipped = Math.min(left, to - i);
                i += (int) skipped;
                left -= skipped;
                if (left == 0) {
                    position = position == Position.BODY ? Position.HEAD : Position.CHUNK_END;
                }
            } else if (!chunkByte(in.get(i++))) {
                return HttpHead.OPAQUE;
            }
        }
        return i;
    }

    /**
     * Consumes a byte of a chunk's size line, of the line end after its data, or of the trailer after the last chunk.
     *
     * @return false if it is malformed
     */
    private boolean chunkByte(byte b) {
        int digit = position == Position.CHUNK_SIZE ? Character.digit(b, 16) : -1;
        if (digit >= 0) {
            sizeSeen = true;
            left = left << 4 | digit;
            return left < 1L << 56;
        }
        boolean afterReturn = lastWasReturn;
        boolean bare = b == '\n' && !afterReturn; // servers disagree whether a bare line feed ends the line
        lastWasReturn = b == '\r';
        switch (position) {
            case CHUNK_SIZE -> {
                position = Position.CHUNK_EXTENSION;
                return sizeSeen && (b == '\r' || b == ';' || b == ' ' || b == '\t');
            }
            case CHUNK_EXTENSION -> {
                if (b == '\n') {
                    position = left == 0 ? Position.TRAILER : Position.CHUNK_DATA;
                }
            }
            case CHUNK_END -> {
                if (afterReturn && b == '\n') {
                    expectChunks();
                    return true;
                }
                return !afterReturn && b == '\r';
            }
            case TRAILER -> { // at the start of a line
                if (b == '\n') {
                    position = Position.HEAD;
                } else if (b != '\r') {
                    position = Position.TRAILER_LINE;
                }
            }
            default -> {
                if (b == '\n') {
                    position = Position.TRAILER;
                }
            }
        }
        return !bare;
    }
}
