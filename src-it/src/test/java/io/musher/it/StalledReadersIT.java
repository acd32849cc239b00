package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Very many clients that ask for much and do not read, and a program that has little memory: everyone else is served as
 * ever.
 */
class StalledReadersIT {

    private static final int STALLED = 700;
    private static final int BIG = 8_000_000;
    private static final byte[] BODY = new byte[BIG];

    @RegisterExtension
    final Children children = new Children();

    @Test
    void shouldServeAllOthersWhileVeryManyDoNotRead() throws Exception {
        List<Socket> stalled = new ArrayList<>();
        try (ScriptedServer target = new ScriptedServer(StalledReadersIT::serve)) {
            BalancerProgram program = BalancerProgram
                    .of(children.command(Child.java(), "-Xmx24m", "-jar", Jars.balancer().toString(),
                            "--listen", "127.0.0.1:0", "--target", target.target()));
            try (StrictHttpClient keptAlive = new StrictHttpClient(program.port())) {
                assertEquals("small", keptAlive.get());
                for (int i = 0; i < STALLED; i++) {
                    Socket socket = new Socket();
                    stalled.add(socket);
                    socket.setReceiveBufferSize(16384);
                    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), program.port()));
                    socket.getOutputStream()
                            .write("GET /big HTTP/1.1\r\nHost: it\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    if (i % 10 == 0) {
                        assertEquals("small", keptAlive.get(), program.child()::report);
                        assertEquals("small", StrictHttpClient.fetch(program.port()), program.child()::report);
                    }
                }
                for (int i = 0; i < 200; i++) {
                    assertEquals("small", keptAlive.get(), program.child()::report);
                    assertEquals("small", StrictHttpClient.fetch(program.port()), program.child()::report);
                }
            }
            program.child().awaitLine("maxBufferedBytes \\(12582912\\) is spent");
        } finally {
            for (Socket socket : stalled) {
                socket.close();
            }
        }
    }

    private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Length: " + BIG + "\r\n\r\n";

    private static void serve(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        OutputStream out = socket.getOutputStream();
        for (String head; (head = head(in)) != null;) {
            if (head.startsWith("GET /big ")) {
                out.write(HEAD.getBytes(StandardCharsets.US_ASCII));
                out.write(BODY);
            } else {
                boolean last = head.contains("Connection: close");
                out.write(("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n" + (last ? "Connection: close\r\n" : "")
                        + "\r\nsmall")
                        .getBytes(StandardCharsets.US_ASCII));
                if (last) {
                    return;
                }
            }
        }
    }

    /** {@return a request's head, null when there is none} */
    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int c = in.read();
            if (c < 0) {
                return null;
            }
            head.append((char) c);
        }
        return head.toString();
    }
}
