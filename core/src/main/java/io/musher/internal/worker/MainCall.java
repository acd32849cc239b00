package io.musher.internal.worker;

import io.musher.balancer.loop.Nullable;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;

/**
 * A call of a main method by a class that is made for it. Since Java 18 the first reflective call of a JVM makes six
 * classes, which would take an eighth of the time from a worker's start to its hello; this one is made faster.
 */
public abstract class MainCall {

    private static final int REFLECTION_BY_METHOD_HANDLES = 18;
    private static final String NAME = MainCall.class.getName().replace('.', '/');
    private static final int UTF8 = 1;
    private static final int CLASS = 7;
    private static final int FIELD = 9;
    private static final int METHOD = 10;
    private static final int NAME_AND_TYPE = 12;

    /** Set by the made class, when it is initialized. */
    public static @Nullable MainCall made;

    /** Called by the made class. */
    protected MainCall() {}

    /** Calls the main method. */
    public abstract void call(String[] arguments) throws Throwable;

    /** Defines the made class: a {@code Lookup} would parse it before, which takes longer than all else. */
    static final class Definer extends ClassLoader {
        Definer() {
            super(MainCall.class.getClassLoader());
        }

        Class<?> define(byte[] code) {
            return defineClass(null, code, 0, code.length);
        }
    }

    /** {@return a call of a public static method with arguments; null where reflection is as fast, or is needed} */
    static @Nullable MainCall of(Method main) {
        Class<?> type = main.getDeclaringClass();
        if (Runtime.version().feature() < REFLECTION_BY_METHOD_HANDLES || type.isInterface()
                || main.getParameterCount() != 1 || !Modifier.isStatic(main.getModifiers())
                || !Modifier.isPublic(main.getModifiers() & type.getModifiers())
                || type.getModule() != MainCall.class.getModule()
                || type.getClassLoader() != MainCall.class.getClassLoader()) {
            return null;
        }
        try {
            Class<?> direct = new Definer().define(bytes(type.getName().replace('.', '/')));
            Class.forName(direct.getName(), true, direct.getClassLoader());
            return made;
        } catch (IOException | ReflectiveOperationException | LinkageError e) {
            return null;
        }
    }

    /**
     * Writes the class {@code final class MainCall$Direct extends MainCall}, whose initializer sets {@link #made} to an
     * instance, and whose {@link #call} calls {@code type.main(arguments)}.
     */
    private static byte[] bytes(String type) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(0xCAFEBABE);
        out.writeInt(52); // Java 8
        out.writeShort(23);
        text(out, NAME + "$Direct");
        pair(out, CLASS, 1);
        text(out, NAME);
        pair(out, CLASS, 3);
        text(out, "<init>");
        text(out, "()V");
        pair(out, NAME_AND_TYPE, 5, 6);
        pair(out, METHOD, 4, 7); // 8: the constructor of this class
        pair(out, METHOD, 2, 7);
        text(out, "made");
        text(out, "L" + NAME + ";");
        pair(out, NAME_AND_TYPE, 10, 11);
        pair(out, FIELD, 4, 12); // 13
        text(out, type);
        pair(out, CLASS, 14);
        text(out, "main");
        text(out, "([Ljava/lang/String;)V");
        pair(out, NAME_AND_TYPE, 16, 17);
        pair(out, METHOD, 15, 18); // 19
        text(out, "<clinit>");
        text(out, "call");
        text(out, "Code");
        out.writeShort(Modifier.FINAL | 0x20); // invokespecial as today
        out.writeShort(2);
        out.writeShort(4);
        out.writeInt(0); // no interfaces, no fields
        out.writeShort(3);
        method(out, 0, 5, 6, 1, 1, 0x2A, 0xB7, 0, 8, 0xB1); // aload_0, invokespecial, return
        method(out, Modifier.STATIC, 20, 6, 2, 0, 0xBB, 0, 2, 0x59, 0xB7, 0, 9, 0xB3, 0, 13, 0xB1); // made = new
        method(out, Modifier.PUBLIC, 21, 17, 1, 2, 0x2B, 0xB8, 0, 19, 0xB1); // aload_1, invokestatic, return
        out.writeShort(0);
        return bytes.toByteArray();
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        out.writeByte(UTF8);
        out.writeUTF(text);
    }

    private static void pair(DataOutputStream out, int kind, int... entries) throws IOException {
        out.writeByte(kind);
        for (int entry : entries) {
            out.writeShort(entry);
        }
    }

    private static void method(DataOutputStream out, int access, int name, int type, int stack, int locals, int... code)
            throws IOException {
        out.writeShort(access);
        out.writeShort(name);
        out.writeShort(type);
        out.writeShort(1);
        out.writeShort(22); // Code
        out.writeInt(12 + code.length);
        out.writeShort(stack);
        out.writeShort(locals);
        out.writeInt(code.length);
        for (int each : code) {
            out.writeByte(each);
        }
        out.writeInt(0); // no handlers, no attributes
    }
}
