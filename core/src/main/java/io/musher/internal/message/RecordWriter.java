package io.musher.internal.message;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;

/** Encodes records of one class, by method handles of the accessors and the pre-encoded names of the components. */
final class RecordWriter {

    private static final PerType<RecordWriter> ALL = new PerType<>(RecordWriter::new);

    private final Class<?> type;
    private final String[] names;
    private final byte[][] labels;
    private final MethodHandle[] accessors;
    private final char[] kinds;

    private RecordWriter(Class<?> type) {
        this.type = type;
        RecordComponent[] components = type.getRecordComponents();
        names = new String[components.length];
        labels = new byte[components.length][];
        accessors = new MethodHandle[components.length];
        kinds = new char[components.length];
        for (int i = 0; i < components.length; i++) {
            names[i] = components[i].getName();
            labels[i] = ((i == 0 ? "{\"" : ",\"") + names[i] + "\":").getBytes(StandardCharsets.UTF_8);
            kinds[i] = kind(components[i].getType());
            accessors[i] = accessor(components[i].getAccessor(), kinds[i]);
        }
    }

    static RecordWriter of(Class<?> type) {
        return ALL.get(type);
    }

    private static char kind(Class<?> type) {
        if (type == long.class || type == int.class || type == short.class || type == byte.class) {
            return 'L';
        }
        return type == double.class ? 'D' : type == boolean.class ? 'B' : 'O';
    }

    private static MethodHandle accessor(Method method, char kind) {
        open(method, method.getDeclaringClass());
        Class<?> result = kind == 'L' ? long.class
                : kind == 'D' ? double.class : kind == 'B' ? boolean.class : Object.class;
        try {
            return MethodHandles.lookup().unreflect(method).asType(MethodType.methodType(result, Object.class));
        } catch (IllegalAccessException e) {
            throw new MappingException(closed(method.getDeclaringClass()), e);
        }
    }

    static void open(java.lang.reflect.AccessibleObject member, Class<?> type) {
        try {
            member.setAccessible(true);
        } catch (InaccessibleObjectException e) {
            throw new MappingException(closed(type), e);
        }
    }

    /** {@return the error message for a record in a module that does not open its package to Musher} */
    private static String closed(Class<?> type) {
        Module here = RecordWriter.class.getModule();
        return type.getName() + " is in a module that does not open it; add to the module-info of "
                + type.getModule().getName() + ": opens "
                + type.getPackageName() + (here.isNamed() ? " to " + here.getName() : "") + ";";
    }

    void write(JsonWriter out, Object rec, int depth) {
        if (labels.length == 0) {
            out.ascii("{");
        }
        for (int i = 0; i < labels.length; i++) {
            out.bytes(labels[i]);
            try {
                component(out, rec, i, depth);
            } catch (MappingException e) {
                throw e.in(names[i]);
            }
        }
        out.put((byte) '}');
    }

    private void component(JsonWriter out, Object rec, int i, int depth) {
        MethodHandle accessor = accessors[i];
        Object value = null;
        long number = 0;
        double decimal = 0;
        boolean flag = false;
        try {
            switch (kinds[i]) {
                case 'L' -> number = (long) accessor.invokeExact(rec);
                case 'D' -> decimal = (double) accessor.invokeExact(rec);
                case 'B' -> flag = (boolean) accessor.invokeExact(rec);
                default -> value = (Object) accessor.invokeExact(rec);
            }
        } catch (Throwable e) {
            throw new MappingException("the accessor of " + type.getName() + " threw " + e, e);
        }
        switch (kinds[i]) {
            case 'L' -> out.number(number);
            case 'D' -> out.decimal(decimal);
            case 'B' -> out.ascii(flag ? "true" : "false");
            default -> out.value(value, depth + 1);
        }
    }
}
