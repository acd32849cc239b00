package io.musher.internal.message;

import io.musher.balancer.loop.Nullable;
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

/** Parses values of one type directly from JSON text. */
interface ValueReader {

    /** Consumes and returns the next value; throws {@link MappingException} if the value does not fit the type. */
    @Nullable
    Object read(JsonCursor in);

    /**
     * {@return the value of an absent record component} Throws {@link MappingException} if the component is required.
     */
    default @Nullable Object missing() {
        return null;
    }

    PerType<ValueReader> ALL = new PerType<>(ValueReader::make);

    static ValueReader of(Class<?> type) {
        return ALL.get(type);
    }

    /** {@return the reader for a generic type, such as the type of a record component} */
    static ValueReader of(Type type) {
        if (type instanceof Class<?> plain) {
            // a record may contain itself
            return plain.isRecord() || plain.isArray() ? in -> of(plain).read(in) : of(plain);
        } else if (type instanceof ParameterizedType generic) {
            return generic((Class<?>) generic.getRawType(), generic.getActualTypeArguments());
        } else if (type instanceof WildcardType wildcard) {
            return of(wildcard.getUpperBounds()[0]);
        } else if (type instanceof GenericArrayType array
                && array.getGenericComponentType() instanceof ParameterizedType element) {
            return array((Class<?>) element.getRawType(), of(element));
        }
        return JsonCursor::value;
    }

    private static ValueReader generic(Class<?> raw, Type[] arguments) {
        if (raw == Optional.class) {
            ValueReader content = of(arguments[0]);
            return optional(Optional.empty(), in -> Optional.ofNullable(content.read(in)));
        } else if (raw.isAssignableFrom(List.class)) {
            ValueReader element = of(arguments[0]);
            return nullable(in -> collection(in, "a list", element, new ArrayList<>()));
        } else if (raw == Set.class) {
            ValueReader element = of(arguments[0]);
            return nullable(in -> collection(in, "a list", element, new LinkedHashSet<>()));
        } else if (raw == Map.class && arguments[0] == String.class) {
            ValueReader element = of(arguments[1]);
            return nullable(in -> map(in, element));
        }
        return of((Type) raw);
    }

    private static ValueReader make(Class<?> type) {
        if (type == Object.class) {
            return JsonCursor::value;
        } else if (type.isRecord()) {
            RecordReader reader = new RecordReader(type);
            return nullable(reader::read);
        } else if (type.isArray()) {
            return array(type.getComponentType(), of((Type) type.getComponentType()));
        } else if (type.isEnum()) {
            return constant(type);
        } else if (type.isAssignableFrom(List.class) || type == Set.class || type == Map.class
                || type == Optional.class) {
            return generic(type, type == Map.class ? new Type[]{String.class, Object.class} : new Type[]{Object.class});
        }
        ValueReader scalar = scalar(type);
        Function<String, ?> text = scalar == null ? StringParsers.of(type) : null;
        if (text != null) {
            return nullable(in -> parse(in, type, text));
        } else if (scalar != null) {
            return scalar;
        }
        throw new MappingException(type.getName() + " is not a type that a message can be converted to");
    }

    private static @Nullable ValueReader scalar(Class<?> type) {
        if (type == boolean.class || type == Boolean.class) {
            return boxed(type,
                    in -> in.peek() == 't' || in.peek() == 'f' ? (Object) in.bool() : mismatch(in, "a boolean"));
        } else if (type == long.class || type == Long.class) {
            return boxed(type, in -> integer(in, "long", Long.MIN_VALUE, Long.MAX_VALUE));
        } else if (type == int.class || type == Integer.class) {
            return boxed(type, in -> (int) integer(in, "int", Integer.MIN_VALUE, Integer.MAX_VALUE));
        } else if (type == short.class || type == Short.class) {
            return boxed(type, in -> (short) integer(in, "short", Short.MIN_VALUE, Short.MAX_VALUE));
        } else if (type == byte.class || type == Byte.class) {
            return boxed(type, in -> (byte) integer(in, "byte", Byte.MIN_VALUE, Byte.MAX_VALUE));
        } else if (type == double.class || type == Double.class) {
            return boxed(type, in -> in.isNumber() ? (Object) in.decimal() : mismatch(in, "a number"));
        } else if (type == float.class || type == Float.class) {
            return boxed(type, in -> in.isNumber() ? (Object) (float) in.decimal() : mismatch(in, "a number"));
        } else if (type == char.class || type == Character.class) {
            return boxed(type, in -> {
                String text = parse(in, String.class, Function.identity());
                return text.length() == 1 ? (Object) text.charAt(0)
                        : mismatch("a single character", "\"" + text + "\"");
            });
        } else if (type == Number.class) {
            return nullable(in -> in.isNumber() ? in.number() : mismatch(in, "a number"));
        } else if (type == BigDecimal.class) {
            return nullable(in -> in.isNumber() ? in.exactly() : mismatch(in, "a number"));
        } else if (type == BigInteger.class) {
            return nullable(in -> large(in));
        } else if (type == UUID.class) {
            return nullable(in -> parse(in, type, UUID::fromString));
        } else if (type == OptionalInt.class) {
            return optional(OptionalInt.empty(),
                    in -> OptionalInt.of((int) integer(in, "int", Integer.MIN_VALUE, Integer.MAX_VALUE)));
        } else if (type == OptionalLong.class) {
            return optional(OptionalLong.empty(),
                    in -> OptionalLong.of(integer(in, "long", Long.MIN_VALUE, Long.MAX_VALUE)));
        } else if (type == OptionalDouble.class) {
            return optional(OptionalDouble.empty(),
                    in -> OptionalDouble.of(in.isNumber() ? in.decimal() : (double) mismatch(in, "a number")));
        }
        return null;
    }

    // ---- readers by kind

    private static ValueReader nullable(ValueReader content) {
        return in -> in.isNull() ? null : content.read(in);
    }

    private static ValueReader boxed(Class<?> type, ValueReader content) {
        if (!type.isPrimitive()) {
            return nullable(content);
        }
        return new ValueReader() {
            @Override
            public @Nullable Object read(JsonCursor in) {
                return in.peek() == 'n' ? mismatch(in, type.getName()) : content.read(in);
            }

            @Override
            public Object missing() {
                throw new MappingException("expected " + type.getName() + ", found nothing");
            }
        };
    }

    private static ValueReader optional(Object empty, ValueReader content) {
        return new ValueReader() {
            @Override
            public @Nullable Object read(JsonCursor in) {
                return in.isNull() ? empty : content.read(in);
            }

            @Override
            public Object missing() {
                return empty;
            }
        };
    }

    private static ValueReader constant(Class<?> type) {
        Map<String, Object> constants = new LinkedHashMap<>();
        for (Object constant : type.getEnumConstants()) {
            constants.put(((Enum<?>) constant).name(), constant);
        }
        return nullable(in -> {
            String expected = "one of " + constants.keySet();
            if (in.peek() != '"') {
                mismatch(in, expected);
            }
            String name = in.string();
            Object constant = constants.get(name);
            return constant != null ? constant : mismatch(expected, JsonCursor.quote(name));
        });
    }

    private static ValueReader array(Class<?> component, ValueReader element) {
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

    static Collection<Object> collection(JsonCursor in, String expected, ValueReader element, Collection<Object> into) {
        if (in.peek() != '[') {
            mismatch(in, expected);
        }
        int i = 0;
        try {
            for (boolean more = in.begin('[', ']'); more; more = in.more(']')) {
                into.add(element.read(in));
                i++;
            }
        } catch (MappingException e) {
            throw e.in(i);
        }
        return into;
    }

    private static Map<String, Object> map(JsonCursor in, ValueReader element) {
        if (in.peek() != '{') {
            mismatch(in, "an object");
        }
        Map<String, Object> map = new LinkedHashMap<>();
        for (boolean more = in.begin('{', '}'); more; more = in.more('}')) {
            String name = in.name();
            try {
                map.put(name, element.read(in));
            } catch (MappingException e) {
                throw e.in(name);
            }
        }
        return map;
    }

    private static long integer(JsonCursor in, String type, long from, long to) {
        if (!in.isNumber()) {
            mismatch(in, type);
        }
        Number number = in.number();
        if (!(number instanceof Long) || number.longValue() < from || number.longValue() > to) {
            mismatch(type, number.toString());
        }
        return number.longValue();
    }

    private static Object large(JsonCursor in) {
        if (!in.isNumber()) {
            mismatch(in, "an integer");
        }
        Number number = in.number();
        return number instanceof BigInteger ? number
                : number instanceof Long ? BigInteger.valueOf(number.longValue())
                        : mismatch("an integer", number.toString());
    }

    private static <T> T parse(JsonCursor in, Class<?> type, Function<String, T> parser) {
        if (in.peek() != '"') {
            mismatch(in, type.getSimpleName());
        }
        String text = in.string();
        try {
            return parser.apply(text);
        } catch (RuntimeException e) {
            throw new MappingException("expected " + type.getSimpleName() + ", found " + JsonCursor.quote(text), e);
        }
    }

    private static Object mismatch(JsonCursor in, String expected) {
        return mismatch(expected, in.describe());
    }

    private static Object mismatch(String expected, String found) {
        throw new MappingException("expected " + expected + ", found " + found);
    }
}
