package io.musher.internal.message;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Whatever is written comes back; whatever comes is read or refused, and nothing else happens. */
class JsonProperties {

    record Row(String name, List<Row> rows, Map<String, Object> more, long number, double decimal) {}

    private static final List<Class<?>> TYPES = List.of(Object.class, Row.class, List.class, Map.class, String.class,
            int.class, Double.class,
            BigInteger.class, int[].class, Row[].class, java.time.Instant.class, java.util.Optional.class);

    private static JsonReader reader(Object value) {
        ByteBuffer json = JsonWriter.write(value, 13, 1 << 20, ByteBuffer::allocate);
        return new JsonReader(json.array(), 13, json.limit() - 13);
    }

    @Property
    void shouldReadWhatItWrote(@ForAll("values") Object value) {
        assertEquals(value, reader(value).value());
    }

    @Property
    void shouldReadTheRecordsItWrote(@ForAll("rows") Row row) {
        assertEquals(row, reader(row).as(Row.class));
    }

    @Property
    void shouldReadEveryDouble(@ForAll double value) {
        assertEquals(value, reader(value).value());
        assertEquals(value, reader(value).as(double.class));
    }

    @Property
    void shouldReadDecimalsAsTheJdkDoes(@ForAll long mantissa, @ForAll @IntRange(min = -330, max = 310) int exponent) {
        String text = mantissa + "e" + exponent;
        if (Double.isFinite(Double.parseDouble(text))) {
            assertEquals(Double.parseDouble(text),
                    read(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII), Double.class));
        }
    }

    @Property
    void shouldReadShortDecimalsAsTheJdkDoes(@ForAll int mantissa, @ForAll @IntRange(min = 0, max = 30) int places) {
        String text = java.math.BigDecimal.valueOf(mantissa, places).toPlainString();
        assertEquals(Double.parseDouble(text),
                read(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII), double.class));
    }

    @Property
    void shouldRefuseAnyGarbageByOneKindOfException(@ForAll("garbage") byte[] bytes) {
        TYPES.forEach(type -> read(bytes, type));
    }

    /** One byte wrong somewhere in a good text. */
    @Property
    void shouldReadOrRefuseWhatIsDamaged(@ForAll("rows") Row row, @ForAll int place, @ForAll byte damage) {
        ByteBuffer json = JsonWriter.write(row, 0, 1 << 20, ByteBuffer::allocate);
        json.put(Math.floorMod(place, json.limit()), damage);
        TYPES.forEach(type -> read(json.array(), type));
    }

    private static Object read(byte[] bytes, Class<?> type) {
        try {
            return new JsonReader(bytes, 0, bytes.length).as(type);
        } catch (IllegalArgumentException e) {
            return e;
        }
    }

    @Property
    void shouldFindSpecialBytesAsASimpleLoopDoes(@ForAll("garbage") byte[] bytes,
            @ForAll @IntRange(max = 40) int from) {
        int at = Math.min(from, bytes.length);
        int expected = at;
        while (expected < bytes.length && bytes[expected] >= ' ' && "\"\\?".indexOf(bytes[expected]) < 0) {
            expected++;
        }
        assertEquals(expected, JsonStringScanner.endOr('?', bytes, at, bytes.length));
    }

    @Property
    void shouldReadLongStringsItWrote(@ForAll("longTexts") String text) {
        assertEquals(text, reader(text).value());
        assertEquals(text, reader(text).as(String.class));
    }

    @Provide
    Arbitrary<String> longTexts() {
        return Arbitraries.of('a', 'b', '?', '"', '\\', '\n', 'ü', '\ud83d', '\ude00', '語').list().ofMaxSize(6)
                .map(specials -> specials.stream().map(c -> "plain?".repeat(30) + c)
                        .collect(java.util.stream.Collectors.joining()))
                .map(text -> text + "x".repeat(JsonWriterTest.LONG - Math.min(JsonWriterTest.LONG, text.length())));
    }

    @Provide
    Arbitrary<Object> values() {
        Arbitrary<Object> leaves = Arbitraries.oneOf(Arbitraries.strings(), Arbitraries.longs(), Arbitraries.doubles(),
                Arbitraries.of(true, false), Arbitraries.bigIntegers().map(JsonProperties::narrow),
                Arbitraries.just("\ud800 \udc00\ud800"))
                .injectNull(0.1);
        return tree(leaves, 3);
    }

    private static Arbitrary<Object> tree(Arbitrary<Object> leaves, int depth) {
        if (depth == 0) {
            return leaves;
        }
        Arbitrary<Object> below = Arbitraries.lazy(() -> tree(leaves, depth - 1));
        return Arbitraries.oneOf(leaves, below.list().ofMaxSize(5).map(list -> (Object) list),
                Arbitraries.maps(Arbitraries.strings(), below).ofMaxSize(5)
                        .map(map -> (Object) new LinkedHashMap<>(map)));
    }

    /** Integers that fit one come as a long. */
    private static Object narrow(BigInteger large) {
        return large.bitLength() < Long.SIZE ? (Object) large.longValue() : large;
    }

    @Provide
    Arbitrary<Row> rows() {
        return rows(2);
    }

    private Arbitrary<Row> rows(int depth) {
        Arbitrary<List<Row>> inner = depth == 0 ? Arbitraries.just(List.of())
                : Arbitraries.lazy(() -> rows(depth - 1)).list().ofMaxSize(3);
        return net.jqwik.api.Combinators.combine(Arbitraries.strings().injectNull(0.2), inner,
                Arbitraries.maps(Arbitraries.strings().ofMaxLength(3), values()).ofMaxSize(2), Arbitraries.longs(),
                Arbitraries.doubles())
                .as(Row::new);
    }

    @Provide
    Arbitrary<byte[]> garbage() {
        Arbitrary<Byte> likely = Arbitraries
                .of("{}[]\",:\\u0123eE+-.ntrfals x\n\0\u0080".chars().mapToObj(c -> (byte) c).toList());
        return Arbitraries.oneOf(likely.array(byte[].class).ofMaxSize(30),
                Arbitraries.bytes().array(byte[].class).ofMaxSize(30));
    }
}
