package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A TLS connection passes untouched, and never moves. */
class TlsTest {

    @TempDir
    static Path directory;
    private static SSLContext tls;

    @RegisterExtension
    final BalancerFixture fixture = new BalancerFixture();

    @BeforeAll
    static void certificate() throws Exception {
        Path file = directory.resolve("test.p12");
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-keystore", file.toString(), "-storepass", "secret", "-storetype", "PKCS12",
                "-alias", "test", "-keyalg", "EC", "-dname", "CN=test", "-validity", "2")
                .redirectErrorStream(true).redirectOutput(directory.resolve("keytool.txt").toFile()).start();
        assertEquals(0, keytool.waitFor(), () -> "keytool failed");
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, "secret".toCharArray());
        }
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, "secret".toCharArray());
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(keys);
        tls = SSLContext.getInstance("TLS");
        tls.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
    }

    /** An echo behind TLS. */
    private ScriptedTarget echo() {
        return fixture.target(client -> {
            try (SSLSocket secure = (SSLSocket) tls.getSocketFactory().createSocket(client.socket, null, false)) {
                secure.getInputStream().transferTo(secure.getOutputStream());
            }
        });
    }

    @Test
    void shouldStayOnAWithdrawnTarget() throws Exception {
        Balancer balancer = fixture.balancer(echo().as("a"));
        Peer client = secure(balancer);
        client.send("hello").expect("hello");
        BalancerFixture.get(balancer.updateTargets(List.of(echo().as("b"))));
        byte[] data = new byte[2_000_000];
        new Random(1).nextBytes(data);
        Future<Peer> upload = fixture.beside(() -> client.send(data));
        assertArrayEquals(data, client.receive(data.length));
        BalancerFixture.get(upload);
        assertEquals(1, balancer.stats().target("a").orElseThrow().active());
        assertEquals(0, balancer.stats().target("b").orElseThrow().accepted());
        secure(balancer).send("new").expect("new");
        assertEquals(1, BalancerFixture.get(balancer.drain("a", Duration.ZERO)));
        assertEquals(0, balancer.stats().moved());
    }

    private Peer secure(Balancer balancer) throws Exception {
        SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket();
        return fixture.add(Peer.connect(balancer.address(), socket));
    }
}
