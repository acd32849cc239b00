package io.musher.internal.health;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.balancer.ProxyProtocol;
import io.musher.balancer.loop.EventLoop;
import io.musher.balancer.loop.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a check of a port takes for an answer, whatever listens there. */
class PortCheckTest {

    private static final Optional<byte[]> GET = Optional.of(HttpRequest.bytes("/health?deep", Optional.empty()));

    private EventLoop loop;
    private ServerSocket server;
    private PortCheck check;

    @BeforeEach
    void start() throws IOException {
        loop = new EventLoop("test-control", Ticker.system());
        loop.start();
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void stop() throws Exception {
        loop.close();
        loop.join(5_000);
        server.close();
    }

    private CompletableFuture<Optional<String>> ask(Optional<byte[]> request) {
        CompletableFuture<Optional<String>> outcome = new CompletableFuture<>();
        check = new PortCheck(loop, () -> OptionalInt.of(server.getLocalPort()), request, request.isPresent());
        loop.execute(() -> check.begin(miss -> assertTrue(outcome.complete(miss), "one outcome")));
        return outcome;
    }

    private static String get(CompletableFuture<Optional<String>> outcome) throws Exception {
        return outcome.get(10, TimeUnit.SECONDS).orElse("well");
    }

    @Test
    void shouldIntroduceAConnectThatAsksForNothing() throws Exception {
        for (ProxyProtocol version : ProxyProtocol.values()) {
            CompletableFuture<Optional<String>> outcome = new CompletableFuture<>();
            check = PortCheck.connecting(loop, () -> OptionalInt.of(server.getLocalPort()), Optional.of(version));
            loop.execute(() -> check.begin(miss -> assertTrue(outcome.complete(miss), "one outcome")));
            try (Socket worker = server.accept()) {
                worker.setSoTimeout(10_000);
                byte[] header = version == ProxyProtocol.V1 ? "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII)
                        : "\r\n\r\n\0\r\nQUIT\n \0\0\0".getBytes(StandardCharsets.US_ASCII);
                assertArrayEquals(header, worker.getInputStream().readAllBytes());
            }
            assertEquals("well", get(outcome));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            HTTP/1.1 200 OK\\r\\n | well
            HTTP/1.0 204\\r\\n | well
            HTTP/1.1 302 Found\\n | well
            HTTP/1.1 399 \\r\\nX: y\\r\\n\\r\\nbody | well
            HTTP/1.1 404 Not Found\\r\\n | status 404
            HTTP/1.1 503 \\r\\n | status 503
            HTTP/1.1 999 ?\\r\\n | its answer is not HTTP
            HTTP/2 200\\r\\n | its answer is not HTTP
            220 smtp.example ESMTP\\r\\n | its answer is not HTTP
            \\r\\n | its answer is not HTTP
            HTTP/1.1 2 | its answer is not HTTP
            '' | it closed the connection without an answer
            HTTP/1.1 100 Continue\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\n | well
            HTTP/1.1 103 Early\\r\\nLink: <a>\\r\\n\\r\\nHTTP/1.1 100\\r\\n\\r\\nHTTP/1.1 503 no\\r\\n | status 503
            HTTP/1.1 101 Switching Protocols\\r\\n | status 101
            HTTP/1.1 100 Continue\\r\\n\\r\\n | it closed the connection without an answer
            """)
    void shouldJudgeByTheStatusLineAlone(String answer, String expected) throws Exception {
        CompletableFuture<Optional<String>> outcome = ask(GET);
        try (Socket socket = server.accept()) {
            byte[] asked = socket.getInputStream().readNBytes(GET.orElseThrow().length);
            assertTrue(new String(asked, StandardCharsets.US_ASCII).startsWith("GET /health?deep HTTP/1.1\r\nHost: "));
            socket.getOutputStream()
                    .write(answer.replace("\\r", "\r").replace("\\n", "\n").getBytes(StandardCharsets.US_ASCII));
        }
        assertEquals(expected, get(outcome));
    }

    @Test
    void shouldNotReadEndlessly() throws Exception {
        CompletableFuture<Optional<String>> outcome = ask(GET);
        try (Socket socket = server.accept()) {
            byte[] line = new byte[513];
            Arrays.fill(line, (byte) 'x');
            socket.getOutputStream().write(line);
            assertEquals("its answer is not HTTP", get(outcome));
        }
    }

    @Test
    void shouldSkipLongHeadersOfAnInterimResponse() throws Exception {
        CompletableFuture<Optional<String>> outcome = ask(GET);
        try (Socket socket = server.accept()) {
            String hints = "HTTP/1.1 103 Early Hints\r\nLink: " + "x".repeat(5_000) + "\r\n"
                    + ("Link: " + "y".repeat(505) + "\r\n").repeat(10) + "\r\n";
            socket.getOutputStream().write((hints + "HTTP/1.1 204 No Content\r\n").getBytes(StandardCharsets.US_ASCII));
            assertEquals("well", get(outcome));
        }
    }

    @Test
    void shouldTakeAnAnswerThatComesByteByByte() throws Exception {
        CompletableFuture<Optional<String>> outcome = ask(GET);
        try (Socket socket = server.accept()) {
            socket.setTcpNoDelay(true);
            for (byte one : "HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII)) {
                assertFalse(outcome.isDone());
                socket.getOutputStream().write(one);
            }
            assertEquals("well", get(outcome));
        }
    }

    @Test
    void shouldBeContentWithAConnect() throws Exception {
        assertEquals("well", get(ask(Optional.empty())));
    }

    @Test
    void shouldTellThatNobodyListens() throws Exception {
        server.close();
        assertTrue(get(ask(Optional.empty())).contains("refused"));
        assertTrue(get(ask(GET)).contains("refused"));
    }

    @Test
    void shouldLetGoOfOneThatSaysNothing() throws Exception {
        CompletableFuture<Optional<String>> outcome = ask(GET);
        try (Socket socket = server.accept()) {
            socket.getInputStream().readNBytes(GET.orElseThrow().length);
            loop.execute(check::abandon);
            assertEquals(-1, socket.getInputStream().read(), "it has hung up");
        }
        assertFalse(outcome.isDone());
    }

    @Test
    void shouldSayInAProxyHeaderThatItIsNobodysConnection() {
        String v1 = new String(HttpRequest.bytes("/", Optional.of(ProxyProtocol.V1)), StandardCharsets.ISO_8859_1);
        assertTrue(v1.startsWith("PROXY UNKNOWN\r\nGET / HTTP/1.1\r\n"), v1);
        byte[] v2 = HttpRequest.bytes("/", Optional.of(ProxyProtocol.V2));
        byte[] local = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x20, 0x00, 0x00, 0x00};
        assertArrayEquals(local, Arrays.copyOf(v2, 16));
        assertEquals('G', v2[16]);
    }
}
