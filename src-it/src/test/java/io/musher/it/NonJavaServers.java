package io.musher.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** Servers in other languages, which know nothing of Musher but {@code PORT}; each answers with its worker's id. */
final class NonJavaServers {

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

    private NonJavaServers() {}

    static String[] python() {
        return new String[]{installed("python3"), "-c", PYTHON};
    }

    static String[] node() {
        return new String[]{installed("node"), "-e", NODE};
    }

    /** A program that a test cannot do without: in the build that must be complete its absence is a failure. */
    static String installed(String program) {
        Optional<Path> found = find(program);
        boolean needed = "true".equals(System.getenv("CI"));
        if (found.isEmpty() && needed) {
            throw new AssertionError(program + " is not installed; .ci/run names the packages that tests need");
        }
        assumeTrue(found.isPresent(), program + " is not installed, so what this test is about is not tested");
        return found.orElseThrow().toString();
    }

    /** A program, also where servers are that no user is meant to start. */
    static Optional<Path> find(String program) {
        Stream<Path> usual = Arrays.stream(System.getenv("PATH").split(File.pathSeparator)).map(Path::of);
        Stream<Path> servers = Stream.of(Path.of("/usr/sbin"), Path.of("/usr/local/sbin"));
        return Stream
                .of(usual, servers, versions(Path.of("/usr/lib/postgresql")).map(version -> version.resolve("bin")))
                .flatMap(folders -> folders).map(folder -> folder.resolve(program)).filter(Files::isExecutable)
                .findFirst();
    }

    private static Stream<Path> versions(Path folder) {
        try (Stream<Path> versions = Files.list(folder)) {
            return versions.sorted(Comparator.reverseOrder()).toList().stream();
        } catch (IOException e) {
            return Stream.empty();
        }
    }
}
