package io.musher.balancer.internal.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.balancer.internal.http.HttpExchange.Cuts;
import io.musher.balancer.internal.http.HttpExchange.Piece;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class KeepAliveTrackerProperties {

    private static final List<Integer> WHOLE = List.of(Integer.MAX_VALUE);
    private static final List<Integer> BYTE_BY_BYTE = List.of(1);

    private final HttpHead parser = new HttpHead();

    @Property(tries = 500)
    void shouldBeIdleExactlyBetweenExchanges(@ForAll("exchanges") List<HttpExchange> exchanges,
            @ForAll("sizes") List<Integer> sizes,
            @ForAll boolean direct, @ForAll @IntRange(max = 8) int shift) {
        for (List<Integer> cuts : List.of(WHOLE, BYTE_BY_BYTE, sizes)) {
            KeepAliveTracker keepAlive = new KeepAliveTracker();
            for (HttpExchange exchange : exchanges) {
                assertTrue(keepAlive.isIdle(), "between two exchanges");
                List<Piece> pieces = HttpExchange.arrival(exchange, new Cuts(cuts));
                for (int i = 0; i < pieces.size(); i++) {
                    assertTrue(feed(keepAlive, pieces.get(i), direct, shift), "a valid exchange is followed");
                    assertEquals(i == pieces.size() - 1, keepAlive.isIdle(),
                            "idle after piece " + i + " of " + pieces.size());
                }
            }
        }
    }

    /** The next request before the answer is complete, in the same read or another: left alone from there on. */
    @Property(tries = 300)
    void shouldNeverBeIdleAgainOncePipelined(@ForAll("exchange") HttpExchange exchange,
            @ForAll @IntRange(max = 10_000) int answered) {
        KeepAliveTracker keepAlive = new KeepAliveTracker();
        byte[] some = Arrays.copyOf(exchange.response(), answered % exchange.response().length);
        for (Piece piece : List.of(new Piece(true, exchange.request()), new Piece(false, some))) {
            if (piece.bytes().length > 0) {
                assertTrue(feed(keepAlive, piece, true, 0));
            }
        }

        assertEquals(false, feed(keepAlive, new Piece(true, HttpBytes.bytes("GET / HTTP/1.1\r\n\r\n")), true, 0),
                "followed");
    }

    @Property(tries = 1000)
    void shouldNeverThrow(@ForAll("streams") List<Piece> pieces, @ForAll boolean direct,
            @ForAll @IntRange(max = 8) int shift) {
        KeepAliveTracker keepAlive = new KeepAliveTracker();
        for (Piece piece : pieces) {
            if (piece.bytes().length > 0 && !feed(keepAlive, piece, direct, shift)) {
                return;
            }
        }
    }

    /** Damaged or not: how the bytes are cut makes no difference to where it ends. */
    @Property(tries = 1000)
    void shouldComeToTheSameVerdictHoweverTheBytesAreCut(@ForAll("exchanges") List<HttpExchange> exchanges,
            @ForAll("damages") List<int[]> damages,
            @ForAll("sizes") List<Integer> sizes) {
        List<Piece> runs = new ArrayList<>();
        for (HttpExchange exchange : exchanges) {
            runs.add(new Piece(true, exchange.request()));
            runs.add(new Piece(false, exchange.response()));
        }
        for (int[] damage : damages) {
            int at = damage[0] % runs.size();
            Piece run = runs.get(at);
            runs.set(at, new Piece(run.fromClient(), damaged(run.bytes(), damage[1], damage[2], (byte) damage[3])));
        }
        String whole = verdict(runs, WHOLE);

        assertEquals(whole, verdict(runs, BYTE_BY_BYTE), "byte by byte");
        assertEquals(whole, verdict(runs, sizes), () -> "cut into " + sizes);
    }

    private String verdict(List<Piece> runs, List<Integer> sizes) {
        KeepAliveTracker keepAlive = new KeepAliveTracker();
        Cuts cuts = new Cuts(sizes);
        StringBuilder verdict = new StringBuilder();
        for (Piece run : runs) {
            for (int from = 0; from < run.bytes().length;) {
                int to = from + Math.max(1, Math.min(run.bytes().length - from, cuts.next()));
                if (!feed(keepAlive, new Piece(run.fromClient(), Arrays.copyOfRange(run.bytes(), from, to)), false,
                        0)) {
                    // in a head that makes no sense it may be seen a little later, at the end of its line: to busy that
                    // makes no difference
                    return verdict.append("opaque").toString().replaceAll("(busy )+opaque", "opaque");
                }
                from = to;
            }
            verdict.append(keepAlive.isIdle() ? "idle " : "busy ");
        }
        return verdict.toString();
    }

    private boolean feed(KeepAliveTracker keepAlive, Piece piece, boolean direct, int shift) {
        var buffer = HttpBytes.buffer(piece.bytes(), direct, shift);
        int from = HttpBytes.from(shift);
        int to = from + piece.bytes().length;
        return piece.fromClient() ? keepAlive.fromClient(parser, buffer, from, to)
                : keepAlive.fromTarget(parser, buffer, from, to);
    }

    /** Takes some bytes out at one place and puts another in. */
    private static byte[] damaged(byte[] bytes, int where, int less, byte instead) {
        if (bytes.length == 0) {
            return bytes;
        }
        int at = where % bytes.length;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, at);
        out.write(instead);
        int after = Math.min(bytes.length, at + less);
        out.write(bytes, after, bytes.length - after);
        return out.toByteArray();
    }

    @Provide
    Arbitrary<HttpExchange> exchange() {
        return HttpExchange.arbitrary();
    }

    @Provide
    Arbitrary<List<HttpExchange>> exchanges() {
        return HttpExchange.arbitrary().list().ofMinSize(1).ofMaxSize(4);
    }

    @Provide
    Arbitrary<List<Integer>> sizes() {
        return Arbitraries.oneOf(Arbitraries.integers().between(1, 9), Arbitraries.integers().between(1, 3000)).list()
                .ofMinSize(1).ofMaxSize(12);
    }

    @Provide
    Arbitrary<List<int[]>> damages() {
        Arbitrary<Integer> bytes = Arbitraries.oneOf(
                Arbitraries.of((int) '\n', (int) '\r', (int) ' ', (int) ':', 0, (int) '9', (int) ';'),
                Arbitraries.integers().between(0, 255));
        Arbitrary<Integer> places = Arbitraries.integers().between(0, 400);
        return Combinators.combine(places, places, Arbitraries.integers().between(0, 3), bytes)
                .as((run, at, less, b) -> new int[]{run, at, less, b}).list().ofMaxSize(3);
    }

    @Provide
    Arbitrary<List<Piece>> streams() {
        Arbitrary<byte[]> noise = Arbitraries.bytes().array(byte[].class).ofMaxSize(60);
        Arbitrary<byte[]> words = Arbitraries
                .of("GET / HTTP/1.1\r\n", "\r\n", "HTTP/1.1 200 OK\r\n", "Content-Length: ", "99999999999999999999",
                        "Transfer-Encoding: chunked\r\n", "ffffffffffffffff", "0", ";", " ", ":", "\n")
                .list().ofMaxSize(6).map(list -> HttpBytes.bytes(String.join("", list)));
        return Combinators.combine(Arbitraries.of(true, false), Arbitraries.oneOf(noise, words, words)).as(Piece::new)
                .list().ofMaxSize(12);
    }
}
