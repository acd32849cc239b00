package io.musher.internal.bind;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;

/** Renames classes in the constant pool of a class file. */
final class ClassRenamer {

    private static final int UTF8 = 1;
    private static final int LONG = 5;
    private static final int DOUBLE = 6;
    private static final int METHOD_HANDLE = 15;

    private ClassRenamer() {}

    /**
     * {@return a class file in which classes have other names}
     *
     * @param names internal names, such as {@code java/lang/Object}: those to replace, each with its replacement; none
     *     may begin with another
     */
    static byte[] rename(byte[] file, Map<String, String> names) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(file.length);
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(file));
                DataOutputStream out = new DataOutputStream(bytes)) {
            copy(in, out, 8); // magic number and versions
            int count = in.readUnsignedShort();
            out.writeShort(count);
            for (int i = 1; i < count; i++) {
                int tag = in.readUnsignedByte();
                out.writeByte(tag);
                if (tag == UTF8) {
                    String text = in.readUTF();
                    for (Map.Entry<String, String> each : names.entrySet()) {
                        text = text.replace(each.getKey(), each.getValue());
                    }
                    out.writeUTF(text);
                } else {
                    copy(in, out, size(tag));
                }
                i += entries(tag) - 1;
            }
            in.transferTo(out);
        }
        return bytes.toByteArray();
    }

    /** {@return how many entries of the constant pool a constant takes} */
    static int entries(int tag) {
        return tag == LONG || tag == DOUBLE ? 2 : 1;
    }

    /** {@return the length of a constant other than a text, without its tag} */
    static int size(int tag) throws IOException {
        switch (tag) {
            case 7, 8, 16, 19, 20 :
                return 2;
            case METHOD_HANDLE :
                return 3;
            case 3, 4, 9, 10, 11, 12, 17, 18 :
                return 4;
            case LONG, DOUBLE :
                return 8;
            default :
                throw new IOException("a constant of the unknown kind " + tag);
        }
    }

    private static void copy(DataInputStream in, DataOutputStream out, int length) throws IOException {
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        out.write(bytes);
    }
}
