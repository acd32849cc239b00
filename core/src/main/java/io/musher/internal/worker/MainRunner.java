package io.musher.internal.worker;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;

/**
 * Runs a worker's main class, and ends the JVM with status 1 when its main method throws: {@code MainRunner <main class> <argument>…}.
 *
 * <p>A framework may install an uncaught exception handler that hides the failure; the channel, or a pool that was not shut down, would then
 * keep a worker alive whose program never started. When the main method returns, nothing happens: the JVM lives as long as its threads do.
 *
 * <p>The program runs on a new thread called {@code main}, so that no frame of this class's {@code main} is found by programs that look
 * for their own on the stack. This class needs no other: a worker whose libraries are jars inside a jar gets it in a file of its own.
 */
public final class MainRunner implements Runnable, Thread.UncaughtExceptionHandler {

    /** Spring Boot's developer tools leave the main thread by it while the program runs on another thread. */
    private static final String SILENT = "SilentExitException";

    private final Runnable first;
    private final Method main;
    private final String[] arguments;
    private boolean printed;

    private MainRunner(Runnable first, Method main, String[] arguments) {
        this.first = first;
        this.main = main;
        this.arguments = arguments;
    }

    /**
     * Runs another main class, as if that had been started.
     *
     * @param words the main class, as {@code package.Class} or {@code module/package.Class}, then its arguments
     * @throws ReflectiveOperationException if there is no such class, or it has no {@code public static void main(String[])}
     */
    public static void main(String[] words) throws ReflectiveOperationException {
        if (words.length == 0) {
            throw new IllegalArgumentException("no main class; the first argument names it");
        }
        start(null, find(words[0]), Arrays.copyOfRange(words, 1, words.length));
    }

    /** @param first what to do before, on the same thread; or null */
    static void start(Runnable first, Method main, String[] arguments) {
        Thread.currentThread().setName("musher-start"); // there is one main thread
        MainRunner runner = new MainRunner(first, main, arguments);
        Thread thread = new Thread(runner, "main");
        thread.setUncaughtExceptionHandler(runner);
        thread.start();
    }

    static Method find(String name) throws ReflectiveOperationException {
        int slash = name.indexOf('/');
        Class<?> type = slash < 0 ? Class.forName(name, false, ClassLoader.getSystemClassLoader())
                : Class.forName(ModuleLayer.boot().findModule(name.substring(0, slash)).orElseThrow(() -> new ClassNotFoundException(name)),
                        name.substring(slash + 1));
        if (type == null) {
            throw new ClassNotFoundException(name);
        }
        Method main = type.getMethod("main", String[].class);
        if (!Modifier.isStatic(main.getModifiers()) || main.getReturnType() != void.class) {
            throw new NoSuchMethodException(name + " has no public static void main(String[])");
        }
        main.setAccessible(true); // the class itself need not be public
        return main;
    }

    /** Calls the program. */
    @Override
    public void run() {
        try {
            if (first != null) {
                first.run();
            }
            main.invoke(null, (Object) arguments);
        } catch (InvocationTargetException e) {
            fail(e.getCause());
        } catch (Throwable e) {
            fail(e);
        }
    }

    private void fail(Throwable failure) {
        Thread thread = Thread.currentThread();
        try {
            thread.getUncaughtExceptionHandler().uncaughtException(thread, failure); // may end the JVM with a status of its own
        } catch (Throwable e) {
            e.printStackTrace();
        }
        if (failure.getClass().getSimpleName().equals(SILENT)) {
            return;
        }
        if (!printed) {
            print(thread, failure);
        }
        System.exit(1);
    }

    /**
     * Prints the stack trace of what the main method threw, or hands it to the default handler, as a JVM does.
     *
     * @param thread the main thread
     * @param failure what it threw
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

    private static void print(Thread thread, Throwable failure) {
        System.err.print("Exception in thread \"" + thread.getName() + "\" ");
        failure.printStackTrace();
    }
}
