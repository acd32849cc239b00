package io.musher.internal.bind;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.ClassDefinition;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Binds servers that want the common port to the worker's own port instead, as Node's cluster does: in the reference of
 * {@code sun.nio.ch.Net} to its native method {@code bind0} the class is changed, and nothing else of the JDK.
 */
final class BindRedirection implements UnaryOperator<InetSocketAddress> {

    private static final String NET = "sun.nio.ch.Net";
    private static final String BIND = "bind0";
    private static final String HERE = "io/musher/internal/bind/RedirectTemplate";
    private static final String THERE = "sun/nio/ch/MusherBind";

    private static final int UTF8 = 1;
    private static final int CLASS = 7;
    private static final int METHOD = 10;
    private static final int NAME_AND_TYPE = 12;

    private final int commonPort;
    private final InetSocketAddress own;

    private BindRedirection(int commonPort, InetSocketAddress own) {
        this.commonPort = commonPort;
        this.own = own;
    }

    /**
     * Redirects binds in this JVM.
     *
     * @param own the address that this worker listens on
     */
    static void install(int commonPort, InetSocketAddress own, Instrumentation instrumentation)
            throws ReflectiveOperationException, IOException, UnmodifiableClassException {
        Class<?> net = Class.forName(NET, false, null);
        Lookup lookup = JdkNetHook.lookup();
        Class<?> template = lookup.defineClass(
                ClassRenamer.rename(code(BindRedirection.class, "RedirectTemplate.class"), Map.of(HERE, THERE)));
        try {
            lookup.findStatic(template, "init", MethodType.methodType(void.class, UnaryOperator.class))
                    .invoke(new BindRedirection(commonPort, own));
        } catch (ReflectiveOperationException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IOException(e);
        }
        instrumentation.redefineClasses(new ClassDefinition(net, withBindOf(code(net, "Net.class"), THERE)));
    }

    private static byte[] code(Class<?> neighbour, String name) throws IOException {
        try (InputStream in = neighbour.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException(name + " is missing beside " + neighbour.getName());
            }
            return in.readAllBytes();
        }
    }

    @Override
    public InetSocketAddress apply(InetSocketAddress wanted) {
        return wanted.getPort() == commonPort && ReusePortAction.isServer(new Throwable().getStackTrace()) ? own
                : wanted;
    }

    /** {@return the class file, with the class of the method that it calls as {@code bind0} changed} */
    static byte[] withBindOf(byte[] file, String owner) throws IOException {
        int count = unsigned(file, 8);
        int[] at = new int[count];
        int end = 10;
        for (int i = 1; i < count; i++) {
            at[i] = end;
            int tag = file[end];
            end += 1 + (tag == UTF8 ? 2 + unsigned(file, end + 1) : ClassRenamer.size(tag));
            i += ClassRenamer.entries(tag) - 1;
        }
        byte[] changed = file.clone();
        int calls = 0;
        for (int i = 1; i < count; i++) {
            if (at[i] > 0 && file[at[i]] == METHOD) {
                int nameAndType = at[unsigned(file, at[i] + 3)];
                if (file[nameAndType] == NAME_AND_TYPE
                        && text(file, at[unsigned(file, nameAndType + 1)]).equals(BIND)) {
                    changed[at[i] + 1] = (byte) (count + 1 >> 8); // the second one of the two new entries
                    changed[at[i] + 2] = (byte) (count + 1);
                    calls++;
                }
            }
        }
        if (calls != 1) {
            throw new IOException(NET + " calls " + calls + " methods " + BIND);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(file.length + owner.length() + 6);
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(changed, 0, 8);
        out.writeShort(count + 2);
        out.write(changed, 10, end - 10);
        out.writeByte(UTF8);
        out.writeUTF(owner);
        out.writeByte(CLASS);
        out.writeShort(count);
        out.write(changed, end, changed.length - end);
        return bytes.toByteArray();
    }

    private static int unsigned(byte[] file, int at) {
        return (file[at] & 0xff) << 8 | file[at + 1] & 0xff;
    }

    private static String text(byte[] file, int at) throws IOException {
        return new DataInputStream(new ByteArrayInputStream(file, at + 1, file.length - at - 1)).readUTF();
    }
}
