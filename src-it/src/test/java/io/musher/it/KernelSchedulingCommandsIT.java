package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.musher.Cluster;
import io.musher.ClusterBuilder;
import io.musher.ClusterEvent;
import io.musher.Scheduling;
import io.musher.StartupException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that listen on the common port themselves, with {@code SO_REUSEPORT}. */
class KernelSchedulingCommandsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** A server of one connection at a time, which sets {@code SO_REUSEPORT} if its argument says so. */
    private static final String PYTHON = """
            import os, socket, sys
            server = socket.socket()
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if sys.argv[1] == 'reuse':
                server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            server.bind(('', int(os.environ['PORT'])))
            server.listen(100)
            while True:
                client, address = server.accept()
                client.recv(4096)
                body = '%d %d' % (os.getpid(), address[1])
                client.sendall(('HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n%s' % (len(body), body)).encode())
                client.close()
            """;

    /** Binds a port, with the option, as the user it has become, then as itself; prints what happened. */
    private static final String STRANGER = """
            import errno, os, socket, sys
            def bind(who):
                for option in (socket.SO_REUSEPORT, socket.SO_REUSEADDR):
                    server = socket.socket()
                    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                    server.setsockopt(socket.SOL_SOCKET, option, 1)
                    try:
                        server.bind(('', int(sys.argv[1])))
                        server.listen(1)
                        print(who, 'listens', flush=True)
                    except OSError as e:
                        print(who, errno.errorcode[e.errno], flush=True)
                    server.close()
            os.seteuid(65534)
            bind('stranger')
            os.seteuid(0)
            bind('root')
            """;

    private static final String NODE = """
            require('node:http').createServer((request, response) => {
              response.end(process.pid + ' ' + request.socket.remotePort)
            }).listen({ port: Number(process.env.PORT), reusePort: true })
            """;

    @RegisterExtension
    final Children children = new Children();

    @RegisterExtension
    final Clusters clusters = new Clusters();

    private ClusterBuilder python(int instances, String argument) {
        return kernel(instances, NonJavaServers.installed("python3"), "-c", PYTHON, argument);
    }

    private ClusterBuilder kernel(int instances, String... command) {
        return clusters.command(command).instances(instances).commonPort(0).scheduling(Scheduling.KERNEL);
    }

    @Test
    void shouldShareThePortAmongCommandsThatSetTheOption() throws Exception {
        CommonPortClient.awaitAllServe(clusters.start(python(2, "reuse")));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void shouldNotShareThePortWithAnotherUser(int instances) throws Exception {
        assumeTrue(Files.getOwner(Path.of("/proc/self")).getName().equals("root"),
                "only root can become another user, so what this test is about is not tested");
        Cluster cluster = clusters.start(python(instances, "reuse"));
        Child stranger = children.command(NonJavaServers.installed("python3"), "-c", STRANGER,
                Integer.toString(cluster.commonPort()));
        assertEquals(0, stranger.exitCode(PATIENCE), stranger::report);
        assertEquals(List.of("stranger EADDRINUSE", "stranger EADDRINUSE", "root listens", "root listens"),
                stranger.stdout().lines().toList(), stranger::report);
    }

    @Test
    void shouldShareThePortAmongNodesThatHaveTheOptionAndSayWhichOnesDo() throws Exception {
        String node = NonJavaServers.installed("node");
        ClusterBuilder builder = kernel(2, node, "-e", NODE);
        Child version = children.command(node, "-p",
                "const [a, b] = process.versions.node.split('.').map(Number); a > 23 || a == 23 && b >= 1"
                        + " || a == 22 && b >= 12");
        assertEquals(0, version.exitCode(PATIENCE), version::report);
        if (Boolean.parseBoolean(version.stdout().strip())) {
            CommonPortClient.awaitAllServe(clusters.start(builder));
        } else {
            StartupException failure = assertThrows(StartupException.class, () -> clusters.start(builder));
            assertTrue(failure.getMessage().contains("Node 22.12 or newer: reusePort: true"), failure::getMessage);
        }
    }

    @Test
    void shouldReportWhereACommandListens() throws Exception {
        Cluster cluster = clusters.start(python(1, "plain").scheduling(Scheduling.RELAY));
        ClusterEvent.Listening listening = clusters.history().await(ClusterEvent.Listening.class,
                cluster.workers().get(0));
        assertEquals("0.0.0.0", listening.address().getAddress().getHostAddress());
    }

    @Test
    void shouldSayWhatACommandHasToDo() {
        ClusterBuilder plain = python(1, "plain");
        StartupException failure = assertThrows(StartupException.class, () -> clusters.start(plain));
        assertTrue(failure.getMessage().contains("set SO_REUSEPORT in the command"), failure::getMessage);
    }
}
