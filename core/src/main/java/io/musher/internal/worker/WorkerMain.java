package io.musher.internal.worker;

import java.lang.reflect.Method;
import java.util.Arrays;

/** Joins the cluster on behalf of a program that may never call Musher, then runs its main: {@code WorkerMain <main class> <argument>…}. */
public final class WorkerMain {

    private WorkerMain() { }

    /**
     * Joins, then runs another main class as {@link MainRunner} does.
     *
     * @param arguments the name of the main class, then its own arguments
     * @throws ReflectiveOperationException if there is no such class, or it has no {@code public static void main(String[])}
     */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        if (arguments.length == 0) {
            throw new IllegalArgumentException("no main class; the first argument names it");
        }
        Method main = MainRunner.find(arguments[0]); // a worker without ports is ready with its hello: not before it is clear what to run
        MainRunner.start(WorkerRuntime::current, main, Arrays.copyOfRange(arguments, 1, arguments.length));
    }
}
