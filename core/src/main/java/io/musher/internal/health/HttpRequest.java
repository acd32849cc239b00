package io.musher.internal.health;

import io.musher.balancer.ProxyProtocol;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Builds the bytes that a TCP or HTTP health check sends. Where the worker expects the PROXY protocol, they begin with
 * a PROXY header without a client address.
 */
final class HttpRequest {

    private static final String V1 = "PROXY UNKNOWN\r\n";
    private static final String V2 = "\r\n\r\n\0\r\nQUIT\n \0\0\0"; // signature, version 2 and LOCAL, no addresses

    private HttpRequest() {}

    static byte[] bytes(String path, Optional<ProxyProtocol> proxyProtocol) {
        return (proxyProtocol.map(HttpRequest::header).orElse("") + "GET " + path
                + " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: musher\r\nAccept: */*\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * {@return the PROXY header for a TCP check, if the worker expects one: a worker may log a connection without it}
     */
    static Optional<byte[]> proxyHeader(Optional<ProxyProtocol> proxyProtocol) {
        return proxyProtocol.map(version -> header(version).getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String header(ProxyProtocol version) {
        return version == ProxyProtocol.V1 ? V1 : V2;
    }
}
