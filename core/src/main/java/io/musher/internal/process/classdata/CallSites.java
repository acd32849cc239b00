package io.musher.internal.process.classdata;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Adds to a list of classes where they create lambdas and concatenate strings, so that the archive holds the classes
 * that the JVM makes for these places. Otherwise every worker makes them again, a sixth of the start of a small
 * program.
 *
 * <p>A JVM writes these lines itself, but only when it exits, and the list is taken from a worker that serves. So this
 * names every such place in the listed classes, also those that no worker has come to yet. A line is
 * {@code @cp <class> <indexes into its constant pool>}.
 *
 * <p>A program of its own, with the class path of the workers and the list as its argument: it needs not a class of the
 * program, only their bytes.
 */
public final class CallSites {

    private static final int MAGIC = 0xcafebabe;
    private static final int UTF8 = 1;
    private static final int LONG = 5;
    private static final int DOUBLE = 6;
    private static final int METHOD_HANDLE = 15;
    private static final int INVOKE_DYNAMIC = 18;

    private CallSites() {}

    /** Extends the list of classes in the file {@code args[0]}. */
    public static void main(String[] args) throws IOException {
        Path list = Path.of(args[0]);
        List<String> added = new ArrayList<>();
        for (String line : Files.readAllLines(list)) {
            String name = line.split(" ", 2)[0];
            boolean isClass = !name.isEmpty() && name.charAt(0) != '#' && name.charAt(0) != '@';
            if (isClass && !line.contains(" source: ")) { // else of a class loader of the program's own
                String indexes = indexes(name);
                if (!indexes.isEmpty()) {
                    added.add("@cp " + name + indexes);
                }
            }
        }
        Files.write(list, added, StandardOpenOption.APPEND);
    }

    /** {@return the jar or folder with this program; empty if that is unknown} */
    static Optional<String> location() {
        CodeSource source = CallSites.class.getProtectionDomain().getCodeSource();
        try {
            return source == null ? Optional.empty()
                    : Optional.of(Path.of(source.getLocation().toURI()).toString());
        } catch (URISyntaxException | IllegalArgumentException | NullPointerException e) {
            return Optional.empty();
        }
    }

    private static String indexes(String name) {
        try (InputStream in = ClassLoader.getSystemResourceAsStream(name + ".class")) {
            return in == null ? "" : indexes(in.readAllBytes());
        } catch (IOException e) {
            return ""; // a class without its call sites is as good as before
        }
    }

    /** {@return the indexes of the call sites in a class file, each after a blank} */
    static String indexes(byte[] file) throws IOException {
        StringBuilder found = new StringBuilder();
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(file));
        if (in.readInt() != MAGIC) {
            throw new IOException("not a class file");
        }
        in.readInt();
        int count = in.readUnsignedShort();
        for (int i = 1; i < count; i++) {
            int tag = in.readUnsignedByte();
            if (tag == INVOKE_DYNAMIC) {
                found.append(' ').append(i);
            }
            in.skipNBytes(length(tag, in));
            if (tag == LONG || tag == DOUBLE) {
                i++; // takes two
            }
        }
        return found.toString();
    }

    /** {@return how many bytes follow the tag of a constant} */
    private static int length(int tag, DataInputStream in) throws IOException {
        return switch (tag) {
            case UTF8 -> in.readUnsignedShort();
            case 7, 8, 16, 19, 20 -> 2; // names, strings and method types
            case METHOD_HANDLE -> 3;
            case 3, 4, 9, 10, 11, 12, 17, INVOKE_DYNAMIC -> 4; // numbers and pairs of indexes
            case LONG, DOUBLE -> 8;
            default -> throw new IOException("constant " + tag);
        };
    }
}
