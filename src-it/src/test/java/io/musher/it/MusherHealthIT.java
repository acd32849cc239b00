package io.musher.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What {@code musher.jar} says of workers that answer, but never as their health check wants it. */
class MusherHealthIT extends MusherTestBase {

    private static final String UNHEALTHY = """
            import http.server, os
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    self.send_response(503)
                    self.end_headers()
            http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
            """;

    @Test
    void shouldSayInTheStatusWhichHealthCheckTakesAllWorkersDown() throws Exception {
        Files.writeString(folder.resolve("server.py"), UNHEALTHY);
        musher.file("{id: 'web', cmd: ['" + NonJavaServers.python()[0] + "', 'server.py'], cluster: {instances: 2,"
                + " commonPort: " + FreePorts.free() + "}, health: [{http: '/health', interval: 0.2}]}");
        musher.run("start");

        await().atMost(Duration.ofSeconds(60)).until(() -> (Long) process(0).get("restarts") >= 1);
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            String why = musher.run("status").out();
            assertTrue(why.contains("its health check (GET /health) failed 3 times: status 503"), why);
        });
        await().atMost(Duration.ofSeconds(60)).until(() -> process(0).get("state").equals("crashing"));
        MusherProgram.Result status = musher.run("status");
        assertExit(1, status);
        assertTrue(status.out().matches("(?s).*failed [0-9]+ times in a row, .*GET /health.*"), status::out);
        assertTrue(musher.run("describe", "web-2").out().contains("(GET /health) failed 3 times: status 503"));
    }
}
