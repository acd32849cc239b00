package io.musher.ops.internal.file;

import java.util.List;
import java.util.Map;

/** A value of a file, with the position of its first character. */
sealed interface Node {

    /** {@return where the value begins} */
    Position at();

    /** {@return what the value is, as error messages name it} */
    String kind();

    /** Members in the order of the file; the position of a member is that of its name. */
    record ObjectNode(Position at, Map<String, Member> members) implements Node {
        @Override
        public String kind() {
            return "an object";
        }
    }

    /**
     * A member of an object.
     *
     * @param path how error messages name it, if that is not by object and name; empty otherwise
     */
    record Member(Position at, Node value, String path) {

        Member(Position at, Node value) {
            this(at, value, "");
        }
    }

    /** A list. */
    record ListNode(Position at, List<Node> items) implements Node {
        @Override
        public String kind() {
            return "a list";
        }
    }

    /** A string. */
    record TextNode(Position at, String text) implements Node {
        @Override
        public String kind() {
            return "a string";
        }
    }

    /** A number, as it is written in the file. */
    record NumberNode(Position at, String digits) implements Node {
        @Override
        public String kind() {
            return "a number";
        }
    }

    /** {@code true} or {@code false}. */
    record BooleanNode(Position at, boolean value) implements Node {
        @Override
        public String kind() {
            return "a boolean";
        }
    }

    /** {@code null}. */
    record NullNode(Position at) implements Node {
        @Override
        public String kind() {
            return "null";
        }
    }
}
