package io.musher.internal.message;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Parses literals, numbers and strings at a position in a JSON text. Strict, because the text is untrusted input. */
abstract class JsonTokens {

    /** The longest number, in characters: the time to parse grows with the square of the length. */
    static final int MAX_NUMBER = 1000;

    private static final double[] POWERS = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13,
            1e14, 1e15, 1e16,
            1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    private static final int EXACT_DIGITS = 15; // fits a double exactly
    private static final int LONG_DIGITS = 18;

    /** Estimated heap sizes of decoded objects, in bytes, with headers, arrays and the reference to them. */
    static final int EMPTY = 64;
    static final int LIST = 104; // with the first element
    static final int MAP = 184;
    static final int ENTRY = 52;
    static final int ELEMENT = 28;
    static final int STRING = 48;
    static final int BIG = 64;

    final byte[] in;
    final long budget;
    boolean skipping;
    private long room;
    final int end;
    final int from;
    int at;

    JsonTokens(byte[] in, int offset, int length, long budget) {
        this.budget = budget;
        this.room = budget;
        this.in = in;
        this.from = offset;
        this.at = offset;
        this.end = offset + length;
    }

    /**
     * Charges the memory of a decoded object against the budget; two bytes of text may become a value of a hundred
     * bytes.
     */
    void charge(long bytes) {
        if (!skipping && (room -= bytes) < 0) {
            throw new MappingException("the message of " + (end - from) + " bytes would take more than "
                    + (budget >> 10) + " KiB when it is decoded, a quarter"
                    + " of this JVM's heap; send less at once, send it as a byte[], or give this JVM a larger heap"
                    + " (-Xmx)");
        }
    }

    MappingException malformed(String what) {
        return new MappingException("not JSON: " + what + " at byte " + (at - from));
    }

    /** Skips white space. {@return the next byte, not consumed, or 0 at the end} */
    byte peek() {
        while (at < end) {
            byte b = in[at];
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return b;
            }
            at++;
        }
        return 0;
    }

    boolean bool() {
        if (in[at] == 't') {
            literal("true");
            return true;
        }
        literal("false");
        return false;
    }

    void literal(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (at + i >= end || in[at + i] != word.charAt(i)) {
                throw malformed("'" + word + "' was expected");
            }
        }
        at += word.length();
    }

    // ---- numbers

    boolean isNumber() {
        byte b = peek();
        return b == '-' || b >= '0' && b <= '9';
    }

    Number number() {
        int start = at;
        boolean integer = scan();
        int length = at - start;
        if (!integer) {
            return decimal(start, length);
        } else if (length <= LONG_DIGITS) {
            return integer(start, at);
        }
        charge(BIG + length);
        BigInteger large = new BigInteger(ascii(start, length));
        return large.bitLength() < Long.SIZE ? (Number) large.longValue() : large;
    }

    double decimal() {
        int start = at;
        boolean integer = scan();
        return integer && at - start <= EXACT_DIGITS ? integer(start, at) : decimal(start, at - start);
    }

    BigDecimal exactly() {
        int start = at;
        scan();
        return new BigDecimal(ascii(start, at - start));
    }

    /** Consumes a number. {@return whether it has neither fraction nor exponent} */
    private boolean scan() {
        int start = at;
        if (byteAt(at) == '-') {
            at++;
        }
        if (byteAt(at) == '0') {
            at++;
        } else {
            digits();
        }
        boolean integer = true;
        if (byteAt(at) == '.') {
            integer = false;
            at++;
            digits();
        }
        if ((byteAt(at) | 32) == 'e') {
            integer = false;
            at++;
            if (byteAt(at) == '+' || byteAt(at) == '-') {
                at++;
            }
            digits();
        }
        if (at - start > MAX_NUMBER) {
            throw malformed("a number of more than " + MAX_NUMBER + " characters");
        }
        return integer;
    }

    private void digits() {
        int first = at;
        while (byteAt(at) >= '0' && byteAt(at) <= '9') {
            at++;
        }
        if (at == first) {
            throw malformed(at < end ? "a digit was expected" : "a digit was expected, not the end");
        }
    }

    private byte byteAt(int index) {
        return index < end ? in[index] : 0;
    }

    private long integer(int start, int to) {
        boolean negative = in[start] == '-';
        long value = 0;
        for (int i = negative ? start + 1 : start; i < to; i++) {
            value = value * 10 + in[i] - '0';
        }
        return negative ? -value : value;
    }

    /** Parses a decimal number. With few digits and no exponent, a single division is exact; else the JDK parses it. */
    private double decimal(int start, int length) {
        long mantissa = 0;
        int digits = 0;
        int fraction = 0;
        boolean point = false;
        boolean negative = in[start] == '-';
        for (int i = negative ? start + 1 : start; i < start + length; i++) {
            byte b = in[i];
            if (b == '.') {
                point = true;
            } else if (b < '0' || b > '9' || ++digits > EXACT_DIGITS) {
                digits = Integer.MAX_VALUE;
                break;
            } else {
                mantissa = mantissa * 10 + b - '0';
                fraction += point ? 1 : 0;
            }
        }
        if (digits <= EXACT_DIGITS && fraction < POWERS.length) {
            double value = mantissa / POWERS[fraction];
            return negative ? -value : value;
        }
        double value = Double.parseDouble(ascii(start, length));
        if (Double.isInfinite(value)) {
            throw malformed("a number beyond a double");
        }
        return value;
    }

    private String ascii(int start, int length) {
        return new String(in, start, length, StandardCharsets.ISO_8859_1);
    }

    // ---- strings

    String string() {
        int start = ++at;
        boolean plain = true;
        while ((at = JsonStringScanner.end(in, at, end)) < end) {
            byte b = in[at];
            if (b == '"') {
                charge(STRING + (plain ? at - start : 2L * (at - start)));
                String text = plain ? ascii(start, at - start) : utf8(start, at);
                at++;
                return text;
            } else if (b == '\\') {
                return escaped(start);
            } else if (b >= 0) {
                throw malformed("a control character in a string");
            }
            plain = false;
            at++;
        }
        throw malformed("a string without its end");
    }

    private String escaped(int start) {
        StringBuilder text = new StringBuilder(utf8(start, at));
        charge(STRING + 2L * (at - start));
        while (at < end) {
            byte b = in[at];
            if (b == '"') {
                at++;
                return text.toString();
            } else if (b == '\\') {
                at++;
                text.append(escape());
            } else {
                int first = at;
                while (at < end && in[at] != '"' && in[at] != '\\') {
                    if (in[at] >= 0 && in[at] < 0x20) {
                        throw malformed("a control character in a string");
                    }
                    at++;
                }
                charge(2L * (at - first));
                text.append(utf8(first, at));
            }
        }
        throw malformed("a string without its end");
    }

    private char escape() {
        byte b = byteAt(at++);
        return switch (b) {
            case '"', '\\', '/' -> (char) b;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> hex();
            default -> throw malformed("an unknown escape");
        };
    }

    private char hex() {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(byteAt(at++), 16);
            if (digit < 0) {
                throw malformed("four hexadecimal digits were expected");
            }
            value = value << 4 | digit;
        }
        return (char) value;
    }

    private String utf8(int start, int to) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(in, start, to - start)).toString();
        } catch (CharacterCodingException e) {
            throw malformed("a string that is not UTF-8, ending");
        }
    }
}
