package io.musher.internal.bind;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiPredicate;

/** Changes which class a class file calls for some methods, by its constant pool; its code stays as it is. */
final class MethodReferences {

    private static final int UTF8 = 1;
    private static final int CLASS = 7;
    private static final int METHOD = 10;
    private static final int POOL = 8;

    private final byte[] file;
    private final int count;
    /** Where the constants are; 0 for those that do not exist. */
    private final int[] at;
    private final int end;
    private final Map<Integer, String> texts = new HashMap<>();

    private MethodReferences(byte[] file) throws IOException {
        this.file = file;
        this.count = number(POOL);
        this.at = new int[count];
        int position = POOL + 2;
        for (int i = 1; i < count; i++) {
            at[i] = position;
            int tag = file[position];
            if (tag == UTF8) {
                texts.put(i, new DataInputStream(new ByteArrayInputStream(file, position + 1, file.length)).readUTF());
                position += 3 + number(position + 1);
            } else {
                position += 1 + ClassRenamer.size(tag);
            }
            i += ClassRenamer.entries(tag) - 1;
        }
        end = position;
    }

    /**
     * Redirects calls to a method of the same name and types in another class.
     *
     * @param owner the internal name of that class, such as {@code sun/nio/ch/Net}
     * @param selects which calls: the internal name of the class, and name and descriptor of the method
     * @return the changed class file
     * @throws IOException if the file contains what is not known
     */
    static byte[] redirect(byte[] file, String owner, BiPredicate<String, String> selects) throws IOException {
        return new MethodReferences(file).redirect(owner, selects);
    }

    private byte[] redirect(String owner, BiPredicate<String, String> selects) throws IOException {
        byte[] changed = file.clone();
        for (int i = 1; i < count; i++) {
            int method = at[i];
            if (method > 0 && file[method] == METHOD
                    && selects.test(className(number(method + 1)), methodName(number(method + 3)))) {
                changed[method + 1] = (byte) (count + 1 >> 8); // the second one of the two new entries
                changed[method + 2] = (byte) (count + 1);
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(file.length + owner.length() + 6);
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(changed, 0, POOL);
        out.writeShort(count + 2);
        out.write(changed, POOL + 2, end - POOL - 2);
        out.writeByte(UTF8);
        out.writeUTF(owner);
        out.writeByte(CLASS);
        out.writeShort(count);
        out.write(changed, end, changed.length - end);
        return bytes.toByteArray();
    }

    private int number(int position) {
        return (file[position] & 0xff) << 8 | file[position + 1] & 0xff;
    }

    private String className(int entry) {
        return texts.getOrDefault(number(at[entry] + 1), "");
    }

    private String methodName(int entry) {
        return texts.get(number(at[entry] + 1)) + texts.get(number(at[entry] + 3));
    }
}
