package io.musher.internal.process.classdata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The call sites that are added to a list of classes. */
class CallSitesTest {

    private static final Pattern INVOKE_DYNAMIC = Pattern.compile("#(\\d+) = InvokeDynamic\\b");

    @TempDir
    Path folder;

    /** Has two lambdas, and constants that take two entries. */
    static final class Sample {

        private static final List<Long> NUMBERS = List.of(Long.MAX_VALUE, 1L << 40);

        String text(int number) {
            Supplier<String> first = () -> "first " + number;
            Supplier<String> second = () -> "second " + number + NUMBERS.get(0) + Math.PI * number;
            return first.get() + second.get() + 123_456_789_012L * number;
        }
    }

    /** Has none. */
    static final class Plain {
        int field;
    }

    private static byte[] file(Class<?> type) throws IOException {
        try (InputStream in = ClassLoader.getSystemResourceAsStream(type.getName().replace('.', '/') + ".class")) {
            return in.readAllBytes();
        }
    }

    /** What the JDK's own tool finds. */
    private static String javap(Class<?> type) {
        StringWriter out = new StringWriter();
        ToolProvider.findFirst("javap").orElseThrow().run(new PrintWriter(out), new PrintWriter(out), "-v", "-cp",
                System.getProperty("java.class.path"), type.getName());
        return INVOKE_DYNAMIC.matcher(out.toString()).results().map(found -> " " + found.group(1))
                .collect(Collectors.joining());
    }

    @Test
    void shouldFindThePlacesThatTheDisassemblerFinds() throws Exception {
        assertEquals(2, javap(Sample.class).strip().split(" ").length, "the lambdas of the sample");
        for (Class<?> type : List.of(Sample.class, Plain.class, CallSitesTest.class)) {
            assertEquals(javap(type), CallSites.indexes(file(type)), type::getName);
        }
    }

    @Test
    void shouldExtendAListByTheClassesThatHaveSome() throws Exception {
        String sample = Sample.class.getName().replace('.', '/');
        List<String> lines = List.of("# a comment", "java/lang/Object id: 0",
                Plain.class.getName().replace('.', '/') + " id: 1", sample + " id: 2",
                "no/such/Class id: 3", "other/Loaded id: 4 super: 0 source: /x/y.jar",
                "@lambda-proxy " + sample + " get ()Ljava/util/function/Supplier;");
        Path list = Files.write(folder.resolve("list"), lines);
        CallSites.main(new String[]{list.toString()});
        List<String> extended = Files.readAllLines(list);
        assertEquals(lines, extended.subList(0, lines.size()));
        assertEquals(List.of("@cp " + sample + javap(Sample.class)), extended.subList(lines.size(), extended.size()));
    }

    @Property(tries = 300)
    void shouldRefuseWhatIsNoClassFile(@ForAll byte[] bytes) {
        try {
            assertFalse(CallSites.indexes(bytes).isEmpty() && bytes.length < 10, "shorter than any class file");
        } catch (IOException e) {
            // as it should be
        }
    }
}
