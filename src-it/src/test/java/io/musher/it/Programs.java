package io.musher.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Servers in other languages, which know nothing of Musher but {@code PORT}; each answers with its worker's id. */
final class Programs {

    private static final String PYTHON = """
            import http.server, os
            class Hello(http.server.BaseHTTPRequestHandler):
                protocol_version = "HTTP/1.1"
                def do_GET(self):
                    body = os.environ["MUSHER_WORKER_ID"].encode()
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(body)))
                    self.send_header("Connection", "close")
                    self.end_headers()
                    self.wfile.write(body)
                    self.close_connection = True
                def log_message(self, *words): pass
            print("python serves", flush=True)
            http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Hello).serve_forever()
            """;

    private static final String NODE = """
            require('node:http').createServer((request, response) => {
              const body = process.env.MUSHER_WORKER_ID
              response.writeHead(200, { 'Content-Length': body.length, 'Connection': 'close' })
              response.end(body)
            }).listen({ port: Number(process.env.PORT), host: '127.0.0.1' }, () => console.log('node serves'))
            """;

    private Programs() {
    }

    static String[] python() {
        return new String[] {installed("python3"), "-c", PYTHON};
    }

    static String[] node() {
        return new String[] {installed("node"), "-e", NODE};
    }

    /** A program that a test cannot do without. */
    static String installed(String program) {
        boolean found = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
        assumeTrue(found, program + " is not installed, so what this test is about is not tested");
        return program;
    }
}
