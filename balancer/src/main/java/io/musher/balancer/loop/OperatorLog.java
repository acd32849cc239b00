package io.musher.balancer.loop;

import java.util.ServiceLoader;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLoggerFactory;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * Logger for the few messages that an operator must not miss: without slf4j, or without an slf4j provider, they go to
 * standard error, each as {@code musher-} and the message, which begins with a name. For other messages use
 * {@link Log}. Thread safe.
 */
public final class OperatorLog {

    private static final class Providers {
        static final boolean ANY = Log.isPresent("org.slf4j.spi.SLF4JServiceProvider") ? ofSlf4j2() : ofSlf4j1();

        static boolean logs() {
            return !(LoggerFactory.getILoggerFactory() instanceof NOPLoggerFactory) || ANY;
        }

        private static boolean ofSlf4j2() {
            return ServiceLoader.load(SLF4JServiceProvider.class, LoggerFactory.class.getClassLoader()).iterator()
                    .hasNext();
        }

        private static boolean ofSlf4j1() {
            return Log.isPresent("org.slf4j.impl.StaticLoggerBinder");
        }
    }

    private final Log log;

    /**
     * Creates the logger of a class.
     *
     * @param type names the logger
     */
    public OperatorLog(Class<?> type) {
        this(type.getName());
    }

    /**
     * Creates a logger.
     *
     * @param name the name of the logger
     */
    public OperatorLog(String name) {
        log = Log.lazy(name);
    }

    /** {@return whether slf4j has a provider, including a silent one that was chosen explicitly} */
    public static boolean hasProvider() {
        return Log.hasSlf4j() && Providers.logs();
    }

    /**
     * Logs the recovery after a warning or an error.
     *
     * @param message with places for the arguments, as in {@link Log}
     * @param arguments for the places; without a provider the stack trace of a cause is omitted
     */
    public void info(String message, Object... arguments) {
        if (hasProvider()) {
            log.info(message, arguments);
        } else {
            print(message, arguments);
        }
    }

    /**
     * Logs a warning.
     *
     * @param message as with {@link #info}
     * @param arguments as with {@link #info}
     */
    public void warn(String message, Object... arguments) {
        if (hasProvider()) {
            log.warn(message, arguments);
        } else {
            print(message, arguments);
        }
    }

    /**
     * Logs an error.
     *
     * @param message as with {@link #info}
     * @param arguments as with {@link #info}
     */
    public void error(String message, Object... arguments) {
        if (hasProvider()) {
            log.error(message, arguments);
        } else {
            print(message, arguments);
        }
    }

    private static void print(String message, Object... arguments) {
        System.err.println("musher-" + Log.Plain.text(message, arguments, false));
    }
}
