package io.musher.internal.health;

import io.musher.balancer.ProxyProtocol;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The request of an HTTP check; behind a PROXY header without a client where the worker expects one, as any check then begins. */
final class HttpRequest {

    private static final String V1 = "PROXY UNKNOWN\r\n";
    private static final String V2 = "\r\n\r\n\0\r\nQUIT\n \0\0\0"; // signature, version 2 and LOCAL, no addresses

    private HttpRequest() { }

    static byte[] bytes(String path, Optional<ProxyProtocol> proxied) {
        return (proxied.map(HttpRequest::header).orElse("") + "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: musher\r\nAccept: */*\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    /** {@return what a connect alone has to send where the worker expects a PROXY header: it would complain of the lack of one} */
    static Optional<byte[]> none(Optional<ProxyProtocol> proxied) {
        return proxied.map(version -> header(version).getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String header(ProxyProtocol version) {
        return version == ProxyProtocol.V1 ? V1 : V2;
    }
}
