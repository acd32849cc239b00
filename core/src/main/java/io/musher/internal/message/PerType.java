package io.musher.internal.message;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * What is computed once for each class, for any thread. A class loader can be collected when its program is done with it: what belongs to
 * a class of ours, or of a loader below, is kept with that class; what belongs to one of the JDK or another loader above ours, here.
 *
 * @param <V> what
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
        ClassLoader mine = PerType.class.getClassLoader();
        ClassLoader loader = type.getClassLoader();
        if (loader == mine && loader != null || !isAbove(loader, mine)) {
            return others.get(type);
        }
        V value = above.get(type);
        if (value == null) {
            value = maker.apply(type); // it may come back here, for the type of a component
            V other = above.putIfAbsent(type, value);
            value = other == null ? value : other;
        }
        return value;
    }

    private static boolean isAbove(ClassLoader loader, ClassLoader mine) {
        if (loader == null) {
            return true; // the JDK's
        }
        for (ClassLoader each = mine; each != null; each = each.getParent()) {
            if (each == loader) {
                return true;
            }
        }
        return false;
    }
}
