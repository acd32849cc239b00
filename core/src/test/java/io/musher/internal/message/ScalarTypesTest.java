package io.musher.internal.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScalarTypesTest {

    record Numbers(byte b, short s, int i, long l, float f, double d, char c, boolean z) {}

    private static Object as(Class<?> type, String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return new JsonReader(bytes, 0, bytes.length).as(type);
    }

    private static String refused(Class<?> type, String json) {
        return assertThrows(IllegalArgumentException.class, () -> as(type, json)).getMessage();
    }

    static Stream<Arguments> values() {
        UUID id = new UUID(1, 2);
        return Stream.of(Arguments.of(byte.class, "-128", (byte) -128), Arguments.of(Byte.class, "127", (byte) 127),
                Arguments.of(short.class, "-32768", (short) -32_768),
                Arguments.of(Short.class, "32767", (short) 32_767),
                Arguments.of(int.class, "-2147483648", Integer.MIN_VALUE),
                Arguments.of(long.class, "9223372036854775807", Long.MAX_VALUE),
                Arguments.of(float.class, "0.1", 0.1f), Arguments.of(Float.class, "-3", -3f),
                Arguments.of(double.class, "1e300", 1e300), Arguments.of(boolean.class, "true", true),
                Arguments.of(Boolean.class, "false", false), Arguments.of(char.class, "\"\u00e9\"", 'é'),
                Arguments.of(Number.class, "2.5", 2.5), Arguments.of(BigDecimal.class, "1E+3", new BigDecimal("1E+3")),
                Arguments.of(BigInteger.class, "-12345678901234567890", new BigInteger("-12345678901234567890")),
                Arguments.of(UUID.class, "\"" + id + "\"", id), Arguments.of(OptionalInt.class, "7", OptionalInt.of(7)),
                Arguments.of(OptionalLong.class, "8", OptionalLong.of(8)),
                Arguments.of(OptionalDouble.class, "9.5", OptionalDouble.of(9.5)),
                Arguments.of(OptionalInt.class, "null", OptionalInt.empty()),
                Arguments.of(OptionalLong.class, "null", OptionalLong.empty()),
                Arguments.of(OptionalDouble.class, "null", OptionalDouble.empty()),
                Arguments.of(Optional.class, "[1]", Optional.of(java.util.List.of(1L))));
    }

    @ParameterizedTest
    @MethodSource("values")
    void shouldReadAndWrite(Class<?> type, String json, Object value) {
        assertEquals(value, as(type, json));
        assertEquals(value, as(type, JsonWriterTest.json(value)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"byte|128|expected byte, found 128", "byte|-129|expected byte, found -129",
            "short|32768|expected short, found 32768",
            "long|9223372036854775808|expected long, found 9223372036854775808",
            "float|true|expected a number, found true", "double|null|expected double, found null",
            "boolean|1|expected a boolean, found 1", "boolean|null|expected boolean, found null"})
    void shouldSayWhatAPrimitiveIsNot(String type, String json, String message) {
        Class<?> primitive = Stream.of(byte.class, short.class, long.class, float.class, double.class, boolean.class)
                .filter(each -> each.getName().equals(type)).findFirst().orElseThrow();
        assertEquals(message, refused(primitive, json));
    }

    @Test
    void shouldSayWhatAnObjectIsNot() {
        assertEquals("expected a number, found \"1\"", refused(Number.class, "\"1\""));
        assertEquals("expected a number, found true", refused(BigDecimal.class, "true"));
        assertEquals("expected a number, found a list", refused(OptionalDouble.class, "[]"));
        assertEquals("expected a single character, found \"\"", refused(char.class, "\"\""));
        assertEquals("expected UUID, found \"x\"", refused(UUID.class, "\"x\""));
    }

    @Test
    void shouldWriteRecordsOfPrimitivesAndCounters() {
        Numbers numbers = new Numbers((byte) 1, (short) 2, 3, 4, 0.5f, 0.25, 'c', true);

        assertEquals("{\"b\":1,\"s\":2,\"i\":3,\"l\":4,\"f\":0.5,\"d\":0.25,\"c\":\"c\",\"z\":true}",
                JsonWriterTest.json(numbers));
        assertEquals(numbers, as(Numbers.class, JsonWriterTest.json(numbers)));
        assertEquals("[5,6]", JsonWriterTest.json(new Object[]{new AtomicInteger(5), new AtomicLong(6)}));
    }

    /** What follows in the buffer belongs to the next message. */
    @ParameterizedTest
    @ValueSource(strings = {"\"ab\"", "true", "[1]", "{\"a\":1}", "\"a\\n\"", "\"\\u0041\"", "-1", "null"})
    void shouldNotReadBeyondItsPartOfTheBuffer(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        assertEquals("not JSON", assertThrows(IllegalArgumentException.class,
                () -> new JsonReader(bytes, 0, bytes.length - 1).value()).getMessage().substring(0, 8));
    }

    @Test
    void shouldReadStringsWithEscapesUpToTheEdgesOfWhatIsAllowed() {
        assertEquals("\n ~\u007fé", as(String.class, "\"\\n ~\u007fé\""));
        assertEquals("é\n", as(String.class, "\"é\\n\""));
        for (String control : new String[]{"\u0000", "\u001f"}) {
            assertEquals("not JSON", refused(String.class, "\"\\n" + control + "\"").substring(0, 8));
        }
    }
}
