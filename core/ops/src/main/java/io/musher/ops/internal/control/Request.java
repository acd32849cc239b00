package io.musher.ops.internal.control;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** A command with its fields, from any door. Each field is checked when it is read. */
public final class Request {

    private final String command;
    private final Map<String, Object> fields;
    private final String by;
    private final Set<String> read = new HashSet<>(Set.of("do"));

    private Request(String command, Map<String, Object> fields, String by) {
        this.command = command;
        this.fields = fields;
        this.by = by;
    }

    /**
     * Creates a request.
     *
     * @param fields the fields, of which {@code do} names the command
     * @param by the user who sends it
     * @throws ControlException if no command is named
     */
    public static Request of(Map<String, Object> fields, String by) throws ControlException {
        if (!(fields.get("do") instanceof String command)) {
            throw bad("do: expected the name of a command, such as {\"do\":\"status\"}");
        }
        return new Request(command, fields, by);
    }

    /** {@return the name of the command} */
    public String command() {
        return command;
    }

    /** {@return the user who has sent it} */
    public String by() {
        return by;
    }

    /** {@return the ids: {@code id} may be one or a list; empty if it is absent} */
    public List<String> ids() throws ControlException {
        read.add("id");
        Object value = fields.get("id");
        if (value == null) {
            return List.of();
        }
        List<String> ids = new ArrayList<>();
        for (Object each : value instanceof List<?> list ? list : List.of(value)) {
            if (!(each instanceof String id)) {
                throw bad("id: expected a name or a list of names, found " + each);
            }
            ids.add(id);
        }
        return ids;
    }

    /** {@return a text; empty if it is absent} */
    public Optional<String> text(String name) throws ControlException {
        read.add(name);
        Object value = fields.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof String text) {
            return Optional.of(text);
        }
        throw bad(name + ": expected a text, found " + value);
    }

    /** {@return a number in a range; empty if it is absent} */
    public OptionalInt number(String name, int min, int max) throws ControlException {
        OptionalLong value = longNumber(name, min, max);
        return value.isPresent() ? OptionalInt.of((int) value.getAsLong()) : OptionalInt.empty();
    }

    /** {@return a number in a range; empty if it is absent} */
    public OptionalLong longNumber(String name, long min, long max) throws ControlException {
        read.add(name);
        Object value = fields.get(name);
        if (value == null) {
            return OptionalLong.empty();
        }
        if (value instanceof Long number && number >= min && number <= max) {
            return OptionalLong.of(number);
        }
        throw bad(name + ": expected a whole number from " + min + " to " + max + ", found " + value);
    }

    /** {@return a flag; {@code otherwise} if it is absent} */
    public boolean flag(String name, boolean otherwise) throws ControlException {
        read.add(name);
        Object value = fields.get(name);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw bad(name + ": expected true or false, found " + value);
    }

    /** Refuses fields that the command has not read. */
    public void end() throws ControlException {
        for (String name : fields.keySet()) {
            if (!read.contains(name)) {
                throw bad(name + ": " + command + " has no such field");
            }
        }
    }

    private static ControlException bad(String message) {
        return new ControlException(ControlException.BAD_REQUEST, message);
    }
}
