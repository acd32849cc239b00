package io.musher.internal.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkerEnvironmentTest {

    private static final String TOKEN = "0123456789abcdef0123456789abcdef";
    private static final WorkerEnvironment WITH_PORT = new WorkerEnvironment(7, 2, "shop-3", OptionalInt.of(4003),
            "0.0.0.0", "127.0.0.1:5000", TOKEN, true, 1000);
    private static final WorkerEnvironment WITHOUT_PORT = new WorkerEnvironment(8, 0, "shop-1", OptionalInt.empty(),
            "127.0.0.1", "[::1]:5000", TOKEN, false, 16 << 20);

    @Test
    void shouldReadWhatItWrote() {
        assertEquals(WITH_PORT, WorkerEnvironment.parse(WITH_PORT.variables()));
        assertEquals(WITHOUT_PORT, WorkerEnvironment.parse(WITHOUT_PORT.variables()));
    }

    @Test
    void shouldWriteTheVariablesOthersKnow() {
        Map<String, String> conventional = WITH_PORT.conventionalVariables();
        for (String port : new String[]{"PORT", "SERVER_PORT", "PUP_CLUSTER_PORT"}) {
            assertEquals("4003", conventional.get(port), port);
            assertFalse(WITHOUT_PORT.conventionalVariables().containsKey(port), port);
        }
        for (String instance : new String[]{"PUP_CLUSTER_INSTANCE", "NODE_APP_INSTANCE"}) {
            assertEquals("2", conventional.get(instance), instance);
        }
        Map<String, String> variables = WITH_PORT.variables();
        assertEquals("4003", variables.get("MUSHER_PORT"));
        assertFalse(WITHOUT_PORT.variables().containsKey("MUSHER_PORT"));
        assertEquals("2", variables.get("MUSHER_INSTANCE"));
        assertEquals("7", variables.get("MUSHER_WORKER_ID"));
        assertEquals("shop-3", variables.get("MUSHER_NAME"));
        assertEquals("127.0.0.1:5000", variables.get("MUSHER_IPC"));
    }

    @Test
    void shouldKnowAJvmWorkerByItsPropertyToo() {
        assertTrue(WorkerEnvironment.isWorker(WITH_PORT.variables(), "7"));
        assertFalse(WorkerEnvironment.isWorker(WITH_PORT.variables(), null), "a child of a worker");
        assertFalse(WorkerEnvironment.isWorker(WITH_PORT.variables(), "6"), "a child of another");
        assertTrue(WorkerEnvironment.isWorker(WITHOUT_PORT.variables(), null), "a command");
        assertFalse(WorkerEnvironment.isWorker(Map.of(), "7"));
    }

    @ParameterizedTest
    @CsvSource({"MUSHER_WORKER_ID,0", "MUSHER_WORKER_ID,x", "MUSHER_WORKER_ID,", "MUSHER_INSTANCE,-1", "MUSHER_NAME,''",
            "MUSHER_NAME,",
            "MUSHER_PORT,0", "MUSHER_PORT,65536", "MUSHER_PORT,''", "MUSHER_IPC,here", "MUSHER_IPC,127.0.0.1:",
            "MUSHER_IPC,127.0.0.1:70000",
            "MUSHER_TOKEN,", "MUSHER_TOKEN,secret"})
    void shouldNameAVariableThatIsNotAsItShouldBe(String variable, String value) {
        Map<String, String> variables = new HashMap<>(WITH_PORT.variables());
        if (value == null) {
            variables.remove(variable);
        } else {
            variables.put(variable, value);
        }
        String message = assertThrows(IllegalStateException.class, () -> WorkerEnvironment.parse(variables))
                .getMessage();
        assertTrue(message.startsWith(variable), message);
        assertFalse(message.contains("secret"), message);
    }

    @Test
    void shouldNeverPrintItsToken() {
        assertFalse(WITH_PORT.toString().contains(TOKEN));
        assertFalse(WITHOUT_PORT.toString().contains(TOKEN));
    }
}
