package io.musher.balancer.internal.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/**
 * One valid request with its answer. The answer may begin when {@code before} bytes of the request have come, and its
 * last byte comes after the request's.
 */
record HttpExchange(byte[] request, int before, byte[] response) {

    /** Two directions, cut up: what arrives, in order. */
    record Piece(boolean fromClient, byte[] bytes) {}

    private record Body(String header, String text) {}

    private static final Arbitrary<String> NASTY = Arbitraries.of("GET / HTTP/1.1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            "0\r\n\r\n", "\r\n", "\n", "\r", "5\r\nhello\r\n", "Content-Length: 3\r\n",
            "HTTP/1.1 101 Switching Protocols\r\n\r\n", "\u0016\u0003\u0001");

    static Arbitrary<HttpExchange> arbitrary() {
        Arbitrary<HttpExchange> plain = Combinators
                .combine(Arbitraries.of("GET", "DELETE", "OPTIONS", "PATCH", "HEADLINE", "HUNT"), headers(),
                        informational(), answer())
                .as((method, headers, early, answer) -> exchange(method + " /path?x=y HTTP/1.1\r\n" + headers + "\r\n",
                        "", 0, early + answer));
        Arbitrary<HttpExchange> head = Combinators
                .combine(headers(), informational(), Arbitraries.of("200 OK", "404 Not Found"), body())
                .as((headers, early, status, body) -> exchange("HEAD / HTTP/1.1\r\n" + headers + "\r\n", "", 0,
                        early + "HTTP/1.1 " + status + "\r\n" + body.header + "\r\n"));
        Arbitrary<HttpExchange> post = Combinators
                .combine(headers(), body(), informational(), answer(), Arbitraries.integers().between(0, 200))
                .as((headers, body, early, answer, before) -> exchange(
                        "POST / HTTP/1.1\r\n" + headers + body.header + "\r\n", body.text, before, early + answer));
        return Arbitraries.oneOf(plain, head, post, post);
    }

    private static HttpExchange exchange(String head, String body, int before, String response) {
        int begins = head.length() + Math.min(before, body.length());
        return new HttpExchange(HttpBytes.bytes(head + body), begins, HttpBytes.bytes(response));
    }

    private static Arbitrary<String> headers() {
        return Arbitraries
                .of("Host: a\r\n", "X-Empty:\r\n", "Cookie: a=b; c=d\r\n", "Connection: keep-alive\r\n",
                        "Connection: upgrade\r\n",
                        "Upgrade: h2c\r\n", "Expect: 100-continue\r\n", "Te: trailers\r\n", "Transfer: chunked\r\n",
                        "X-Content-Length: 7\r\n",
                        "Content-Type: text/plain; charset=\"utf-8\"\r\n", "X: " + "x".repeat(300) + "\r\n",
                        "T: \u00ff\u0080\u000b\r\n")
                .list().ofMaxSize(6).map(lines -> String.join("", lines));
    }

    private static Arbitrary<String> informational() {
        return Arbitraries.of("", "", "HTTP/1.1 100 Continue\r\n\r\n",
                "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n",
                "HTTP/1.1 100\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n", "HTTP/1.1 103 \r\nContent-Length: 9\r\n\r\n");
    }

    private static Arbitrary<String> answer() {
        Arbitrary<String> empty = Combinators.combine(Arbitraries.of("204 No Content", "304 Not Modified"),
                Arbitraries.of("", "Etag: x\r\n", "Transfer-Encoding: chunked\r\n"))
                .as((status, header) -> "HTTP/1.1 " + status + "\r\n" + header + "\r\n");
        Arbitrary<String> full = Combinators
                .combine(Arbitraries.of("200 OK", "200", "404 Not Found", "500 \u00c4rger"), headers(),
                        body().filter(body -> !body.header.isEmpty()))
                .as((status, headers, body) -> "HTTP/1.1 " + status + "\r\n" + headers + body.header + "\r\n"
                        + body.text);
        return Arbitraries.oneOf(empty, full, full, full);
    }

    /** Without a length (nothing, then), with one, or in chunks. */
    private static Arbitrary<Body> body() {
        Arbitrary<String> text = Arbitraries
                .oneOf(NASTY, Arbitraries.strings().ofMaxLength(40).withCharRange('\0', '\u00ff'),
                        Arbitraries.of("", "x".repeat(2000)))
                .list().ofMaxSize(4).map(parts -> String.join("", parts));
        Arbitrary<Body> none = Arbitraries.just(new Body("", ""));
        Arbitrary<Body> measured = Combinators
                .combine(Arbitraries.of("Content-Length: ", "content-length:", "CONTENT-LENGTH: \t"), text)
                .as((name, body) -> new Body(name + body.length() + "\r\n", body));
        Arbitrary<String> chunk = Combinators
                .combine(text.filter(body -> !body.isEmpty()), Arbitraries.of("", "0", "000"),
                        Arbitraries.of("", ";a", ";name=\"val;ue\"", " ;b=c", "\t"), Arbitraries.of(true, false))
                .as((data, zeros, extension, upper) -> {
                    String size = Integer.toHexString(data.length());
                    return zeros + (upper ? size.toUpperCase() : size) + extension + "\r\n" + data + "\r\n";
                });
        Arbitrary<Body> chunks = Combinators
                .combine(Arbitraries.of("Transfer-Encoding: chunked\r\n", "transfer-encoding:Chunked\r\n"),
                        chunk.list().ofMaxSize(4), Arbitraries.of("0", "000", "0;last"),
                        Arbitraries.of("", "Digest: x\r\n", "A: b\r\nGET: / HTTP/1.1\r\n"))
                .as((header, list, last, trailer) -> new Body(header,
                        String.join("", list) + last + "\r\n" + trailer + "\r\n"));
        return Arbitraries.oneOf(none, measured, measured, chunks, chunks);
    }

    /** Both directions in one order that can happen, in pieces that {@code cuts} says the sizes of. */
    static List<Piece> arrival(HttpExchange exchange, Cuts cuts) {
        List<Piece> pieces = new ArrayList<>();
        int asked = 0;
        int answered = 0;
        while (asked < exchange.request.length || answered < exchange.response.length) {
            boolean askedAll = asked == exchange.request.length;
            int free = exchange.response.length - answered - (askedAll ? 0 : 1); // never complete before the request
            boolean answers = asked >= exchange.before && free > 0 && (askedAll || cuts.next() % 2 == 0);
            byte[] source = answers ? exchange.response : exchange.request;
            int from = answers ? answered : asked;
            int most = answers ? free : asked >= exchange.before ? source.length - from : exchange.before - from;
            int to = from + Math.max(1, Math.min(most, cuts.next()));
            pieces.add(new Piece(!answers, Arrays.copyOfRange(source, from, to)));
            if (answers) {
                answered = to;
            } else {
                asked = to;
            }
        }
        return pieces;
    }

    /** Sizes, over and over. */
    static final class Cuts {
        private final List<Integer> sizes;
        private int at;

        Cuts(List<Integer> sizes) {
            this.sizes = sizes;
        }

        int next() {
            return sizes.get(at++ % sizes.size());
        }
    }
}
