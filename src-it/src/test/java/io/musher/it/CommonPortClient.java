package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.Cluster;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** Asks the common port of a cluster whose workers answer with their process id and the client's port. */
final class CommonPortClient {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private CommonPortClient() {}

    /** {@return the process that answers} It must see this client's own address. */
    static long answeringProcess(int port) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout((int) PATIENCE.toMillis());
            client.getOutputStream().write(
                    "GET / HTTP/1.1\r\nHost: it\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertTrue(answer.startsWith("HTTP/1.1 200"), answer);
            String[] words = answer.substring(answer.indexOf("\r\n\r\n") + 4).split(" ");
            assertEquals(client.getLocalPort(), Integer.parseInt(words[1]));
            return Long.parseLong(words[0]);
        }
    }

    /** Returns when every worker has answered. */
    static void awaitAllServe(Cluster cluster) {
        Set<Long> pids = cluster.workers().stream().map(worker -> worker.pid().getAsLong())
                .collect(Collectors.toCollection(TreeSet::new));
        Set<Long> answered = new TreeSet<>();
        Awaitility.await("answers of " + pids).atMost(PATIENCE).pollInterval(Duration.ofMillis(1)).until(() -> {
            answered.add(answeringProcess(cluster.commonPort()));
            return answered.equals(pids);
        });
    }
}
