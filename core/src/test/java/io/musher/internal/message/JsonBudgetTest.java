package io.musher.internal.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonBudgetTest {

    private static final long BUDGET = 16L << 20;

    record Entry(String name, List<Long> numbers) {}

    private static JsonReader reader(String text, long budget) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new JsonReader(bytes, 0, bytes.length, budget);
    }

    private static String list(String element, int length) {
        return '[' + element.repeat(length / element.length()) + element.substring(0, element.length() - 1) + ']';
    }

    @ParameterizedTest
    @ValueSource(strings = {"[],", "{},", "[0],", "{\"\":0},", "[[1000000]],", "\"\",", "1000,", "0.5,",
            "{\"a\":[{}]},", "[\"\u00e4\",{}],", "\"\\n\",",
            "100000000000000000000,"})
    void shouldRefuseWhatWouldTakeTooMuchMemoryBeforeItHasTakenIt(String element) {
        JsonReader reader = reader(list(element, 4 << 20), BUDGET);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (Runnable reading : List.<Runnable>of(reader::value, () -> reader.as(List.class),
                () -> reader.asList(Object.class))) {
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            String message = assertThrows(IllegalArgumentException.class, reading::run).getMessage();
            long taken = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
            assertTrue(message.contains("would take more than 16384 KiB when it is decoded"), message);
            assertTrue(taken <= 6 * BUDGET, // garbage included: escaped strings make much of it
                    element + " has taken " + taken);
        }
    }

    @Test
    void shouldReadWhatFits() {
        String text = "[" + "{\"name\":\"some text\",\"numbers\":[1,2,3]},".repeat(1000) + "null]";
        assertEquals(1001, reader(text, 1 << 20).asList(Entry.class).size());
        assertEquals(1001, ((List<?>) reader(text, 1 << 20).value()).size());
    }

    @Test
    void shouldNotCountWhatARecordHasNoUseFor() {
        String text = "{\"other\":" + list("[0],", 1 << 20) + ",\"name\":\"a\",\"numbers\":[1]}";
        assertEquals(new Entry("a", List.of(1L)), reader(text, 1 << 16).as(Entry.class));
        assertThrows(IllegalArgumentException.class, () -> reader(text, 1 << 16).as(Map.class));
    }
}
