package io.musher.internal.process.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class SocketTableTest {

    /** More than fit into one read. */
    private static final int SOCKETS = 20;

    @Test
    void shouldReadAllSocketsThatListenBeforeTheOthers() throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        Set<Integer> ports = new HashSet<>();
        try {
            for (int i = 0; i < SOCKETS; i++) {
                ServerSocket socket = new ServerSocket(0);
                sockets.add(socket);
                ports.add(socket.getLocalPort());
            }
            ports.removeAll(listening("tcp6"));
            ports.removeAll(listening("tcp"));
            assertEquals(Set.of(), ports);
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    private static Set<Integer> listening(String table) throws IOException {
        Set<Integer> ports = new HashSet<>();
        try (SocketTable lines = SocketTable.open(table)) {
            for (String line = lines.next(); line != null; line = lines.next()) {
                assertFalse(line.contains("\n"));
                var entry = ListeningSockets.entry(line, OptionalInt.empty());
                if (entry.isEmpty()) {
                    break;
                }
                InetSocketAddress address = entry.get().getValue();
                ports.add(address.getPort());
            }
        }
        return ports;
    }
}
