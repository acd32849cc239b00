package io.musher.internal.message;

import io.musher.balancer.loop.Nullable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parses lists, objects and values at a position in a JSON text, with a limit on the nesting depth. */
final class JsonCursor extends JsonTokens {

    private int depth;

    JsonCursor(byte[] in, int offset, int length, long budget) {
        super(in, offset, length, budget);
    }

    // ---- structure

    void finish() {
        if (peek() != 0 || at < end) {
            throw malformed("something after the value");
        }
    }

    /** Enters a list or object. {@return whether it has elements; if not, the closing bracket is consumed} */
    boolean begin(char open, char close) {
        expect(open);
        if (++depth > JsonWriter.MAX_DEPTH) {
            throw malformed("nested deeper than " + JsonWriter.MAX_DEPTH);
        }
        if (peek() == close) {
            at++;
            depth--;
            charge(EMPTY);
            return false;
        }
        charge(open == '{' ? MAP : LIST);
        return true;
    }

    /** Moves on after an element. {@return whether another one follows; if not, the closing bracket is consumed} */
    boolean more(char close) {
        byte b = peek();
        if (b == ',') {
            charge(close == '}' ? ENTRY : ELEMENT);
            at++;
            peek();
            return true;
        }
        expect(close);
        depth--;
        return false;
    }

    void expect(char expected) {
        if (peek() != expected || at >= end) {
            throw malformed("'" + expected + "' was expected" + (at < end ? "" : ", not the end"));
        }
        at++;
    }

    /** Consumes the name of an object member and its colon, if the next name is this one. {@return whether it is} */
    boolean takeName(byte[] quoted) {
        if (quoted.length > end - at || in[at + quoted.length - 1] != '"') {
            return false;
        }
        for (int i = 0; i < quoted.length; i++) {
            if (in[at + i] != quoted[i]) {
                return false;
            }
        }
        at += quoted.length;
        expect(':');
        return true;
    }

    String name() {
        if (peek() != '"') {
            throw malformed("a name in quotes was expected");
        }
        String name = string();
        expect(':');
        return name;
    }

    // ---- values

    @Nullable
    Object value() {
        switch (peek()) {
            case '{' -> {
                Map<String, Object> map = new LinkedHashMap<>();
                for (boolean more = begin('{', '}'); more; more = more('}')) {
                    map.put(name(), value());
                }
                return map;
            }
            case '[' -> {
                List<Object> list = new ArrayList<>();
                for (boolean more = begin('[', ']'); more; more = more(']')) {
                    list.add(value());
                }
                return list;
            }
            case '"' -> {
                return string();
            }
            case 't', 'f' -> {
                return bool();
            }
            case 'n' -> {
                literal("null");
                return null;
            }
            default -> {
                if (!isNumber()) {
                    throw malformed(at < end ? "a value was expected" : "a value was expected, not the end");
                }
                return number();
            }
        }
    }

    /** Parses a value without keeping it, so that it is not charged. */
    void skip() {
        boolean before = skipping;
        skipping = true; // not reset after an exception: a failed cursor is not used again
        skipValue();
        skipping = before;
    }

    private void skipValue() {
        switch (peek()) {
            case '{' -> {
                for (boolean more = begin('{', '}'); more; more = more('}')) {
                    name();
                    skip();
                }
            }
            case '[' -> {
                for (boolean more = begin('[', ']'); more; more = more(']')) {
                    skip();
                }
            }
            default -> value();
        }
    }

    boolean isNull() {
        if (peek() != 'n') {
            return false;
        }
        literal("null");
        return true;
    }

    /** Consumes the next value. {@return its description for an error message} */
    String describe() {
        byte first = peek();
        return switch (first) {
            case '{' -> "an object";
            case '[' -> "a list";
            case '"' -> quote(string());
            default -> String.valueOf(value());
        };
    }

    /** {@return a text in quotes for an error message, truncated} */
    static String quote(String text) {
        return '"' + (text.length() > 60 ? text.substring(0, 60) + "…" : text) + '"';
    }
}
