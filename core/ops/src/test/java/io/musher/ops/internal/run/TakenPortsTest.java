package io.musher.ops.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read from the output of a worker; {@link OwnPortTest} has what follows from it. */
class TakenPortsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
            "Error: listen EADDRINUSE: address already in use :::3000 | [3000]",
            "Error: listen EADDRINUSE: address already in use 127.0.0.1:80 | [80]",
            "listen tcp :8080: bind: address already in use | [8080]",
            "nginx: [emerg] bind() to 0.0.0.0:443 failed (98: Address already in use) | [443]",
            "[Errno 98] error while binding to ('127.0.0.1', 8000): address already in use | [8000]",
            "Address already in use - bind(2) for \"127.0.0.1\" port 3000 (Errno::EADDRINUSE) | [3000]",
            "Web server failed to start. Port 8080 was already in use. | [8080]",
            "OSError: [Errno 98] Address already in use | []",
            "2026-11-22 12:00:05,123 ERROR java.net.BindException: Address already in use | []",
            "2026-11-22T12:00:05.123Z address already in use | []",
            "[19:55] ERROR Address already in use | []",
            "ERROR [main] (Server.java:42) - Address already in use | []",
            "at server.js:7: listen EADDRINUSE: address already in use localhost:3000 | [3000]",
            "sees 127.0.0.1:5432 | []"})
    void shouldFindThePortThatIsSaidToBeTaken(String output, String ports) {
        assertEquals(ports, OwnPort.ports(output).toString());
    }
}
