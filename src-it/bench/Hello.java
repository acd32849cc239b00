import com.sun.net.httpserver.HttpServer;
import io.musher.Cluster;
import io.musher.ClusterEvent;
import io.musher.WorkerContext;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * What is measured by {@code process}: n hello servers behind a port, {@code Hello <workers> <port>}. Prints READY when
 * all are ready. A worker that listens appends its pid and the time to the file named by {@code LISTEN_LOG}, the
 * primary every event to {@code EVENT_LOG}.
 */
public final class Hello {

    private Hello() {}

    public static void main(String[] args) throws IOException {
        if (Cluster.isWorker()) {
            serve(WorkerContext.current());
            return;
        }
        Cluster.builder().instances(Integer.parseInt(args[0])).commonPort(Integer.parseInt(args[1]))
                .removeJvmArgs("-XX:SharedArchiveFile") // the primary's own, if it has one
                .on(ClusterEvent.class, new Notes()).start();
        System.out.println("READY");
    }

    private static void serve(WorkerContext me) throws IOException {
        byte[] body = ("x".repeat(99) + "\n").getBytes(StandardCharsets.US_ASCII);
        HttpServer server = HttpServer.create(me.address(), 4096);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        append("LISTEN_LOG", new File("/proc/self").getCanonicalFile().getName(), Instant.now());
        me.onStop(() -> server.stop(0));
    }

    /** Notes events for the measurement; no lambda, the first of which takes a JVM some milliseconds. */
    private static final class Notes implements Consumer<ClusterEvent> {
        @Override
        public void accept(ClusterEvent event) {
            try {
                append("EVENT_LOG", event.getClass().getSimpleName(), event.at());
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /**
     * One write, so that lines of several processes do not mix. Without a formatter, whose classes would take longer to
     * load than what is measured.
     */
    private static void append(String file, String what, Instant when) throws IOException {
        String name = System.getenv(file);
        if (name != null) {
            long micros = when.getEpochSecond() * 1_000_000 + when.getNano() / 1_000;
            String line = what + " " + micros / 1_000 + "." + Long.toString(1_000 + micros % 1_000).substring(1) + "\n";
            try (FileOutputStream out = new FileOutputStream(name, true)) {
                out.write(line.getBytes(StandardCharsets.US_ASCII));
            }
        }
    }
}
