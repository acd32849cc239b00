package io.musher.internal.bind;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/**
 * Calls functions of the C library by {@code java.lang.foreign}, which exists since Java 22 and is reached by
 * reflection, so that this compiles and loads on Java 17. For functions of up to five integer and pointer arguments on
 * 64-bit Linux; all are called in the same way, because each other way would cost a JVM some milliseconds. Thread-safe.
 */
final class NativeFunctions {

    /** The first release of Java that has {@code java.lang.foreign} without a preview flag. */
    private static final int FEATURE = 22;

    private static final int ARGUMENTS = 5;
    private static final String PACKAGE = "java.lang.foreign.";

    private final Object linker;
    private final Object symbols;
    private final Object signature;
    private final Object[] captureErrno;
    private final Method find;
    private final Method link;
    private final Method segmentOf;
    private final Method addressOf;

    /**
     * Prepares calls.
     *
     * @throws ReflectiveOperationException if this Java cannot call native functions
     */
    NativeFunctions() throws ReflectiveOperationException {
        Class<?> linkers = Class.forName(PACKAGE + "Linker");
        Class<?> options = Class.forName(PACKAGE + "Linker$Option");
        Class<?> layouts = Class.forName(PACKAGE + "MemoryLayout");
        Class<?> segments = Class.forName(PACKAGE + "MemorySegment");
        Class<?> signatures = Class.forName(PACKAGE + "FunctionDescriptor");
        linker = linkers.getMethod("nativeLinker").invoke(null);
        symbols = linkers.getMethod("defaultLookup").invoke(linker);
        find = Class.forName(PACKAGE + "SymbolLookup").getMethod("find", String.class);
        Object number = Class.forName(PACKAGE + "ValueLayout").getField("JAVA_LONG").get(null);
        Object[] arguments = (Object[]) Array.newInstance(layouts, ARGUMENTS);
        Arrays.fill(arguments, number);
        signature = signatures.getMethod("of", layouts, arguments.getClass()).invoke(null, number, arguments);
        captureErrno = (Object[]) Array.newInstance(options, 1);
        captureErrno[0] = options.getMethod("captureCallState", String[].class).invoke(null,
                (Object) new String[]{"errno"});
        link = linkers.getMethod("downcallHandle", segments, signatures, captureErrno.getClass());
        segmentOf = segments.getMethod("ofBuffer", Buffer.class);
        addressOf = segments.getMethod("address");
    }

    /** {@return why native functions cannot be called here; empty if they can} */
    static Optional<String> missing() {
        String machine = System.getProperty("os.name") + " on " + System.getProperty("os.arch");
        if (!machine.equals("Linux on amd64") && !machine.equals("Linux on aarch64")) {
            return Optional.of("it is not known for " + machine);
        }
        return Runtime.version().feature() < FEATURE ? Optional.of("it needs Java 22 or newer") : Optional.empty();
    }

    /** {@return whether this Java lets this class call native functions without a warning} */
    static boolean isEnabled() {
        try {
            return (boolean) Module.class.getMethod("isNativeAccessEnabled")
                    .invoke(NativeFunctions.class.getModule());
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    /** A function. */
    final class Function {

        private final String name;
        /** Takes what receives errno, then the arguments. */
        private final MethodHandle handle;

        private Function(String name, MethodHandle handle) {
            this.name = name;
            this.handle = handle;
        }

        /**
         * Calls the function, whose result is an {@code int} or fits into one.
         *
         * @return the result, or if it is negative, {@code -errno}
         */
        int call(long... given) {
            long[] all = Arrays.copyOf(given, ARGUMENTS); // the function does not look at those that it does not take
            ByteBuffer errno = buffer(Integer.BYTES);
            try {
                Object segment = segmentOf.invoke(null, errno);
                int result = (int) (long) handle.invokeExact(segment, all[0], all[1], all[2], all[3], all[4]);
                return result < 0 ? -errno.getInt(0) : result;
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException("cannot call " + name, e);
            }
        }
    }

    /**
     * {@return a function of the C library}
     *
     * @throws ReflectiveOperationException if it does not exist, or native access is denied
     */
    Function function(String name) throws ReflectiveOperationException {
        Object symbol = ((Optional<?>) find.invoke(symbols, name))
                .orElseThrow(() -> new NoSuchMethodException("the C library has no " + name));
        MethodHandle handle = (MethodHandle) link.invoke(linker, symbol, signature, captureErrno);
        Class<?>[] numbers = new Class<?>[ARGUMENTS];
        Arrays.fill(numbers, long.class);
        return new Function(name, handle.asType(
                MethodType.methodType(long.class, Object.class, numbers)));
    }

    /** {@return memory that native functions can access as long as the buffer is reachable} */
    static ByteBuffer buffer(int size) {
        return ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
    }

    /** {@return the address of a buffer} */
    long address(ByteBuffer buffer) {
        try {
            return (long) addressOf.invoke(segmentOf.invoke(null, buffer));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot find the address of a buffer", e);
        }
    }
}
