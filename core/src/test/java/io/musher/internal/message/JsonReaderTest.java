package io.musher.internal.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {

    record Point(int x, int y) {}

    record Order(String id, List<Point> path, Map<String, Point> named, Optional<Point> end, OptionalInt rank,
            Set<TimeUnit> units,
            Instant at, Object anything, Order next) {}

    record Checked(int even) {
        Checked {
            if (even % 2 != 0) {
                throw new IllegalArgumentException(even + " is odd");
            }
        }
    }

    record Boxes(Integer i, Long l, Boolean b, Character c, Double d, byte[] bytes, Point[] points) {}

    record Generic<T>(T value, List<? extends Point> points) {}

    private static JsonReader reader(String json) {
        byte[] bytes = ("##" + json + "1").getBytes(StandardCharsets.UTF_8); // it must not look beyond its part
        return new JsonReader(bytes, 2, bytes.length - 3);
    }

    private static Object value(String json) {
        return reader(json).value();
    }

    private static <T> T as(Class<T> type, String json) {
        return reader(json).as(type);
    }

    private static String refused(Class<?> type, String json) {
        return assertThrows(IllegalArgumentException.class, () -> as(type, json)).getMessage();
    }

    @Test
    void shouldReadPlainValues() {
        assertNull(value("null"));
        assertEquals(true, value(" true "));
        assertEquals(0L, value("-0"));
        assertEquals(Long.MAX_VALUE, value("9223372036854775807"));
        assertEquals(Long.MIN_VALUE, value("-9223372036854775808"));
        assertEquals(new BigInteger("9223372036854775808"), value("9223372036854775808"));
        assertEquals(1.0, value("1.0"));
        assertEquals(-0.0, value("-0.0"));
        assertEquals(1e10, value("1e10"));
        assertEquals(2.5e-7, value("2.5E-7"));
        assertEquals(0.1, value("0.1"));
        assertEquals(123456.789012345, value("123456.789012345"));
        assertEquals(Double.MIN_VALUE, value("4.9E-324"));
        assertEquals(0.30000000000000004, value("0.30000000000000004"));
        assertEquals("a\"\\/\b\f\n\r\té\ud83d\ude00\ud83d\ude00\ud83d",
                value("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\ude00\ud83d\ude00\\ud83d\""));
        assertEquals(List.of(1L, List.of(), Map.of()), value("[1 , [ ] ,\n{\t}\r]"));
        assertEquals(List.of("z", "a"), new ArrayList<>(((Map<?, ?>) value("{\"z\":1,\"a\":2}")).keySet()),
                "maps keep their order");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "tru", "nul", "truex", "[", "]", "[1", "[1,", "[1,]", "[,1]", "{", "{\"a\"",
            "{\"a\":", "{\"a\":1", "{\"a\":1,",
            "{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\" 1}", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"\n\"",
            "\"a\u0001\\n\"", "01", "-", "+1", "1.", ".5", "1e",
            "1e+", "--1", "1 2", "[1 2]", "NaN", "Infinity", "0x1", "'a'", "\u00a01", "1e999", "\ufeff1", "<html>"})
    void shouldRefuseWhatIsNotJson(String json) {
        String message = assertThrows(IllegalArgumentException.class, () -> value(json)).getMessage();
        assertTrue(message.matches("(?s).*not JSON: .* at byte \\d+"), message);
        assertThrows(IllegalArgumentException.class, () -> as(Point.class, "{\"z\":" + json + ",\"x\":1,\"y\":2}"),
                "in a member nobody asked for");
    }

    @Test
    void shouldSayWhereItStopsBeingJson() {
        assertEquals("not JSON: a value was expected at byte 0", refused(Object.class, "<html>"));
        assertEquals("not JSON: a value was expected, not the end at byte 1", refused(Object.class, "["));
        assertEquals("not JSON: something after the value at byte 2", refused(Object.class, "1 2"));
        assertEquals("not JSON: 'true' was expected at byte 1", refused(Object.class, "[tru]"));
    }

    @Test
    void shouldRefuseBytesThatAreNoText() {
        for (byte[] bytes : new byte[][]{{'"', (byte) 0x80, '"'}, {'"', (byte) 0xc0, (byte) 0x80, '"'},
                {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'},
                {'"', (byte) 0xe2, (byte) 0x82, '"'}, {'"', '\\', 'n', (byte) 0xff, '"'}, {0}, {'1', 0}}) {
            assertThrows(IllegalArgumentException.class, () -> new JsonReader(bytes, 0, bytes.length).value(),
                    Arrays.toString(bytes));
        }
    }

    @Test
    void shouldBoundDepthAndNumbers() {
        String deep = "[".repeat(200) + "]".repeat(200);
        assertEquals(deep, JsonWriterTest.json(value(deep)));
        assertEquals("not JSON: nested deeper than 200 at byte 201", refused(Object.class, "[" + deep + "]"));
        assertTrue(refused(Point.class, "{\"q\":" + "{\"a\":".repeat(100_000)).contains("nested deeper than 200"));
        assertEquals(BigInteger.TEN.pow(999), value("1" + "0".repeat(999)));
        assertTrue(refused(Object.class, "1" + "0".repeat(1_000)).contains("a number of more than 1000 characters"));
        assertTrue(refused(BigDecimal.class, "1" + "0".repeat(1_000_000))
                .contains("a number of more than 1000 characters"));
    }

    @Test
    void shouldReadRecords() {
        assertEquals(new Point(1, -2), as(Point.class, "{\"x\":1,\"y\":-2}"));
        assertEquals(new Point(1, 2), as(Point.class, " { \"y\" : 2 , \"new\" : [{\"x\":0}] , \"x\" : 1 } "),
                "other order, and a member more");
        assertEquals(new Point(3, 2), as(Point.class, "{\"x\":1,\"y\":2,\"x\":3}"), "the last one wins");
        assertEquals(new Point(1, 2), as(Point.class, "{\"\\u0078\":1,\"y\":2}"));
        assertNull(as(Point.class, "null"));
        Order order = new Order("a", List.of(new Point(1, 2)), Map.of("k", new Point(3, 4)),
                Optional.of(new Point(5, 6)), OptionalInt.of(7),
                Set.of(TimeUnit.DAYS), Instant.EPOCH, List.of("x"),
                new Order(null, null, null, Optional.empty(), OptionalInt.empty(), null, null, null, null));
        assertEquals(order, as(Order.class, JsonWriterTest.json(order)));
        assertEquals(order.next(), as(Order.class, "{}"), "what is missing is null or empty");
        Boxes boxes = as(Boxes.class,
                "{\"i\":1,\"l\":2,\"b\":false,\"c\":\"c\",\"d\":3,\"bytes\":[1,-1],\"points\":[{\"x\":1,\"y\":2}]}");
        assertEquals(List.of(1, 2L, false, 'c', 3.0), List.of(boxes.i(), boxes.l(), boxes.b(), boxes.c(), boxes.d()));
        assertArrayEquals(new byte[]{1, -1}, boxes.bytes());
        assertArrayEquals(new Point[]{new Point(1, 2)}, boxes.points());
        assertEquals(new Generic<>(Map.of("a", 1L), List.of(new Point(1, 2))),
                as(Generic.class, "{\"value\":{\"a\":1},\"points\":[{\"x\":1,\"y\":2}]}"));
    }

    @Test
    void shouldReadOtherTypes() {
        assertEquals(5, as(int.class, "5"));
        assertEquals(5.0, as(Double.class, "5"));
        assertEquals(5L, as(Number.class, "5"));
        assertEquals("5", as(String.class, "\"5\""));
        assertEquals(new BigDecimal("5.10"), as(BigDecimal.class, "5.10"));
        assertEquals(BigInteger.valueOf(5), as(BigInteger.class, "5"));
        assertEquals(TimeUnit.DAYS, as(TimeUnit.class, "\"DAYS\""));
        assertEquals(Map.of("a", 1L), as(Map.class, "{\"a\":1}"));
        assertEquals(List.of(1L), as(List.class, "[1]"));
        assertEquals(List.of(1L), as(Object.class, "[1]"));
        assertArrayEquals(new int[][]{{1}, {}}, as(int[][].class, "[[1],[]]"));
        assertEquals(List.of(new Point(1, 2), new Point(3, 4)),
                reader("[{\"x\":1,\"y\":2},{\"x\":3,\"y\":4}]").asList(Point.class));
        assertEquals(Arrays.asList("a", null), reader("[\"a\",null]").asList(String.class));
        assertNull(as(Integer.class, "null"));
    }

    @Test
    void shouldSayWhatDoesNotFitAndWhere() {
        assertEquals("y: expected int, found \"two\"", refused(Point.class, "{\"x\":1,\"y\":\"two\"}"));
        assertEquals("y: expected int, found nothing", refused(Point.class, "{\"x\":1}"));
        assertEquals("x: expected int, found null", refused(Point.class, "{\"x\":null,\"y\":1}"));
        assertEquals("x: expected int, found 1.5", refused(Point.class, "{\"x\":1.5,\"y\":1}"));
        assertEquals("x: expected int, found 2147483648", refused(Point.class, "{\"x\":2147483648,\"y\":1}"));
        assertEquals("path[1].x: expected int, found a list",
                refused(Order.class, "{\"path\":[{\"x\":1,\"y\":2},{\"x\":[]}]}"));
        assertEquals("named.k.y: expected int, found true",
                refused(Order.class, "{\"named\":{\"k\":{\"x\":1,\"y\":true}}}"));
        assertEquals("expected an object for " + Point.class.getName() + ", found a list", refused(Point.class, "[1]"));
        assertEquals("expected a list, found an object", refused(List.class, "{}"));
        assertEquals("expected a list, found an object",
                assertThrows(IllegalArgumentException.class, () -> reader("{}").asList(Point.class)).getMessage());
        assertEquals("expected String, found 5", refused(String.class, "5"));
        assertEquals("expected a single character, found \"ab\"", refused(Character.class, "\"ab\""));
        assertEquals("at: expected Instant, found \"yesterday\"", refused(Order.class, "{\"at\":\"yesterday\"}"));
        assertTrue(
                refused(TimeUnit.class, "\"WEEKS\"").matches("expected one of \\[NANOSECONDS, .*\\], found \"WEEKS\""),
                refused(TimeUnit.class, "\"WEEKS\""));
        assertEquals(
                "the constructor of " + Checked.class.getName() + " threw java.lang.IllegalArgumentException: 3 is odd",
                refused(Checked.class, "{\"even\":3}"));
        assertEquals("java.lang.Thread is not a type that a message can be converted to", refused(Thread.class, "{}"));
    }
}
