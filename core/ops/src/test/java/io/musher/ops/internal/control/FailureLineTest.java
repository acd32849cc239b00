package io.musher.ops.internal.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Which line of the last output of a failed program status quotes. */
class FailureLineTest {

    private static String of(String output) {
        return FailureLine.of(output.lines().toList());
    }

    @Test
    void shouldQuoteTheInnermostCauseOfAStackTrace() {
        assertEquals("Caused by: java.lang.IllegalStateException: no database", of("""
                ERROR 27236 --- [main] o.s.boot.SpringApplication : Application run failed

                org.springframework.beans.factory.BeanCreationException: Error creating bean with name 'extra'
                \tat shop.Shop.main(Shop.java:6) ~[!/:1]
                Caused by: java.lang.IllegalStateException: no database
                \tat shop.Extra.<init>(Extra.java:8) ~[!/:1]
                \t... 30 common frames omitted

                """));
        assertEquals("Exception in thread \"main\" java.lang.Error: full", of("""
                Exception in thread "main" java.lang.Error: full
                \tat Shop.main(Shop.java:6)
                \t... 3 more
                """));
    }

    @Test
    void shouldQuoteTheDescriptionOfSpringBootsReport() {
        assertEquals("Web server failed to start. Port 8080 was already in use.", of("""
                ***************************
                APPLICATION FAILED TO START
                ***************************

                Description:

                Web server failed to start. Port 8080 was already in use.

                Action:

                Identify and stop the process that's listening on port 8080.

                """));
    }

    @Test
    void shouldQuoteTheMessageOfNodesTrace() {
        assertEquals("Error: no database", of("""
                Error: no database
                    at f (/shop/app.js:1:20)

                Node.js v20.20.2
                """));
        assertEquals("Error: listen EADDRINUSE: address already in use :::3000", of("""
                Error: listen EADDRINUSE: address already in use :::3000
                    at Server.setupListenHandle [as _listen2] (node:net:1817:16)
                    at node:internal/main/run_main_module:28:49 {
                  code: 'EADDRINUSE',
                  errno: -98
                }

                Node.js v20.20.2
                """));
    }

    @Test
    void shouldIgnoreWhatWasPrintedBeforeNodesTraceAndReadAfterIt() {
        assertEquals("Error: no database", of("""
                Error: no database
                    at f (/shop/app.js:1:20)

                Node.js v20.20.2
                app started
                """));
    }

    @Test
    void shouldQuoteTheErrorThatNoListenerOfNodeHasHandled() {
        assertEquals("Error: listen EADDRINUSE: address already in use :::3000", of("""
                node:events:502
                      throw er; // Unhandled 'error' event
                      ^

                Error: listen EADDRINUSE: address already in use :::3000
                    at Server.setupListenHandle [as _listen2] (node:net:1908:16)
                    at node:internal/main/run_main_module:28:49
                Emitted 'error' event on Server instance at:
                    at emitErrorNT (node:net:1944:8)
                    at process.processTicksAndRejections (node:internal/process/task_queues:82:21) {
                  code: 'EADDRINUSE',
                  port: 3000
                }

                Node.js v20.20.2
                """));
    }

    @Test
    void shouldQuoteTheLastLineOfOtherOutput() {
        assertEquals("cannot open it", of("one\n\tat a\ncannot open it\n\n"));
        assertEquals("error: full", of("Error\n\tat Shop.main(Shop.java:6)\nerror: full\n"));
        assertEquals("at last", of("no frame\nat last\n"));
        assertEquals("", of("\n \n"));
        assertEquals("at Shop.main(Shop.java:6)", of("\tat Shop.main(Shop.java:6)\n"));
        assertEquals("x".repeat(120) + "…", of("x".repeat(121)));
    }
}
