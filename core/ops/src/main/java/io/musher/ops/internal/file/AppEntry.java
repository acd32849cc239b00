package io.musher.ops.internal.file;

import io.musher.ops.internal.file.Node.ListNode;
import io.musher.ops.internal.file.Node.Member;
import io.musher.ops.internal.file.Node.NumberNode;
import io.musher.ops.internal.file.Node.ObjectNode;
import io.musher.ops.internal.file.Node.TextNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The entry of {@code processes} that one of PM2's {@code apps} becomes, built from the values of its keys. */
final class AppEntry {

    private static final Pattern TIME = Pattern.compile("([0-9]{1,9})(h|m|s|ms)?");

    private final ObjectReader from;
    private final Map<String, Member> members = new LinkedHashMap<>();

    AppEntry(ObjectReader from) {
        this.from = from;
    }

    /** Takes a time as a number of milliseconds, or as PM2's texts such as "3s". */
    OptionalLong milliseconds(String key) {
        if (from.any(key).filter(TextNode.class::isInstance).isPresent()) {
            return from.text(key, text -> {
                Matcher time = TIME.matcher(text);
                if (!time.matches()) {
                    throw new IllegalArgumentException("\"" + text + "\" is no time: expected milliseconds, or \"3s\"");
                }
                long unit = switch (time.group(2) == null ? "ms" : time.group(2)) {
                    case "h" -> 3_600_000;
                    case "m" -> 60_000;
                    case "s" -> 1_000;
                    default -> 1;
                };
                return Long.parseLong(time.group(1)) * unit;
            }).map(OptionalLong::of).orElse(OptionalLong.empty());
        }
        return from.number(key, 0, 86_400_000);
    }

    NumberNode seconds(String key, long ms) {
        return new NumberNode(from.at(key), ms / 1_000 + "." + String.format("%03d", ms % 1_000));
    }

    ListNode list(String key, List<String> texts) {
        return new ListNode(from.at(key), texts.stream().map(text -> (Node) new TextNode(from.at(key), text)).toList());
    }

    /** Takes a value as it is; of several keys with one counterpart the first one counts. */
    void copy(String key, String as) {
        from.any(key).ifPresent(value -> members.putIfAbsent(as, member(key, value)));
    }

    /** A member that error messages name by the key of PM2's that it comes from. */
    Member member(String key, Node value) {
        return new Member(from.at(key), value, from.path(key));
    }

    void put(String as, String key, Node value) {
        members.put(as, member(key, value));
    }

    /** {@return a reader of what was put, which reports the problems where those of the app are reported} */
    ObjectReader reader() {
        return new ObjectReader(new ObjectNode(from.at(), members), from.path(), from.problems());
    }
}
