package io.musher.it;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parses the JSON that Musher answers; strict enough to notice a broken answer. */
final class Answers {

    private final String text;
    private int next;

    private Answers(String text) {
        this.text = text;
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(String text) {
        Answers parser = new Answers(text);
        Object value = parser.value();
        if (parser.next != text.length()) {
            throw new AssertionError("more than one value: " + text);
        }
        return (Map<String, Object>) value;
    }

    /** The processes of a status. */
    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> processes(Map<String, Object> status) {
        return (List<Map<String, Object>>) status.get("processes");
    }

    /** The workers of a process. */
    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> workers(Map<String, Object> process) {
        return (List<Map<String, Object>>) process.get("workers");
    }

    private Object value() {
        char c = text.charAt(next);
        return switch (c) {
            case '{' -> members();
            case '[' -> items();
            case '"' -> string();
            default -> word();
        };
    }

    private Map<String, Object> members() {
        Map<String, Object> members = new LinkedHashMap<>();
        next++;
        while (text.charAt(next) != '}') {
            String name = string();
            expect(':');
            members.put(name, value());
            if (text.charAt(next) != '}') {
                expect(',');
            }
        }
        next++;
        return members;
    }

    private List<Object> items() {
        List<Object> items = new ArrayList<>();
        next++;
        while (text.charAt(next) != ']') {
            items.add(value());
            if (text.charAt(next) != ']') {
                expect(',');
            }
        }
        next++;
        return items;
    }

    private String string() {
        expect('"');
        StringBuilder string = new StringBuilder();
        while (text.charAt(next) != '"') {
            char c = text.charAt(next++);
            if (c == '\\') {
                c = text.charAt(next++);
                if (c == 'u') {
                    c = (char) Integer.parseInt(text.substring(next, next + 4), 16);
                    next += 4;
                } else {
                    c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
                }
            }
            string.append(c);
        }
        next++;
        return string.toString();
    }

    private Object word() {
        int start = next;
        while (next < text.length() && ",]}".indexOf(text.charAt(next)) < 0) {
            next++;
        }
        String word = text.substring(start, next);
        return switch (word) {
            case "null" -> null;
            case "true" -> true;
            case "false" -> false;
            default -> word.contains(".") ? (Object) Double.valueOf(word) : (Object) Long.valueOf(word);
        };
    }

    private void expect(char c) {
        if (text.charAt(next++) != c) {
            throw new AssertionError("expected " + c + " at " + (next - 1) + ": " + text);
        }
    }
}
