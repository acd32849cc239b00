package io.musher.internal.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class JsonWriterTest {

    /** Longer than what is written by a simple loop. */
    static final int LONG = 200;
    private static final int LARGE = 1 << 24;

    record Item(String name, int count, long weight, double price, boolean sold, Item next) {}

    record Nothing() {}

    record Deep(List<Map<String, Object>> rows) {}

    record Throwing(String name) {
        @Override
        public String name() {
            throw new IllegalStateException("not yet");
        }
    }

    static String json(Object value) {
        ByteBuffer buffer = JsonWriter.write(value, 3, LARGE, ByteBuffer::allocate);
        assertEquals(0, buffer.position());
        return new String(buffer.array(), 3, buffer.limit() - 3, StandardCharsets.UTF_8);
    }

    private static String refused(Object value) {
        return assertThrows(IllegalArgumentException.class, () -> json(value)).getMessage();
    }

    @Test
    void shouldWriteScalars() {
        assertEquals("null", json(null));
        assertEquals("true", json(true));
        assertEquals("-5", json((byte) -5));
        assertEquals("7", json((short) 7));
        assertEquals("0", json(0));
        assertEquals("-9223372036854775808", json(Long.MIN_VALUE));
        assertEquals("9223372036854775807", json(Long.MAX_VALUE));
        assertEquals("1.0", json(1.0));
        assertEquals("-0.0", json(-0.0));
        assertEquals("0.1", json(0.1f));
        assertEquals("1.0E-300", json(1e-300));
        assertEquals("123456789012345678901234567890", json(new BigInteger("123456789012345678901234567890")));
        assertEquals("1.50", json(new BigDecimal("1.50")));
        assertEquals("\"x\"", json('x'));
        assertEquals("\"SECONDS\"", json(TimeUnit.SECONDS));
        UUID id = UUID.randomUUID();
        assertEquals('"' + id.toString() + '"', json(id));
    }

    @Test
    void shouldWriteStrings() {
        assertEquals("\"\"", json(""));
        assertEquals("\"a\\\"b\\\\c/\"", json("a\"b\\c/"));
        assertEquals("\"\\u000a\\u0000\\u001f\u007f\"", json("\n\0\u001f\u007f"));
        assertEquals("\"grün 日本 \ud83d\ude00\"", json("grün 日本 \ud83d\ude00"));
        assertEquals("\"\\ud83d!\\ude00\"", json("\ud83d!\ude00"), "halves of a pair have no UTF-8");
        assertEquals("\"\\ud83d\"", json("\ud83d"));
        assertEquals("\"built\"", json(new StringBuilder("built")));
    }

    @Test
    void shouldWriteTimesAsTheirParseMethodsReadThem() {
        assertEquals("\"1970-01-01T00:00:00Z\"", json(Instant.EPOCH));
        assertEquals("\"PT1.5S\"", json(Duration.ofMillis(1500)));
        assertEquals("\"2026-11-21\"", json(LocalDate.of(2026, 11, 21)));
        assertEquals("\"P1D\"", json(Period.ofDays(1)));
        assertEquals("\"Europe/Berlin\"", json(ZoneId.of("Europe/Berlin")));
    }

    @Test
    void shouldWriteStructures() {
        assertEquals("[]", json(List.of()));
        assertEquals("{}", json(Map.of()));
        assertEquals("{}", json(new Nothing()));
        assertEquals("[1,null,[\"a\"]]", json(Arrays.asList(1, null, Set.of("a"))));
        assertEquals("[1,2]", json(new int[]{1, 2}));
        assertEquals("[\"a\",null]", json(new String[]{"a", null}));
        assertEquals("[[1.5],[]]", json(new double[][]{{1.5}, {}}));
        assertEquals("[3]", json(new ConcurrentLinkedDeque<>(List.of(3))));
        Map<String, Object> ordered = new LinkedHashMap<>();
        ordered.put("z", 1);
        ordered.put("", Optional.of(List.of()));
        ordered.put("a", Optional.empty());
        ordered.put("n", OptionalInt.of(4));
        assertEquals("{\"z\":1,\"\":[],\"a\":null,\"n\":4}", json(ordered));
        assertEquals("{\"name\":\"a\",\"count\":1,\"weight\":2,\"price\":0.5,\"sold\":true,\"next\":"
                + "{\"name\":null,\"count\":-1,\"weight\":0,\"price\":0.0,\"sold\":false,\"next\":null}}",
                json(new Item("a", 1, 2, 0.5, true, new Item(null, -1, 0, 0, false, null))));
    }

    @Test
    void shouldLeaveTheHeadroomToTheCaller() {
        ByteBuffer buffer = JsonWriter.write("hello", 13, LARGE, ByteBuffer::allocate);
        assertEquals(20, buffer.limit());
        assertArrayEquals(new byte[13], Arrays.copyOf(buffer.array(), 13));
    }

    @Test
    void shouldNameTheClassAndThePathOfWhatCannotBeSent() {
        assertTrue(refused(new Object()).startsWith("java.lang.Object cannot be sent"), refused(new Object()));
        assertTrue(refused(URI.create("x:y")).startsWith("java.net.URI cannot be sent"));
        assertTrue(refused(Map.of("a", List.of(1, Map.of("b", new Object()))))
                .startsWith("a[1].b: java.lang.Object cannot be sent"));
        assertTrue(refused(new Object[]{1, Thread.currentThread()}).startsWith("[1]: java.lang.Thread cannot be sent"));
        assertTrue(refused(new Deep(List.of(Map.of("x", new Object()))))
                .startsWith("rows[0].x: java.lang.Object cannot be sent"));
        assertEquals("a: a map's key is a java.lang.Integer; only strings can be sent",
                refused(Map.of("a", Map.of(1, 2))));
        assertEquals("a map's key is null; only strings can be sent", refused(Collections.singletonMap(null, 1)));
    }

    @Test
    void shouldRefuseNumbersThatJsonDoesNotHave() {
        assertEquals("[0]: NaN cannot be sent: JSON has no such number", refused(List.of(Double.NaN)));
        assertEquals("Infinity cannot be sent: JSON has no such number", refused(Float.POSITIVE_INFINITY));
        assertEquals("[1]: -Infinity cannot be sent: JSON has no such number",
                refused(new double[]{1, Double.NEGATIVE_INFINITY}));
        assertEquals("price: NaN cannot be sent: JSON has no such number",
                refused(new Item("", 0, 0, Double.NaN, false, null)));
        assertTrue(refused(BigInteger.TEN.pow(2000)).contains("2001 characters"));
    }

    @Test
    void shouldRefuseWhatIsTooDeepOrACircle() {
        Object deepest = 1;
        for (int i = 0; i < 200; i++) {
            deepest = List.of(deepest);
        }
        assertEquals("[".repeat(200) + "1" + "]".repeat(200), json(deepest));
        Object tooDeep = List.of(deepest);
        assertTrue(refused(tooDeep).endsWith("nested deeper than 200, or in a circle"), refused(tooDeep));
        List<Object> circle = new ArrayList<>();
        circle.add(circle);
        assertTrue(refused(circle).endsWith("nested deeper than 200, or in a circle"));
        Optional<Object> wrapped = Optional.empty();
        for (int i = 0; i < 300; i++) {
            wrapped = Optional.of(wrapped);
        }
        assertTrue(refused(wrapped).endsWith("nested deeper than 200, or in a circle"));
    }

    @Test
    void shouldSayWhatThrewWhileItWasRead() {
        assertEquals(
                "[0].name: the accessor of " + Throwing.class.getName()
                        + " threw java.lang.IllegalStateException: not yet",
                refused(List.of(new Throwing("x"))));
    }

    @Test
    void shouldRefuseWhatIsTooLargeAndWorkOnAfterwards() {
        assertEquals(12, JsonWriter.write("x".repeat(10), 0, 12, ByteBuffer::allocate).limit());
        assertEquals("larger than maxMessageSize, 11 bytes",
                assertThrows(IllegalArgumentException.class,
                        () -> JsonWriter.write("x".repeat(10), 0, 11, ByteBuffer::allocate)).getMessage());
        List<String> many = Collections.nCopies(100_000, "0123456789");
        assertThrows(IllegalArgumentException.class, () -> JsonWriter.write(many, 13, 1_000_000, ByteBuffer::allocate));
        assertEquals(1_300_001, JsonWriter.write(many, 0, 1_300_001, ByteBuffer::allocate).limit());
        assertEquals("[1]", json(List.of(1)));
    }

    @Test
    void shouldWriteWhatIsSentWhileSomethingElseIsWritten() {
        List<Object> nosy = new ArrayList<>(List.of(1, 2)) {
            private static final long serialVersionUID = 1L;

            @Override
            public java.util.Iterator<Object> iterator() {
                assertEquals("{\"inner\":true}", json(Map.of("inner", true)));
                return super.iterator();
            }
        };
        assertEquals("[[1,2]]", json(List.of(nosy)));
    }
}
