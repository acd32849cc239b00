package io.musher.internal.process.os;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.musher.Launch;
import io.musher.Output;
import io.musher.internal.process.Python;
import io.musher.internal.process.SpawnerFixture;
import io.musher.internal.process.WorkerProcess;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class PortLeaseTest {

    private static final String SERVER = "import socket, os, sys, time\n"
            + "s = socket.socket()\n"
            + "s.bind(('127.0.0.1', int(os.environ['PORT'])))\n"
            + "s.listen()\n"
            + "print('listening', flush=True)\n"
            + "time.sleep(1000)\n";

    @Test
    void shouldLetServersListenThatReuseAddresses() throws Exception {
        for (InetAddress host : new InetAddress[]{InetAddress.getLoopbackAddress(), null}) {
            try (PortLease lease = PortLease.free(); ServerSocket server = new ServerSocket()) {
                server.bind(new InetSocketAddress(host, lease.port()));
                new Socket(InetAddress.getLoopbackAddress(), lease.port()).close();
            }
            try (PortLease lease = PortLease.free(); ServerSocketChannel server = ServerSocketChannel.open()) {
                server.bind(new InetSocketAddress(host, lease.port()));
                new Socket(InetAddress.getLoopbackAddress(), lease.port()).close();
            }
            try (PortLease lease = PortLease.free()) {
                HttpServer server = HttpServer.create(new InetSocketAddress(host, lease.port()), 0);
                new Socket(InetAddress.getLoopbackAddress(), lease.port()).close();
                server.stop(0);
            }
        }
    }

    @Test
    void shouldGiveNobodyElseThePort() throws Exception {
        try (PortLease lease = PortLease.free(); ServerSocket other = new ServerSocket()) {
            other.setReuseAddress(false);
            assertThrows(BindException.class, () -> other.bind(new InetSocketAddress(lease.port())));
        }
        Set<Integer> ports = new HashSet<>();
        PortLease[] leases = new PortLease[200];
        for (int i = 0; i < leases.length; i++) {
            leases[i] = PortLease.free();
            assertTrue(ports.add(leases[i].port()));
        }
        for (PortLease lease : leases) {
            lease.close();
        }
    }

    @Test
    void shouldNameAPortThatIsTaken() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            BindException taken = assertThrows(BindException.class, () -> PortLease.fixed(server.getLocalPort()));
            assertTrue(taken.getMessage().contains("port " + server.getLocalPort()), taken.getMessage());
        }
    }

    @Test
    void shouldBeHeldAgain() throws Exception {
        try (PortLease lease = PortLease.free()) {
            lease.release();
            assertFalse(lease.isHeld());
            lease.hold();
            assertTrue(lease.isHeld());
            try (ServerSocket server = new ServerSocket(lease.port())) {
                lease.release();
                assertThrows(BindException.class, lease::hold);
                assertFalse(server.isClosed());
            }
        }
    }

    @Test
    void shouldBeReleasedForACommandWhichMayNotReuseAddresses() throws Exception {
        assumeTrue(Python.isThere(), "python3");
        try (SpawnerFixture fixture = new SpawnerFixture(Output.discard()); PortLease lease = PortLease.free()) {
            WorkerProcess worker = fixture.start(Launch.command("python3", "-c", SERVER), Optional.of(lease),
                    Map.of());
            SpawnerFixture.printed(worker, "listening");
            assertEquals(PortOwnership.Kind.OWN, worker.listensOn(lease.port()).get(10, TimeUnit.SECONDS).kind());
            assertEquals(OptionalInt.of(lease.port()), worker.port());
            worker.kill();
            SpawnerFixture.end(worker);
        }
    }

    @Test
    void shouldTellWhoListens() throws Exception {
        try (SpawnerFixture fixture = new SpawnerFixture(Output.discard());
                ServerSocket server = new ServerSocket(0)) {
            WorkerProcess worker = fixture.sh("echo up; exec sleep 1000");
            assertEquals(PortOwnership.Kind.OTHER,
                    worker.listensOn(server.getLocalPort()).get(10, TimeUnit.SECONDS).kind());
            assertEquals(PortOwnership.Kind.OWN,
                    ListeningSockets.listens(server.getLocalPort(), ProcessHandle.current().pid(), List::of).kind());
            worker.kill();
            SpawnerFixture.end(worker);
        }
    }

    @Test
    void shouldFindAListenerBehindAShell() throws Exception {
        assumeTrue(Python.isThere(), "python3");
        try (SpawnerFixture fixture = new SpawnerFixture(Output.discard()); PortLease lease = PortLease.free()) {
            WorkerProcess worker = fixture.start(Launch.command("sh", "-c", "python3 -c \"$0\" & wait", SERVER),
                    Optional.of(lease), Map.of());
            await("the server").until(
                    () -> worker.listensOn(lease.port()).get(10, TimeUnit.SECONDS).kind() == PortOwnership.Kind.OWN);
            worker.terminate();
            SpawnerFixture.end(worker);
        }
    }

    @Test
    void shouldRefusePortsThatDoNotFit() {
        assertEquals(65535, Ports.of(65530, 5, OptionalInt.empty()));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Ports.of(65530, 6, OptionalInt.empty()))
                .getMessage().contains("65536"));
        assertThrows(IllegalArgumentException.class, () -> Ports.of(2998, 2, OptionalInt.of(3000)));
    }
}
