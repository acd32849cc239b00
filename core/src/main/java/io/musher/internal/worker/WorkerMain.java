package io.musher.internal.worker;

import java.lang.reflect.Method;
import java.util.Arrays;

/**
 * Joins the cluster on behalf of a program that may never call Musher, then runs its main class. Usage:
 * {@code WorkerMain <main class> <argument>…}.
 */
public final class WorkerMain {

    private WorkerMain() { }

    /**
     * Joins the cluster, then runs another main class as {@link MainRunner} does.
     *
     * @param arguments the name of the main class, then its arguments
     * @throws ReflectiveOperationException if the class does not exist or has no
     *     {@code public static void main(String[])}
     */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        if (arguments.length == 0) {
            throw new IllegalArgumentException("no main class; the first argument names it");
        }
        // before joining: a worker without a port counts as ready from its hello on
        Method main = MainRunner.find(arguments[0]);
        MainRunner.start(WorkerRuntime::current, main, Arrays.copyOfRange(arguments, 1, arguments.length));
    }
}
