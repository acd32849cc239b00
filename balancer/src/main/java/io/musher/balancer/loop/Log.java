package io.musher.balancer.loop;

import java.io.PrintStream;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logger on top of slf4j. Without slf4j on the class path (the balancer's jar was copied alone), warnings and errors go
 * to standard error. In messages, {@code {}} is replaced by the next argument; a remaining {@code Throwable} is the
 * cause. Thread safe.
 */
public abstract class Log {

    private static final class Slf4jPresence {
        static final boolean PRESENT = isPresent("org.slf4j.LoggerFactory");
    }

    Log() {}

    /**
     * {@return the logger of a class}
     *
     * @param owner names the logger
     */
    public static Log of(Class<?> owner) {
        return of(owner.getName());
    }

    /**
     * {@return a logger}
     *
     * @param name the name of the logger
     */
    public static Log of(String name) {
        return hasSlf4j() ? new Slf4j(name) : new Plain(System.err);
    }

    /**
     * Returns a logger that does not load slf4j before its first message. For classes that a worker needs to join its
     * cluster: initialising slf4j and its provider there would delay every start, although nothing is logged as a rule.
     *
     * @param name the name of the logger
     * @return the logger; if slf4j cannot be initialised by then, it prints as it does without slf4j
     */
    public static Log lazy(String name) {
        return new Lazy(name);
    }

    static boolean hasSlf4j() {
        return Slf4jPresence.PRESENT;
    }

    /**
     * Logs details for debugging Musher itself.
     *
     * @param message with places for the arguments
     * @param arguments for the places
     */
    public abstract void trace(String message, Object... arguments);

    /**
     * Logs details for debugging an application.
     *
     * @param message with places for the arguments
     * @param arguments for the places
     */
    public abstract void debug(String message, Object... arguments);

    /**
     * Logs an event of normal operation.
     *
     * @param message with places for the arguments
     * @param arguments for the places
     */
    public abstract void info(String message, Object... arguments);

    /**
     * Logs a condition that an operator should know about.
     *
     * @param message with places for the arguments
     * @param arguments for the places
     */
    public abstract void warn(String message, Object... arguments);

    /**
     * Logs a failure.
     *
     * @param message with places for the arguments
     * @param arguments for the places
     */
    public abstract void error(String message, Object... arguments);

    /** {@return whether a class can be found, without initialising it} */
    static boolean isPresent(String name) {
        try {
            Class.forName(name, false, Log.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static final class Lazy extends Log {
        private final String name;
        private volatile @Nullable Log log;

        Lazy(String name) {
            this.name = name;
        }

        private Log log() {
            Log found = log;
            if (found == null) {
                found = find();
                log = found;
            }
            return found;
        }

        private Log find() {
            try {
                return of(name);
            } catch (LinkageError | RuntimeException e) { // by now a deployment may have replaced the jars
                return new Plain(System.err);
            }
        }

        @Override
        public void trace(String message, Object... arguments) {
            log().trace(message, arguments);
        }

        @Override
        public void debug(String message, Object... arguments) {
            log().debug(message, arguments);
        }

        @Override
        public void info(String message, Object... arguments) {
            log().info(message, arguments);
        }

        @Override
        public void warn(String message, Object... arguments) {
            log().warn(message, arguments);
        }

        @Override
        public void error(String message, Object... arguments) {
            log().error(message, arguments);
        }
    }

    private static final class Slf4j extends Log {
        private final Logger logger;

        private Slf4j(String name) {
            logger = LoggerFactory.getLogger(name);
        }

        @Override
        public void trace(String message, Object... arguments) {
            logger.trace(message, arguments);
        }

        @Override
        public void debug(String message, Object... arguments) {
            logger.debug(message, arguments);
        }

        @Override
        public void info(String message, Object... arguments) {
            logger.info(message, arguments);
        }

        @Override
        public void warn(String message, Object... arguments) {
            logger.warn(message, arguments);
        }

        @Override
        public void error(String message, Object... arguments) {
            logger.error(message, arguments);
        }
    }

    /** Prints each message on one line, errors with a stack trace. */
    static final class Plain extends Log {
        private final PrintStream out;

        Plain(PrintStream out) {
            this.out = out;
        }

        @Override
        public void trace(String message, Object... arguments) {}

        @Override
        public void debug(String message, Object... arguments) {}

        @Override
        public void info(String message, Object... arguments) {}

        @Override
        public void warn(String message, Object... arguments) {
            out.println("WARN " + text(message, arguments, false));
        }

        @Override
        public void error(String message, Object... arguments) {
            out.println("ERROR " + text(message, arguments, true));
        }

        static String text(String message, Object[] arguments, boolean trace) {
            StringBuilder text = new StringBuilder();
            int from = 0;
            int next = 0;
            for (int place; next < arguments.length && (place = message.indexOf("{}", from)) >= 0; from = place + 2) {
                text.append(message, from, place).append(arguments[next++]);
            }
            text.append(message, from, message.length());
            for (Object left : Arrays.copyOfRange(arguments, next, arguments.length)) {
                if (left instanceof Throwable cause) {
                    text.append(": ").append(cause);
                    for (StackTraceElement element : trace ? cause.getStackTrace() : new StackTraceElement[0]) {
                        text.append(System.lineSeparator()).append("    at ").append(element);
                    }
                }
            }
            return text.toString();
        }
    }
}
