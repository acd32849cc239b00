package io.musher.ops.internal.file;

import io.musher.ops.internal.file.Node.BooleanNode;
import io.musher.ops.internal.file.Node.ListNode;
import io.musher.ops.internal.file.Node.Member;
import io.musher.ops.internal.file.Node.NullNode;
import io.musher.ops.internal.file.Node.NumberNode;
import io.musher.ops.internal.file.Node.ObjectNode;
import io.musher.ops.internal.file.Node.TextNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Parses JSON as people write it: with comments, trailing commas, single quotes and names without quotes. Everything
 * that is JSON means what it means there. Stops at the first error.
 */
final class RelaxedJson {

    /** Deeper nesting is refused, so that no file can exhaust the stack. */
    static final int MAX_DEPTH = 64;

    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

    private final String text;
    private int next;
    private int line = 1;
    private int lineStart;
    private int depth;

    private RelaxedJson(String text) {
        this.text = text;
    }

    /**
     * Parses a text.
     *
     * @throws SyntaxException at the first error
     */
    static Node parse(String text) throws SyntaxException {
        RelaxedJson parser = new RelaxedJson(text);
        if (text.startsWith("\uFEFF")) {
            parser.next++;
            parser.lineStart++;
        }
        parser.skipBlank();
        if (parser.isAtEnd()) {
            throw new SyntaxException(parser.position(), "the file is empty");
        }
        Node value = parser.value();
        parser.skipBlank();
        if (!parser.isAtEnd()) {
            throw new SyntaxException(parser.position(),
                    "unexpected " + parser.found() + " after the end of the value");
        }
        return value;
    }

    private Node value() throws SyntaxException {
        Position at = position();
        if (isAtEnd()) {
            throw new SyntaxException(at, "the file ends where a value is expected");
        }
        char c = text.charAt(next);
        if (c == '{' || c == '[') {
            if (++depth > MAX_DEPTH) {
                throw new SyntaxException(at, "more than " + MAX_DEPTH + " levels of nesting");
            }
            Node node = c == '{' ? object(at) : list(at);
            depth--;
            return node;
        }
        if (c == '"' || c == '\'') {
            return new TextNode(at, string(c));
        }
        String word = word();
        if (NUMBER.matcher(word).matches()) {
            return new NumberNode(at, word);
        }
        return switch (word) {
            case "true" -> new BooleanNode(at, true);
            case "false" -> new BooleanNode(at, false);
            case "null" -> new NullNode(at);
            case "" -> throw new SyntaxException(at, "unexpected " + found() + " where a value is expected");
            default -> throw new SyntaxException(at, word.matches("[-+.]?[0-9].*")
                    ? "\"" + word + "\" is not a number as JSON writes it"
                    : "unexpected " + word + "; a string needs quotes");
        };
    }

    private Node object(Position at) throws SyntaxException {
        Map<String, Member> members = new LinkedHashMap<>();
        next++;
        while (true) {
            skipBlank();
            Position nameAt = position();
            if (skip('}')) {
                return new ObjectNode(at, members);
            }
            String name = name(at);
            skipBlank();
            if (!skip(':')) {
                throw new SyntaxException(position(), "unexpected " + found() + " where the : after \"" + name
                        + "\" is expected");
            }
            skipBlank();
            Member before = members.putIfAbsent(name, new Member(nameAt, value()));
            if (before != null) {
                throw new SyntaxException(nameAt, "\"" + name + "\" stands here twice, first at " + before.at());
            }
            separator('}', at);
        }
    }

    private String name(Position objectAt) throws SyntaxException {
        if (isAtEnd()) {
            throw new SyntaxException(position(), "the file ends inside the object that begins at " + objectAt);
        }
        Position at = position();
        char c = text.charAt(next);
        if (c == '"' || c == '\'') {
            return string(c);
        }
        int start = next;
        if (Character.isJavaIdentifierStart(c)) {
            while (!isAtEnd() && Character.isJavaIdentifierPart(text.charAt(next))) {
                next++;
            }
            return text.substring(start, next);
        }
        throw new SyntaxException(at, "unexpected " + found() + " where a name or } is expected");
    }

    private Node list(Position at) throws SyntaxException {
        List<Node> items = new ArrayList<>();
        next++;
        while (true) {
            skipBlank();
            if (skip(']')) {
                return new ListNode(at, items);
            }
            if (isAtEnd()) {
                throw new SyntaxException(position(), "the file ends inside the list that begins at " + at);
            }
            items.add(value());
            separator(']', at);
        }
    }

    /** Skips a comma, or nothing before the closing bracket. */
    private void separator(char end, Position opened) throws SyntaxException {
        skipBlank();
        if (!skip(',') && (isAtEnd() || text.charAt(next) != end)) {
            throw new SyntaxException(position(), isAtEnd()
                    ? "the file ends inside what begins at " + opened + ": " + end + " is missing"
                    : "unexpected " + found() + " where a comma or " + end + " is expected");
        }
    }

    private String string(char quote) throws SyntaxException {
        Position at = position();
        StringBuilder content = new StringBuilder();
        next++;
        while (true) {
            if (isAtEnd() || text.charAt(next) == '\n') {
                throw new SyntaxException(at, "the string that begins here has no closing " + quote);
            }
            char c = text.charAt(next);
            if (c == quote) {
                next++;
                return content.toString();
            }
            if (c == '\\') {
                escape(content);
            } else if (c < ' ' && c != '\t') {
                throw new SyntaxException(position(), "a control character in a string: write \\u00"
                        + (c < 16 ? "0" : "") + Integer.toHexString(c));
            } else {
                content.append(c);
                next++;
            }
        }
    }

    private void escape(StringBuilder content) throws SyntaxException {
        Position at = position();
        next++;
        char c = isAtEnd() ? ' ' : text.charAt(next);
        next++;
        switch (c) {
            case '"', '\'', '\\', '/' -> content.append(c);
            case 'b' -> content.append('\b');
            case 'f' -> content.append('\f');
            case 'n' -> content.append('\n');
            case 'r' -> content.append('\r');
            case 't' -> content.append('\t');
            case 'u' -> {
                String digits = next + 4 <= text.length() ? text.substring(next, next + 4) : "";
                if (!digits.matches("[0-9a-fA-F]{4}")) {
                    throw new SyntaxException(at, "\\u needs four hexadecimal digits");
                }
                content.append((char) Integer.parseInt(digits, 16));
                next += 4;
            }
            default -> throw new SyntaxException(at, "unknown escape \\" + c + "; a backslash is written \\\\");
        }
    }

    private String word() {
        int start = next;
        while (!isAtEnd()
                && (Character.isJavaIdentifierPart(text.charAt(next)) || "+-.".indexOf(text.charAt(next)) >= 0)) {
            next++;
        }
        return text.substring(start, next);
    }

    private boolean skip(char c) {
        if (isAtEnd() || text.charAt(next) != c) {
            return false;
        }
        next++;
        return true;
    }

    /** Skips white space and comments. */
    private void skipBlank() throws SyntaxException {
        while (!isAtEnd()) {
            char c = text.charAt(next);
            if (c == '\n') {
                next++;
                line++;
                lineStart = next;
            } else if (Character.isWhitespace(c) || c == '\u00A0' || c == '\uFEFF') {
                next++;
            } else if (text.startsWith("//", next)) {
                int end = text.indexOf('\n', next);
                next = end < 0 ? text.length() : end;
            } else if (text.startsWith("/*", next)) {
                skipBlockComment();
            } else {
                return;
            }
        }
    }

    private void skipBlockComment() throws SyntaxException {
        Position at = position();
        int end = text.indexOf("*/", next + 2);
        if (end < 0) {
            throw new SyntaxException(at, "the comment that begins here has no closing */");
        }
        for (; next < end + 2; next++) {
            if (text.charAt(next) == '\n') {
                line++;
                lineStart = next + 1;
            }
        }
    }

    private String found() {
        if (isAtEnd()) {
            return "end of the file";
        }
        int c = text.codePointAt(next);
        return c < ' ' ? String.format("control character 0x%02x", c) : Character.toString(c);
    }

    private boolean isAtEnd() {
        return next >= text.length();
    }

    private Position position() {
        return new Position(line, next - lineStart + 1);
    }
}
