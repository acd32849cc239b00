package io.musher.internal.message;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Caches a value per class, without preventing class loaders from being collected. Thread-safe.
 *
 * <p>A value for a class of the JDK, or of another loader above Musher's, is stored here, so that the class does not
 * retain Musher. Any other value is stored with its class.
 *
 * @param <V> the values
 */
final class PerType<V> {

    private final Function<Class<?>, V> maker;
    private final Map<Class<?>, V> above = new ConcurrentHashMap<>();
    private final ClassValue<V> others = new ClassValue<>() {
        @Override
        protected V computeValue(Class<?> type) {
            return maker.apply(type);
        }
    };

    PerType(Function<Class<?>, V> maker) {
        this.maker = maker;
    }

    V get(Class<?> type) {
        ClassLoader own = PerType.class.getClassLoader();
        ClassLoader loader = type.getClassLoader();
        if (loader == own && loader != null || !isAbove(loader, own)) {
            return others.get(type);
        }
        V value = above.get(type);
        if (value == null) {
            value = maker.apply(type); // may call get recursively, for the type of a component
            V other = above.putIfAbsent(type, value);
            value = other == null ? value : other;
        }
        return value;
    }

    private static boolean isAbove(ClassLoader loader, ClassLoader own) {
        if (loader == null) {
            return true; // of the JDK
        }
        for (ClassLoader each = own; each != null; each = each.getParent()) {
            if (each == loader) {
                return true;
            }
        }
        return false;
    }
}
