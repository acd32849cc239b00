package io.musher.ops.internal.file;

import io.musher.ops.internal.file.Node.TextNode;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads sizes: a number of bytes, or a text such as {@code "800M"}. */
final class Sizes {

    private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})\\s*([KMGkmg]?)[Bb]?");

    private Sizes() {}

    static OptionalLong read(ObjectReader from, String key, long min) {
        if (from.any(key).filter(TextNode.class::isInstance).isEmpty()) {
            return from.number(key, min, Long.MAX_VALUE / 1_024);
        }
        return from.text(key, text -> parse(text, min)).map(OptionalLong::of).orElse(OptionalLong.empty());
    }

    private static long parse(String text, long min) {
        Matcher size = SIZE.matcher(text.strip());
        if (!size.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no size, expected a number of bytes or a text such as"
                            + " \"800M\"");
        }
        int shift = switch (size.group(2)) {
            case "K", "k" -> 10;
            case "M", "m" -> 20;
            case "G", "g" -> 30;
            default -> 0;
        };
        long bytes = Math.multiplyExact(Long.parseLong(size.group(1)), 1L << shift);
        if (bytes < min) {
            throw new IllegalArgumentException("\"" + text + "\" is less than " + min + " bytes");
        }
        return bytes;
    }
}
