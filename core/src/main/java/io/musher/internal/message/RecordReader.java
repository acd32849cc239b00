package io.musher.internal.message;

import io.musher.balancer.loop.Nullable;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Parses records of one class directly from JSON text. Fastest if the object members are in the order of the
 * components, as {@link RecordWriter} writes them.
 */
final class RecordReader {

    private static final Object NOTHING = new Object();

    private final Class<?> type;
    private final String[] names;
    private final byte[][] quoted;
    private final ValueReader[] mappers;
    private final Map<String, Integer> places = new HashMap<>();
    private final MethodHandle constructor;

    RecordReader(Class<?> type) {
        this.type = type;
        RecordComponent[] components = type.getRecordComponents();
        names = new String[components.length];
        quoted = new byte[components.length][];
        mappers = new ValueReader[components.length];
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            names[i] = components[i].getName();
            quoted[i] = ('"' + names[i] + '"').getBytes(StandardCharsets.UTF_8);
            types[i] = components[i].getType();
            places.put(names[i], i);
            try {
                mappers[i] = ValueReader.of(components[i].getGenericType());
            } catch (MappingException e) {
                throw e.in(names[i]);
            }
        }
        constructor = constructor(types);
    }

    private MethodHandle constructor(Class<?>[] types) {
        try {
            Constructor<?> canonical = type.getDeclaredConstructor(types);
            RecordWriter.open(canonical, type);
            return MethodHandles.lookup().unreflectConstructor(canonical)
                    .asType(MethodType.genericMethodType(types.length))
                    .asSpreader(Object[].class, types.length);
        } catch (NoSuchMethodException | IllegalAccessException e) {
            throw new MappingException(
                    type.getName() + " has no canonical constructor that can be used: " + e.getMessage(), e);
        }
    }

    Object read(JsonCursor in) {
        if (in.peek() != '{') {
            throw new MappingException("expected an object for " + type.getName() + ", found " + in.describe());
        }
        Object[] values = new Object[names.length];
        Arrays.fill(values, NOTHING);
        int next = 0;
        for (boolean more = in.begin('{', '}'); more; more = in.more('}')) {
            if (next < names.length && in.takeName(quoted[next])) {
                values[next] = component(in, next);
                next++;
                continue;
            }
            Integer place = places.get(in.name());
            if (place == null) {
                in.skip();
            } else {
                values[place] = component(in, place);
                next = place + 1;
            }
        }
        return make(values);
    }

    private @Nullable Object component(JsonCursor in, int place) {
        try {
            return mappers[place].read(in);
        } catch (MappingException e) {
            throw e.in(names[place]);
        }
    }

    private Object make(Object[] values) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] == NOTHING) {
                try {
                    values[i] = mappers[i].missing();
                } catch (MappingException e) {
                    throw e.in(names[i]);
                }
            }
        }
        try {
            return (Object) constructor.invokeExact(values);
        } catch (Throwable e) {
            throw new MappingException("the constructor of " + type.getName() + " threw " + e, e);
        }
    }
}
