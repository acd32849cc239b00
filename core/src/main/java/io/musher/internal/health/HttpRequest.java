package io.musher.internal.health;

import io.musher.balancer.ProxyProtocol;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The request of an HTTP check; behind a PROXY header that says "no client, just me" where the worker expects one. */
final class HttpRequest {

    private static final String V1 = "PROXY UNKNOWN\r\n";
    private static final String V2 = "\r\n\r\n\0\r\nQUIT\n \0\0\0"; // signature, version 2 and LOCAL, no addresses

    private HttpRequest() { }

    static byte[] bytes(String path, Optional<ProxyProtocol> proxied) {
        String header = proxied.map(version -> version == ProxyProtocol.V1 ? V1 : V2).orElse("");
        return (header + "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: musher\r\nAccept: */*\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
