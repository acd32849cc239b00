package io.musher.balancer.internal.http;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Parser for the head of one HTTP/1.1 message; reads only what determines where the message ends and whether the
 * connection persists.
 *
 * <p>Reused, one per event loop: {@link #parse} fills the fields. Strict on purpose: unusual messages (bare line feeds,
 * folded lines, both kinds of length, HTTP/1.0, an answer with {@code Connection: close}) are {@link #OPAQUE}, and such
 * a connection is never moved. Neither is one with an NTLM or Negotiate login, which belongs to the connection and not
 * to a request. The buffer must have native byte order; line ends are found eight bytes at a time.
 */
public final class HttpHead {

    /** The buffer ends before the head does. */
    static final int INCOMPLETE = -1;
    /** The end of the message cannot be determined for certain. */
    static final int OPAQUE = -2;

    private static final byte[] CONTENT_LENGTH = "content-length".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TRANSFER_ENCODING = "transfer-encoding".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CONNECTION = "connection".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] VERSION = "http/1.1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CHUNKED = "chunked".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CONNECT = "connect ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] HEAD = "head ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CLOSE = "close".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] UPGRADE = "upgrade".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] WWW_AUTHENTICATE = "www-authenticate".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PROXY_AUTHENTICATE = "proxy-authenticate".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] AUTHORIZATION = "authorization".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PROXY_AUTHORIZATION = "proxy-authorization".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NTLM = "ntlm".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NEGOTIATE = "negotiate".getBytes(StandardCharsets.US_ASCII);
    private static final long LINE_FEEDS = 0x0A0A0A0A0A0A0A0AL;
    private static final long ONES = 0x0101010101010101L;
    private static final int MAX_METHOD = 20;

    /**
     * The most bytes of incomplete heads that all connections of a loop may hold; beyond that, connections become
     * opaque.
     */
    static final int MAX_GATHERED = 2 << 20;

    /** Bytes of incomplete heads held now. */
    int gathered;

    /** The content length, -1 if the head has none. */
    long length;
    boolean chunked;
    /** The status code of a response. */
    int status;
    /** Whether the request is HEAD, whose answer has no body. */
    boolean isHeadRequest;
    /** Whether a request has {@code Connection: close}: it is the last one on this connection. */
    boolean close;
    private boolean upgrade;

    /** {@return how many bytes of incomplete heads are held now} */
    public int gathered() {
        return gathered;
    }

    /**
     * Parses a head.
     *
     * @return the position of the first byte after the empty line, {@link #INCOMPLETE} or {@link #OPAQUE}
     */
    int parse(ByteBuffer in, int from, int to, boolean request) {
        length = -1;
        chunked = false;
        isHeadRequest = false;
        close = false;
        upgrade = false;
        status = 0;
        int end = lineEnd(in, from, to);
        if (end < 0) {
            return end == OPAQUE || request && !mayStartRequest(in, from, to) ? OPAQUE : INCOMPLETE;
        }
        if (!(request ? requestLine(in, from, end) : statusLine(in, from, end))) {
            return OPAQUE;
        }
        for (int line = end + 2;; line = end + 2) {
            end = lineEnd(in, line, to);
            if (end < 0) {
                return end;
            }
            if (end == line) {
                return chunked && length >= 0 || close && (upgrade || !request) ? OPAQUE : line + 2;
            }
            if (!header(in, line, end)) {
                return OPAQUE;
            }
        }
    }

    /** {@return the position of the line's CR, INCOMPLETE, or OPAQUE for a line feed without CR} */
    private static int lineEnd(ByteBuffer in, int from, int to) {
        int at = from;
        for (; at + 8 <= to; at += 8) {
            long word = in.getLong(at) ^ LINE_FEEDS;
            long zero = word - ONES & ~word & ONES << 7;
            if (zero != 0) {
                at += (in.order() == ByteOrder.LITTLE_ENDIAN
                        ? Long.numberOfTrailingZeros(zero) : Long.numberOfLeadingZeros(zero)) >>> 3;
                break;
            }
        }
        // the borrow of the subtraction may mark a wrong byte, which matters if big-endian: check the byte itself
        while (at < to && in.get(at) != '\n') {
            at++;
        }
        if (at >= to) {
            return INCOMPLETE;
        }
        return at > from && in.get(at - 1) == '\r' ? at - 1 : OPAQUE;
    }

    /**
     * {@return false if the first bytes show that this is no request (TLS, binary), before a whole line has arrived}
     */
    private static boolean mayStartRequest(ByteBuffer in, int from, int to) {
        for (int at = from; at < to; at++) {
            byte b = in.get(at);
            if (b == ' ') {
                return at > from;
            }
            if (b < 'A' || b > 'Z' || at - from >= MAX_METHOD) {
                return false;
            }
        }
        return true;
    }

    /** Parses METHOD SP target SP HTTP/1.1; rejects CONNECT, which opens a tunnel. */
    private boolean requestLine(ByteBuffer in, int from, int end) {
        if (end - from < 14 || !mayStartRequest(in, from, end) || in.get(end - 9) != ' '
                || !equalsIgnoringCase(VERSION, in, end - 8)) {
            return false;
        }
        isHeadRequest = equalsIgnoringCase(HEAD, in, from);
        return !equalsIgnoringCase(CONNECT, in, from);
    }

    /** Parses HTTP/1.1 SP three digits. */
    private boolean statusLine(ByteBuffer in, int from, int end) {
        if (end - from < 12 || !equalsIgnoringCase(VERSION, in, from) || in.get(from + 8) != ' ') {
            return false;
        }
        for (int at = from + 9; at < from + 12; at++) {
            int digit = in.get(at) - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            status = status * 10 + digit;
        }
        return status >= 100 && (end == from + 12 || in.get(from + 12) == ' ');
    }

    private boolean header(ByteBuffer in, int from, int end) {
        switch (in.get(from)) {
            case ' ', '\t' -> {
                return false;
            }
            case 'C', 'c' -> {
                if (isNamed(CONTENT_LENGTH, in, from, end)) {
                    return contentLength(in, from + CONTENT_LENGTH.length, end);
                }
                return !isNamed(CONNECTION, in, from, end) || connection(in, from + CONNECTION.length, end);
            }
            case 'T', 't' -> {
                if (!isNamed(TRANSFER_ENCODING, in, from, end)) {
                    return true;
                }
                int colon = from + TRANSFER_ENCODING.length;
                int value = skipBlanks(in, colon + 1, end);
                boolean first = !chunked;
                chunked = true;
                return first && in.get(colon) == ':' && end - value == CHUNKED.length
                        && equalsIgnoringCase(CHUNKED, in, value);
            }
            case 'A', 'a' -> {
                return !isLogin(AUTHORIZATION, in, from, end);
            }
            case 'P', 'p' -> {
                return !isLogin(PROXY_AUTHENTICATE, in, from, end) && !isLogin(PROXY_AUTHORIZATION, in, from, end);
            }
            case 'W', 'w' -> {
                return !isLogin(WWW_AUTHENTICATE, in, from, end);
            }
            default -> {
                return true;
            }
        }
    }

    /**
     * {@return whether this header offers or makes a login that belongs to the connection; a match within a quoted
     * string counts, which does no harm}
     */
    private static boolean isLogin(byte[] name, ByteBuffer in, int from, int end) {
        int colon = from + name.length;
        return isNamed(name, in, from, end)
                && (in.get(colon) != ':' || listContains(NTLM, in, colon + 1, end, true)
                        || listContains(NEGOTIATE, in, colon + 1, end, true));
    }

    private boolean contentLength(ByteBuffer in, int colon, int end) {
        int at = skipBlanks(in, colon + 1, end);
        if (length >= 0 || in.get(colon) != ':' || at == end || end - at > 18) {
            return false;
        }
        long value = 0;
        for (; at < end; at++) {
            int digit = in.get(at) - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            value = value * 10 + digit;
        }
        length = value;
        return true;
    }

    private boolean connection(ByteBuffer in, int colon, int end) {
        close |= listContains(CLOSE, in, colon + 1, end, false);
        upgrade |= listContains(UPGRADE, in, colon + 1, end, false);
        return in.get(colon) == ':';
    }

    /**
     * {@return whether a comma-separated list (RFC 9110, 5.6.1) has this element; blanks around it are ignored}
     *
     * @param first whether to compare only the first word of an element
     */
    private static boolean listContains(byte[] lower, ByteBuffer in, int from, int end, boolean first) {
        for (int at = from; at < end;) {
            int start = skipBlanks(in, at, end);
            int comma = start;
            while (comma < end && in.get(comma) != ',') {
                comma++;
            }
            int stop = first ? start : comma;
            while (first && stop < comma && !isBlank(in.get(stop))) {
                stop++;
            }
            while (!first && stop > start && isBlank(in.get(stop - 1))) {
                stop--;
            }
            if (stop - start == lower.length && equalsIgnoringCase(lower, in, start)) {
                return true;
            }
            at = comma + 1;
        }
        return false;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    private static int skipBlanks(ByteBuffer in, int from, int end) {
        int at = from;
        while (at < end && isBlank(in.get(at))) {
            at++;
        }
        return at;
    }

    /**
     * {@return whether the line has this header name, also with a blank before the colon, which some servers accept}
     */
    private static boolean isNamed(byte[] lower, ByteBuffer in, int from, int end) {
        if (end - from <= lower.length) {
            return false;
        }
        byte after = in.get(from + lower.length);
        return (after == ':' || after == ' ' || after == '\t') && equalsIgnoringCase(lower, in, from);
    }

    /** Compares, ignoring case. */
    private static boolean equalsIgnoringCase(byte[] lower, ByteBuffer in, int from) {
        for (int i = 0; i < lower.length; i++) {
            byte b = in.get(from + i);
            if (b != lower[i] && !(b >= 'A' && b <= 'Z' && b + 32 == lower[i])) {
                return false;
            }
        }
        return true;
    }
}
