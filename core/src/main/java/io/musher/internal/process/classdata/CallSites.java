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
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Adds to a list of classes where they create lambdas and concatenate strings, so that the archive holds the classes
 * that the JVM makes for these places. Otherwise every worker makes them again, a seventh of the start of a small
 * program.
 *
 * <p>A JVM writes these lines itself, but only when it exits, and the list is taken from a worker that serves. So this
 * names every such place in the listed classes of the JDK, and in those others of which the list says that they have
 * created a lambda. Some of these places no worker will ever come to; each costs a start 4 µs and 2 KiB, so their
 * number is limited. A line is {@code @cp <class> <indexes into its constant pool>}.
 *
 * <p>A program of its own, with the class path of the workers and the list as its argument. It reads the class files
 * and loads none of the classes.
 */
public final class CallSites {

    private static final int LIMIT = 4000;
    private static final String LAMBDA = "@lambda-proxy ";
    private static final String[] JDK = {"java/", "javax/", "jdk/", "sun/", "com/sun/"};

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
        List<String> lines = Files.readAllLines(list);
        Set<String> creators = new HashSet<>();
        for (String line : lines) {
            if (line.startsWith(LAMBDA)) {
                creators.add(line.substring(LAMBDA.length()).split(" ", 2)[0]);
            }
        }
        List<String> added = new ArrayList<>();
        int count = 0;
        for (String line : lines) { // in the order of loading: the first are the most likely
            String name = line.split(" ", 2)[0];
            if (isWanted(line, name, creators)) {
                String indexes = indexes(name);
                count += indexes.split(" ").length - 1;
                if (count > LIMIT) {
                    break;
                }
                if (!indexes.isEmpty()) {
                    added.add("@cp " + name + indexes);
                }
            }
        }
        Files.write(list, added, StandardOpenOption.APPEND);
    }

    private static boolean isWanted(String line, String name, Set<String> creators) {
        boolean isClass = !name.isEmpty() && name.charAt(0) != '#' && name.charAt(0) != '@'
                && !line.contains(" source: "); // else of a class loader of the program's own
        return isClass && (creators.contains(name) || Arrays.stream(JDK).anyMatch(name::startsWith));
    }

    /** {@return the jar or folder with this program; empty if that is unknown} */
    static Optional<String> location() {
        CodeSource source = CallSites.class.getProtectionDomain().getCodeSource();
        try {
            return source == null ? Optional.empty()
                    : Optional.of(Path.of(source.getLocation().toURI()).toString());
        } catch (URISyntaxException | RuntimeException e) { // in a jar of another file system, for example
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
