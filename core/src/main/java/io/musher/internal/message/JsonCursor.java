package io.musher.internal.message;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A place in a JSON text, and the lists, objects and values that can be read there; bounded in depth. */
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

    /** Goes into a list or object. {@return whether it has something in it} */
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

    /** After an element. {@return whether another one follows; if not, it is behind the closing bracket} */
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

    /** Takes a member's name and the colon, if it is this one. */
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

    /** Reads something and forgets it. */
    void skip() {
        boolean before = skipping;
        skipping = true; // or has failed, and is not used any more
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

    /** {@return what comes next, in a few words, for an error; reads it} */
    String describe() {
        byte first = peek();
        return switch (first) {
            case '{' -> "an object";
            case '[' -> "a list";
            case '"' -> quote(string());
            default -> String.valueOf(value());
        };
    }

    /** {@return a text for an error, shortened} */
    static String quote(String text) {
        return '"' + (text.length() > 60 ? text.substring(0, 60) + "…" : text) + '"';
    }
}
