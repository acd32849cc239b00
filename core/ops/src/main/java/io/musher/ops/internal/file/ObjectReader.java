package io.musher.ops.internal.file;

import io.musher.ops.internal.file.Node.BooleanNode;
import io.musher.ops.internal.file.Node.ListNode;
import io.musher.ops.internal.file.Node.Member;
import io.musher.ops.internal.file.Node.NullNode;
import io.musher.ops.internal.file.Node.NumberNode;
import io.musher.ops.internal.file.Node.ObjectNode;
import io.musher.ops.internal.file.Node.TextNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/**
 * Reads the members of one object. Each method takes a key, checks its value and returns it, empty if the key is absent
 * or wrong; wrong values are added to the {@link Problems}. The keys that were asked for are those that exist: after
 * the last one, {@link #end()} reports all others.
 */
final class ObjectReader {

    private static final BigDecimal THOUSAND = BigDecimal.valueOf(1_000);
    /** Ten years, so that sums of times cannot overflow. */
    private static final BigDecimal MAX_SECONDS = BigDecimal.valueOf(10L * 365 * 24 * 3_600);

    private final ObjectNode node;
    private final String path;
    private final Problems problems;
    private final Set<String> known = new LinkedHashSet<>();

    ObjectReader(ObjectNode node, String path, Problems problems) {
        this.node = node;
        this.path = path;
        this.problems = problems;
    }

    Position at() {
        return node.at();
    }

    /** {@return the path of the object; empty for the root} */
    String path() {
        return path;
    }

    /** {@return the path of a member, as error messages name it} */
    String path(String key) {
        Member member = node.members().get(key);
        if (member != null && !member.path().isEmpty()) {
            return member.path();
        }
        String name = key.matches("[A-Za-z_$][A-Za-z0-9_$]*") ? key : "\"" + key + "\"";
        return path.isEmpty() ? name : path + "." + name;
    }

    boolean has(String key) {
        return node.members().containsKey(key);
    }

    Set<String> keys() {
        return node.members().keySet();
    }

    /** {@return where the key stands; the object's own position if it is absent} */
    Position at(String key) {
        Member member = node.members().get(key);
        return member == null ? node.at() : member.at();
    }

    void problem(String key, String text) {
        problems.add(at(key), path(key), text);
    }

    /** Adds a problem of the object itself, such as a missing key. */
    void problem(String text) {
        problems.add(node.at(), path, text);
    }

    Problems problems() {
        return problems;
    }

    /** Takes any value; null counts as absent. */
    Optional<Node> any(String key) {
        known.add(key);
        Member member = node.members().get(key);
        return member == null || member.value() instanceof NullNode ? Optional.empty() : Optional.of(member.value());
    }

    /** Accepts a key of other process managers that has no effect here. */
    void ignore(String key, String why) {
        any(key).ifPresent(value -> problems.ignore(path(key), why));
    }

    /** Refuses a key of other process managers, with what to do instead. */
    void refuse(String key, String cure) {
        any(key).ifPresent(value -> problem(key, cure));
    }

    Optional<String> text(String key) {
        return any(key).flatMap(value -> text(value, path(key)));
    }

    /** Takes a text of which a function makes a value; its {@link IllegalArgumentException} is the problem's text. */
    <T> Optional<T> text(String key, Function<String, T> parser) {
        return any(key).flatMap(value -> text(value, path(key)).flatMap(text -> {
            try {
                return Optional.of(parser.apply(text));
            } catch (IllegalArgumentException e) {
                problems.add(value.at(), path(key), Messages.of(e));
                return Optional.empty();
            }
        }));
    }

    private Optional<String> text(Node value, String where) {
        if (!(value instanceof TextNode node)) {
            return wrong(value, where, "a string");
        }
        if (node.text().isBlank()) {
            problems.add(value.at(), where, "is empty");
            return Optional.empty();
        }
        if (node.text().indexOf('\0') >= 0) {
            problems.add(value.at(), where, "contains a NUL character");
            return Optional.empty();
        }
        return Optional.of(node.text());
    }

    /** Takes one of some words. */
    Optional<String> word(String key, String... words) {
        return text(key, text -> {
            if (!List.of(words).contains(text)) {
                throw new IllegalArgumentException("\"" + text + "\" is none of " + String.join(", ", words)
                        + NearestName.of(text, List.of(words)).map(near -> "; did you mean \"" + near + "\"?")
                                .orElse(""));
            }
            return text;
        });
    }

    Optional<Boolean> flag(String key) {
        return any(key).flatMap(value -> value instanceof BooleanNode node
                ? Optional.of(node.value())
                : wrong(value, path(key), "true or false"));
    }

    OptionalInt integer(String key, int min, int max) {
        OptionalLong number = number(key, min, max);
        return number.isPresent() ? OptionalInt.of((int) number.getAsLong()) : OptionalInt.empty();
    }

    OptionalLong number(String key, long min, long max) {
        Optional<Node> value = any(key);
        if (value.isEmpty()) {
            return OptionalLong.empty();
        }
        String expected = "a whole number from " + min + " to " + max;
        if (!(value.get() instanceof NumberNode node)) {
            wrong(value.get(), path(key), expected);
            return OptionalLong.empty();
        }
        if (!node.digits().matches("-?[0-9]{1,18}") || Long.parseLong(node.digits()) < min
                || Long.parseLong(node.digits()) > max) {
            problems.add(node.at(), path(key), "is " + node.digits() + ", expected " + expected);
            return OptionalLong.empty();
        }
        return OptionalLong.of(Long.parseLong(node.digits()));
    }

    /** Takes a time in seconds, fractions included. */
    Optional<Duration> seconds(String key, int min) {
        Optional<Node> value = any(key);
        String expected = "a number of seconds, at least " + min;
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (!(value.get() instanceof NumberNode node)) {
            return wrong(value.get(), path(key), expected);
        }
        // no exponents: 1e999999999 would be a number of gigabytes
        BigDecimal number = node.digits().matches("[0-9.]{1,20}") ? new BigDecimal(node.digits()) : null;
        if (number == null || number.compareTo(BigDecimal.valueOf(min)) < 0 || number.compareTo(MAX_SECONDS) > 0) {
            problems.add(node.at(), path(key), "is " + node.digits() + ", expected " + expected);
            return Optional.empty();
        }
        return Optional.of(Duration.ofMillis(number.multiply(THOUSAND).longValue()));
    }

    /** Takes a list of strings. */
    Optional<List<String>> texts(String key) {
        return any(key).flatMap(value -> {
            if (!(value instanceof ListNode list)) {
                return wrong(value, path(key), "a list of strings");
            }
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < list.items().size(); i++) {
                Node item = list.items().get(i);
                if (item instanceof TextNode text && text.text().indexOf('\0') < 0) {
                    texts.add(text.text());
                } else {
                    wrong(item, path(key) + "[" + i + "]", "a string");
                }
            }
            return Optional.of(List.copyOf(texts));
        });
    }

    /** Takes an object of strings; numbers and booleans count as the strings that they are written as. */
    Map<String, String> variables(String key) {
        Map<String, String> variables = new LinkedHashMap<>();
        object(key).ifPresent(object -> object.node.members().forEach((name, member) -> {
            if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
                object.problem(name, "is no name of an environment variable");
            } else if (member.value() instanceof TextNode text && text.text().indexOf('\0') < 0) {
                variables.put(name, text.text());
            } else if (member.value() instanceof NumberNode number) {
                variables.put(name, number.digits());
            } else if (member.value() instanceof BooleanNode flag) {
                variables.put(name, Boolean.toString(flag.value()));
            } else {
                wrong(member.value(), object.path(name), "a string, a number or a boolean");
            }
        }));
        return variables;
    }

    Optional<ObjectReader> object(String key) {
        return any(key).flatMap(value -> object(value, path(key)));
    }

    /** Takes a list of objects. */
    List<ObjectReader> objects(String key) {
        List<ObjectReader> objects = new ArrayList<>();
        any(key).ifPresent(value -> {
            if (!(value instanceof ListNode list)) {
                wrong(value, path(key), "a list");
                return;
            }
            for (int i = 0; i < list.items().size(); i++) {
                object(list.items().get(i), path(key) + "[" + i + "]").ifPresent(objects::add);
            }
        });
        return objects;
    }

    private Optional<ObjectReader> object(Node value, String where) {
        return value instanceof ObjectNode object
                ? Optional.of(new ObjectReader(object, where, problems))
                : wrong(value, where, "an object");
    }

    /** Reports a value of the wrong kind. */
    <T> Optional<T> wrong(Node value, String where, String expected) {
        problems.add(value.at(), where, "is " + value.kind() + ", expected " + expected);
        return Optional.empty();
    }

    /** Reports the keys that nothing has asked for. */
    void end() {
        node.members().forEach((name, member) -> {
            if (!known.contains(name)) {
                problems.add(member.at(), path(name), "unknown key" + NearestName.of(name, known)
                        .map(near -> "; did you mean \"" + near + "\"?").orElse(""));
            }
        });
    }
}
