package io.musher.internal.message;

import java.lang.reflect.Array;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/** Reads a value of one type straight from the text. */
interface Mapper {

    /** {@return the value that comes next; {@link Misfit} when it does not fit} */
    Object read(JsonCursor in);

    /** {@return what stands for a record's component that is not there; {@link Misfit} when nothing does} */
    default Object missing() {
        return null;
    }

    PerType<Mapper> ALL = new PerType<>(Mapper::make);

    static Mapper of(Class<?> type) {
        return ALL.get(type);
    }

    /** {@return the mapper of a component's type, with its type arguments} */
    static Mapper of(Type type) {
        if (type instanceof Class<?> plain) {
            return plain.isRecord() || plain.isArray() ? in -> of(plain).read(in) : of(plain); // a record may contain itself
        } else if (type instanceof ParameterizedType generic) {
            return generic((Class<?>) generic.getRawType(), generic.getActualTypeArguments());
        } else if (type instanceof WildcardType wildcard) {
            return of(wildcard.getUpperBounds()[0]);
        } else if (type instanceof GenericArrayType array && array.getGenericComponentType() instanceof ParameterizedType element) {
            return array((Class<?>) element.getRawType(), of(element));
        }
        return JsonCursor::value;
    }

    private static Mapper generic(Class<?> raw, Type[] arguments) {
        if (raw == Optional.class) {
            Mapper content = of(arguments[0]);
            return optional(Optional.empty(), in -> Optional.ofNullable(content.read(in)));
        } else if (raw.isAssignableFrom(List.class)) {
            Mapper element = of(arguments[0]);
            return nullable(in -> collection(in, "a list", element, new ArrayList<>()));
        } else if (raw == Set.class) {
            Mapper element = of(arguments[0]);
            return nullable(in -> collection(in, "a list", element, new LinkedHashSet<>()));
        } else if (raw == Map.class && arguments[0] == String.class) {
            Mapper element = of(arguments[1]);
            return nullable(in -> map(in, element));
        }
        return of((Type) raw);
    }

    private static Mapper make(Class<?> type) {
        if (type == Object.class) {
            return JsonCursor::value;
        } else if (type.isRecord()) {
            RecordReader reader = new RecordReader(type);
            return nullable(reader::read);
        } else if (type.isArray()) {
            return array(type.getComponentType(), of((Type) type.getComponentType()));
        } else if (type.isEnum()) {
            return constant(type);
        } else if (type.isAssignableFrom(List.class) || type == Set.class || type == Map.class || type == Optional.class) {
            return generic(type, type == Map.class ? new Type[] {String.class, Object.class} : new Type[] {Object.class});
        }
        Mapper scalar = scalar(type);
        Function<String, ?> text = scalar == null ? Texts.of(type) : null;
        if (text != null) {
            return nullable(in -> parse(in, type, text));
        } else if (scalar != null) {
            return scalar;
        }
        throw new Misfit(type.getName() + " is no type that a message can be read as");
    }

    private static Mapper scalar(Class<?> type) {
        if (type == boolean.class || type == Boolean.class) {
            return boxed(type, in -> in.peek() == 't' || in.peek() == 'f' ? (Object) in.truth() : unfit(in, "a boolean"));
        } else if (type == long.class || type == Long.class) {
            return boxed(type, in -> integer(in, "long", Long.MIN_VALUE, Long.MAX_VALUE));
        } else if (type == int.class || type == Integer.class) {
            return boxed(type, in -> (int) integer(in, "int", Integer.MIN_VALUE, Integer.MAX_VALUE));
        } else if (type == short.class || type == Short.class) {
            return boxed(type, in -> (short) integer(in, "short", Short.MIN_VALUE, Short.MAX_VALUE));
        } else if (type == byte.class || type == Byte.class) {
            return boxed(type, in -> (byte) integer(in, "byte", Byte.MIN_VALUE, Byte.MAX_VALUE));
        } else if (type == double.class || type == Double.class) {
            return boxed(type, in -> in.isNumber() ? (Object) in.decimal() : unfit(in, "a number"));
        } else if (type == float.class || type == Float.class) {
            return boxed(type, in -> in.isNumber() ? (Object) (float) in.decimal() : unfit(in, "a number"));
        } else if (type == char.class || type == Character.class) {
            return boxed(type, in -> {
                String text = parse(in, String.class, Function.identity());
                return text.length() == 1 ? (Object) text.charAt(0) : unfit("a single character", "\"" + text + "\"");
            });
        } else if (type == Number.class) {
            return nullable(in -> in.isNumber() ? in.number() : unfit(in, "a number"));
        } else if (type == BigDecimal.class) {
            return nullable(in -> in.isNumber() ? in.exactly() : unfit(in, "a number"));
        } else if (type == BigInteger.class) {
            return nullable(in -> large(in));
        } else if (type == UUID.class) {
            return nullable(in -> parse(in, type, UUID::fromString));
        } else if (type == OptionalInt.class) {
            return optional(OptionalInt.empty(), in -> OptionalInt.of((int) integer(in, "int", Integer.MIN_VALUE, Integer.MAX_VALUE)));
        } else if (type == OptionalLong.class) {
            return optional(OptionalLong.empty(), in -> OptionalLong.of(integer(in, "long", Long.MIN_VALUE, Long.MAX_VALUE)));
        } else if (type == OptionalDouble.class) {
            return optional(OptionalDouble.empty(), in -> OptionalDouble.of(in.isNumber() ? in.decimal() : (double) unfit(in, "a number")));
        }
        return null;
    }

    // ---- the kinds

    private static Mapper nullable(Mapper content) {
        return in -> in.isNull() ? null : content.read(in);
    }

    private static Mapper boxed(Class<?> type, Mapper content) {
        if (!type.isPrimitive()) {
            return nullable(content);
        }
        return new Mapper() {
            @Override
            public Object read(JsonCursor in) {
                return in.peek() == 'n' ? unfit(in, type.getName()) : content.read(in);
            }

            @Override
            public Object missing() {
                throw new Misfit("expected " + type.getName() + ", found nothing");
            }
        };
    }

    private static Mapper optional(Object empty, Mapper content) {
        return new Mapper() {
            @Override
            public Object read(JsonCursor in) {
                return in.isNull() ? empty : content.read(in);
            }

            @Override
            public Object missing() {
                return empty;
            }
        };
    }

    private static Mapper constant(Class<?> type) {
        Map<String, Object> constants = new LinkedHashMap<>();
        for (Object constant : type.getEnumConstants()) {
            constants.put(((Enum<?>) constant).name(), constant);
        }
        return nullable(in -> {
            String expected = "one of " + constants.keySet();
            if (in.peek() != '"') {
                unfit(in, expected);
            }
            String name = in.string();
            Object constant = constants.get(name);
            return constant != null ? constant : unfit(expected, JsonCursor.quote(name));
        });
    }

    private static Mapper array(Class<?> component, Mapper element) {
        return nullable(in -> {
            List<Object> elements = new ArrayList<>();
            collection(in, "a list", element, elements);
            Object array = Array.newInstance(component, elements.size());
            for (int i = 0; i < elements.size(); i++) {
                Array.set(array, i, elements.get(i));
            }
            return array;
        });
    }

    static Collection<Object> collection(JsonCursor in, String expected, Mapper element, Collection<Object> into) {
        if (in.peek() != '[') {
            unfit(in, expected);
        }
        int i = 0;
        try {
            for (boolean more = in.begin('[', ']'); more; more = in.more(']')) {
                into.add(element.read(in));
                i++;
            }
        } catch (Misfit e) {
            throw e.in(i);
        }
        return into;
    }

    private static Map<String, Object> map(JsonCursor in, Mapper element) {
        if (in.peek() != '{') {
            unfit(in, "an object");
        }
        Map<String, Object> map = new LinkedHashMap<>();
        for (boolean more = in.begin('{', '}'); more; more = in.more('}')) {
            String name = in.name();
            try {
                map.put(name, element.read(in));
            } catch (Misfit e) {
                throw e.in(name);
            }
        }
        return map;
    }

    private static long integer(JsonCursor in, String type, long from, long to) {
        if (!in.isNumber()) {
            unfit(in, type);
        }
        Number number = in.number();
        if (!(number instanceof Long) || number.longValue() < from || number.longValue() > to) {
            unfit(type, number.toString());
        }
        return number.longValue();
    }

    private static Object large(JsonCursor in) {
        if (!in.isNumber()) {
            unfit(in, "an integer");
        }
        Number number = in.number();
        return number instanceof BigInteger ? number
                : number instanceof Long ? BigInteger.valueOf(number.longValue()) : unfit("an integer", number.toString());
    }

    private static <T> T parse(JsonCursor in, Class<?> type, Function<String, T> parser) {
        if (in.peek() != '"') {
            unfit(in, type.getSimpleName());
        }
        String text = in.string();
        try {
            return parser.apply(text);
        } catch (RuntimeException e) {
            throw new Misfit("expected " + type.getSimpleName() + ", found " + JsonCursor.quote(text), e);
        }
    }

    private static Object unfit(JsonCursor in, String expected) {
        return unfit(expected, in.describe());
    }

    private static Object unfit(String expected, String found) {
        throw new Misfit("expected " + expected + ", found " + found);
    }
}
