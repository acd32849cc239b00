package io.musher.internal.worker;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;

/** Joins the cluster on behalf of a program that may never call Musher, then runs its main: {@code WorkerMain <main class> <argument>…}. */
public final class WorkerMain {

    private WorkerMain() { }

    /**
     * Joins, then runs another main on this thread, as if that had been started.
     *
     * @param arguments the name of the main class, then its own arguments
     * @throws Throwable whatever that main throws
     */
    public static void main(String[] arguments) throws Throwable {
        if (arguments.length == 0) {
            throw new IllegalArgumentException("no main class; the first argument names it");
        }
        Method main = find(arguments[0]); // a worker without ports is ready with its hello: not before it is clear what to run
        Membership.current();
        try {
            main.invoke(null, (Object) Arrays.copyOfRange(arguments, 1, arguments.length));
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static Method find(String name) throws ReflectiveOperationException {
        Class<?> type = Class.forName(name, false, ClassLoader.getSystemClassLoader());
        Method main = type.getMethod("main", String[].class);
        if (!Modifier.isStatic(main.getModifiers()) || main.getReturnType() != void.class) {
            throw new NoSuchMethodException(name + " has no public static void main(String[])");
        }
        main.setAccessible(true); // the class itself need not be public
        return main;
    }
}
