package io.musher.internal.process.classdata;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
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

    private static final String LAMBDA_PROXY = "@lambda-proxy ";

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
                CallSitesTest.class.getName().replace('.', '/') + " id: 3", // is not said to have created a lambda
                "no/such/Class id: 4", "other/Loaded id: 5 super: 0 source: /x/y.jar",
                LAMBDA_PROXY + sample + " get ()Ljava/util/function/Supplier;",
                LAMBDA_PROXY + "other/Loaded get ()Ljava/util/function/Supplier;");
        Path list = Files.write(folder.resolve("list"), lines);
        CallSites.main(new String[]{list.toString()});
        List<String> extended = Files.readAllLines(list);
        assertEquals(lines, extended.subList(0, lines.size()));
        assertEquals(List.of("@cp " + sample + javap(Sample.class)), extended.subList(lines.size(), extended.size()));
    }

    @Test
    void shouldListThoseOfTheJdkWhetherItsLambdasWereCreatedOrNot() throws Exception {
        Path list = Files.write(folder.resolve("list"), List.of("java/util/stream/Collectors id: 0"));
        CallSites.main(new String[]{list.toString()});
        assertEquals("@cp java/util/stream/Collectors" + javap(Collectors.class), Files.readAllLines(list).get(1));
    }

    @Test
    void shouldNotMakeAnArchiveOfThousandsOfThem() throws Exception {
        List<String> lines = Collections.nCopies(10_000, "java/util/stream/Collectors id: 0");
        Path list = Files.write(folder.resolve("list"), lines);
        CallSites.main(new String[]{list.toString()});
        long sites = Files.readAllLines(list).stream().filter(line -> line.startsWith("@cp"))
                .mapToLong(line -> line.split(" ").length - 2).sum();
        assertTrue(sites > 3_500 && sites <= 4_000, () -> sites + " call sites");
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
