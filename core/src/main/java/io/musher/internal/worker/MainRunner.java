package io.musher.internal.worker;

import io.musher.balancer.loop.Nullable;
import io.musher.internal.bind.BindHook;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;

/**
 * Runs the main class of a worker, and exits the JVM with status 1 when the main method throws. Usage:
 * {@code MainRunner <main class> <argument>…}.
 *
 * <p>Needed because a framework may install an uncaught exception handler that hides the failure; the channel, or a
 * thread pool that was not shut down, would then keep a worker alive whose program never started. When the main method
 * returns, this class does nothing: the JVM lives as long as its non-daemon threads.
 *
 * <p>The program runs on a new thread named {@code main}, for the sake of programs that search the stack for their own
 * main method: they must not find the one of this class. This class uses no other class of Musher but the bind hook,
 * because a worker whose libraries are jars inside a jar gets these in a separate file.
 */
public final class MainRunner implements Runnable, Thread.UncaughtExceptionHandler {

    /** Spring Boot's developer tools throw it to end the main thread, while the program runs on another thread. */
    private static final String SILENT_EXIT = "SilentExitException";

    /** The first Java release that starts instance main methods, and such as are not public or take no arguments. */
    private static final int INSTANCE_MAIN = 25;

    private final @Nullable Runnable first;
    private final Class<?> type;
    private final Method main;
    private final String[] arguments;
    private boolean printed;

    private MainRunner(@Nullable Runnable first, Class<?> type, String[] arguments)
            throws ReflectiveOperationException {
        this.first = first;
        this.type = type;
        this.main = mainMethod(type);
        this.arguments = arguments;
    }

    /**
     * Runs another main class as if the JVM had been started with it.
     *
     * @param arguments the main class, as {@code package.Class} or {@code module/package.Class}, then its arguments
     * @throws ReflectiveOperationException if the class does not exist or has no main method that this release of Java
     *     starts
     */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        if (arguments.length == 0) {
            throw new IllegalArgumentException("no main class; pass its name as the first argument");
        }
        start(null, arguments);
    }

    /** Runs {@code first}, unless null, and then the main class of {@code words} on a new thread. */
    static void start(@Nullable Runnable first, String[] words) throws ReflectiveOperationException {
        MainRunner runner = new MainRunner(first, find(words[0]), Arrays.copyOfRange(words, 1, words.length));
        Thread.currentThread().setName("musher-start"); // only the new thread is to be named main
        Thread thread = new Thread(runner, "main");
        thread.setUncaughtExceptionHandler(runner);
        thread.start();
    }

    private static Class<?> find(String name) throws ReflectiveOperationException {
        int slash = name.indexOf('/');
        Class<?> type = slash < 0 ? Class.forName(name, false, ClassLoader.getSystemClassLoader())
                : Class.forName(
                        ModuleLayer.boot().findModule(name.substring(0, slash))
                                .orElseThrow(() -> new ClassNotFoundException(name)),
                        name.substring(slash + 1));
        if (type == null) {
            throw new ClassNotFoundException(name);
        }
        return type;
    }

    private static Method mainMethod(Class<?> type) throws ReflectiveOperationException {
        Method main = Runtime.version().feature() < INSTANCE_MAIN ? type.getMethod("main", String[].class)
                : anyMain(type);
        if (main.getReturnType() != void.class
                || Runtime.version().feature() < INSTANCE_MAIN && !Modifier.isStatic(main.getModifiers())) {
            throw new NoSuchMethodException(type.getName() + " has no public static void main(String[])");
        }
        main.setAccessible(true); // the class itself need not be public
        return main;
    }

    /** {@return the main method that {@code java} chooses: one with arguments before one without} */
    private static Method anyMain(Class<?> type) throws NoSuchMethodException {
        for (Class<?>[] parameters : new Class<?>[][]{{String[].class}, {}}) {
            for (Class<?> each = type; each != null; each = each.getSuperclass()) {
                for (Method method : each.getDeclaredMethods()) {
                    if (method.getName().equals("main") && Arrays.equals(method.getParameterTypes(), parameters)
                            && !Modifier.isPrivate(method.getModifiers())) {
                        return method;
                    }
                }
            }
        }
        return type.getMethod("main", String[].class); // of an interface; or says that there is none
    }

    /** Calls the main method. */
    @Override
    public void run() {
        try {
            BindHook.installFromEnvironment(); // before anything binds a port
            if (first != null) {
                first.run();
            }
            MainCall direct = MainCall.of(main);
            if (direct != null) {
                direct.call(arguments);
            } else {
                callByReflection();
            }
        } catch (Throwable e) {
            fail(e);
        }
    }

    private void callByReflection() throws Throwable {
        try {
            main.invoke(Modifier.isStatic(main.getModifiers()) ? null : instance(),
                    main.getParameterCount() == 0 ? new Object[0] : new Object[]{arguments});
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }

    private Object instance() throws ReflectiveOperationException {
        Constructor<?> constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        return constructor.newInstance();
    }

    private void fail(Throwable failure) {
        Thread thread = Thread.currentThread();
        try {
            thread.getUncaughtExceptionHandler().uncaughtException(thread, failure); // may exit with another status
        } catch (Throwable e) {
            e.printStackTrace();
        }
        if (failure.getClass().getSimpleName().equals(SILENT_EXIT)) {
            return;
        }
        if (!printed) { // a framework's handler has: Spring Boot's has explained it on a page, others hide it
            System.err.println("Exception in thread \"" + thread.getName() + "\" " + rootCause(failure));
        }
        System.exit(1);
    }

    /**
     * Passes what the main method threw to the default handler, or prints the stack trace if there is none, as a JVM
     * does.
     */
    @Override
    public void uncaughtException(Thread thread, Throwable failure) {
        if (Thread.getDefaultUncaughtExceptionHandler() == null) {
            print(thread, failure);
            printed = true;
        } else {
            Thread.getDefaultUncaughtExceptionHandler().uncaughtException(thread, failure);
        }
    }

    private static Throwable rootCause(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause.getCause() != null && depth < 100; depth++) { // causes may form a circle
            cause = cause.getCause();
        }
        return cause;
    }

    private static void print(Thread thread, Throwable failure) {
        System.err.print("Exception in thread \"" + thread.getName() + "\" ");
        failure.printStackTrace();
    }
}
