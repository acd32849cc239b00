package io.musher.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LambdasToClassesTest {

    /** Every kind of lambda expression and method reference; says what each returned. */
    private static final String KINDS = """
            import other.Base;
            import java.util.*;
            import java.util.function.*;

            public class Kinds extends Base {
                interface Three { String of(byte a, short b, char c); }
                interface Bytes { long of(byte a); }
                interface Generic<T extends Comparable<T>> { T larger(T a, T b); }
                interface Shape {
                    private String secret() { return "private of an interface"; }
                    default Supplier<String> open() { return this::secret; }
                    static Supplier<String> made() { return () -> "static of an interface"; }
                }
                enum Level { LOW(n -> n + 1), HIGH(n -> n * 10); final IntUnaryOperator next;
                    Level(IntUnaryOperator next) { this.next = next; } }
                record Pair(String a, long b) {}
                static class Inner { private final int n; Inner(int n) { this.n = n; }
                    Supplier<Integer> mine() { return () -> n + secret(); }
                    private int secret() { return 100; } }
                private String own(Object... all) { return "own " + all.length; }
                @Override public String toString() { return "kinds"; }
                Supplier<String> above() { return super::toString; }
                Supplier<String> fromAnotherPackage() { return this::inherited; }
                static <T extends Comparable<T>> T larger(T a, T b) { return a.compareTo(b) > 0 ? a : b; }
                static long sum(int a, long b, double c) { return a + b + (long) c; }

                public static List<Object> said() {
                    List<Object> said = new ArrayList<>();
                    Kinds kinds = new Kinds();
                    int i = 7; long l = 8L; double d = 9.5;
                    float f = 1.5f; boolean yes = true; char c = 'c'; byte b = 3;
                    Runnable captures = () -> said.add(i + " " + l + " " + d + " " + f + " " + yes + " " + c + " " + b);
                    captures.run();
                    Supplier<Integer> boxes = () -> i; said.add(boxes.get());
                    IntSupplier unboxes = boxes::get; said.add(unboxes.getAsInt());
                    LongSupplier widens = boxes::get; said.add(widens.getAsLong());
                    DoubleUnaryOperator doubles = Math::abs; said.add(doubles.applyAsDouble(-2.5));
                    ToLongFunction<Integer> intToLong = Integer::intValue; said.add(intToLong.applyAsLong(5));
                    ToDoubleFunction<Long> longToDouble = n -> n; said.add(longToDouble.applyAsDouble(6L));
                    Function<Object, String> texts = Object::toString; said.add(texts.apply(List.of(1)));
                    Function<String, Integer> lengths = String::length; said.add(lengths.apply("four"));
                    BiFunction<String, Long, Pair> creates = Pair::new; said.add(creates.apply("x", 2L));
                    IntFunction<String[]> arrays = String[]::new; said.add(arrays.apply(3).length);
                    Function<int[], Object> clones = int[]::clone; said.add(((int[]) clones.apply(new int[2])).length);
                    Function<Object[], String> several = kinds::own; said.add(several.apply(new Object[4]));
                    Supplier<String> none = kinds::own; said.add(none.get());
                    said.add(kinds.above().get()); said.add(kinds.fromAnotherPackage().get());
                    said.add(new Inner(1).mine().get());
                    said.add(new Shape() {}.open().get()); said.add(Shape.made().get());
                    said.add(Level.HIGH.next.applyAsInt(4));
                    Generic<String> generic = Kinds::larger; said.add(generic.larger("a", "b"));
                    Three three = (x, y, z) -> "" + x + y + z; said.add(three.of((byte) 1, (short) 2, 'z'));
                    Bytes bytes = a -> a; said.add(bytes.of((byte) -1));
                    Consumer<List<Object>> discards = List::size; discards.accept(said);
                    Predicate<String> predicate = "same"::equals; said.add(predicate.test("same"));
                    Comparator<Pair> order = Comparator.comparing(Pair::b);
                    said.add(order.compare(new Pair("", 1), new Pair("", 2)));
                    Supplier<Supplier<String>> nested = () -> () -> "nested " + i; said.add(nested.get().get());
                    Runnable both = (Runnable & java.io.Serializable) () -> said.add("serializable"); both.run();
                    List<Object> twice = new ArrayList<>();
                    for (int n = 0; n < 2; n++) { Supplier<String> one = () -> "one"; twice.add(one); }
                    said.add(twice.get(0) == twice.get(1));
                    try {
                        Function<Object, Integer> wrong = (Function) lengths; wrong.apply(1);
                    } catch (ClassCastException e) { said.add("no string"); }
                    return said;
                }

                public static StackTraceElement[] trace() {
                    Runnable throwing = () -> { throw new IllegalStateException(); };
                    try { throwing.run(); return null; } catch (IllegalStateException e) { return e.getStackTrace(); }
                }
            }
            """;
    private static final String BASE = """
            package other;

            public class Base { protected String inherited() { return "protected"; }
                @Override public String toString() { return "base"; } }
            """;

    @TempDir
    private Path folder;
    private Path compiled;
    private Path copied;

    @BeforeEach
    void compile() throws IOException {
        compiled = folder.resolve("compiled");
        copied = folder.resolve("copied");
        Path kinds = Files.writeString(folder.resolve("Kinds.java"), KINDS);
        Path base = Files.writeString(folder.resolve("Base.java"), BASE);
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, System.out, System.out, "-nowarn", "-d",
                compiled.toString(), "-XDstringConcat=inline", kinds.toString(), base.toString()));
    }

    private void copy() throws IOException {
        LambdasToClasses.main(new String[]{compiled.toString(), copied.toString()});
    }

    /** {@return the result of a static method of the class in a folder} */
    private static Object call(Path classes, String method) throws Exception {
        try (URLClassLoader loader = new URLClassLoader(new URL[]{classes.toUri().toURL()}, null)) {
            return loader.loadClass("Kinds").getMethod(method).invoke(null);
        }
    }

    private static Map<String, String> contents(Path classes) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path each : files.filter(Files::isRegularFile).toList()) {
                contents.put(classes.relativize(each).toString(), Files.readString(each, StandardCharsets.ISO_8859_1));
            }
        }
        return contents;
    }

    @Test
    void shouldKeepWhatEveryKindOfLambdaDoes() throws Exception {
        copy();
        assertEquals(call(compiled, "said").toString(), call(copied, "said").toString());
        Map<String, String> after = contents(copied);
        assertTrue(after.size() > contents(compiled).size() + 30, after.keySet()::toString);
        after.forEach((name, content) -> assertFalse(content.contains("\u0001\0\u000bmetafactory"), name));
        assertTrue(after.get("Kinds.class").contains("altMetafactory"), "a serializable lambda stays");
    }

    @Test
    void shouldCopyAllElseAndLeaveNothingOfAnEarlierCopy() throws Exception {
        Files.writeString(compiled.resolve("other/text.txt"), "a resource");
        Map<String, String> before = contents(compiled);
        copy();
        Map<String, String> first = contents(copied);
        assertEquals("a resource", first.get("other/text.txt"));
        assertEquals(before.get("other/Base.class"), first.get("other/Base.class"), "it has no lambdas");
        assertEquals(before, contents(compiled));

        Files.writeString(copied.resolve("Kinds$$Lambda99.class"), "of an earlier compilation");
        copy();
        assertEquals(first, contents(copied));
    }

    @Test
    void shouldShowTheLineOfALambdaInStackTraces() throws Exception {
        copy();
        StackTraceElement[] trace = (StackTraceElement[]) call(copied, "trace");
        assertTrue(trace[1].getClassName().startsWith("Kinds$$Lambda"), trace[1]::toString);
        assertEquals(trace[0].getFileName() + trace[0].getLineNumber(),
                trace[1].getFileName() + trace[1].getLineNumber());
    }
}
