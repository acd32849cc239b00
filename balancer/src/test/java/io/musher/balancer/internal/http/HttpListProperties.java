package io.musher.balancer.internal.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Headers that are lists (RFC 9110, 5.6.1), against a reading that splits strings. */
class HttpListProperties {

    private final HttpHead head = new HttpHead();

    @Property(tries = 2000)
    void shouldReadTheConnectionsOptionsAsAList(@ForAll("lines") List<String> lines) {
        List<String> options = lines.stream().flatMap(line -> Arrays.stream(line.split(",", -1)))
                .map(element -> element.replaceAll("^[ \t]+|[ \t]+$", "").toLowerCase(Locale.ROOT)).toList();
        String text = head("GET / HTTP/1.1\r\nHost: a\r\n", "Connection: ", lines);

        int end = parse(text, true);

        boolean close = options.contains("close");
        if (close && options.contains("upgrade")) {
            assertEquals(HttpHead.OPAQUE, end, text);
        } else {
            assertEquals(text.length(), end, text);
            assertEquals(close, head.close, text);
        }
    }

    @Property(tries = 2000)
    void shouldReadTheOfferedLoginsAsAList(@ForAll("lines") List<String> lines) {
        boolean connectionLogin = lines.stream().flatMap(line -> Arrays.stream(line.split(",", -1)))
                .map(element -> element.replaceAll("^[ \t]+", "").split("[ \t]", 2)[0].toLowerCase(Locale.ROOT))
                .anyMatch(scheme -> scheme.equals("ntlm") || scheme.equals("negotiate"));
        String text = head("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n", "WWW-Authenticate: ", lines);

        assertEquals(connectionLogin ? HttpHead.OPAQUE : text.length(), parse(text, false), text);
    }

    private static String head(String first, String name, List<String> values) {
        StringBuilder text = new StringBuilder(first);
        values.forEach(value -> text.append(name).append(value).append("\r\n"));
        return text.append("\r\n").toString();
    }

    private int parse(String text, boolean request) {
        ByteBuffer buffer = HttpBytes.buffer(HttpBytes.bytes(text), true, 0);
        int from = HttpBytes.from(0);
        int end = head.parse(buffer, from, from + text.length(), request);
        return end < 0 ? end : end - from;
    }

    @Provide
    Arbitrary<List<String>> lines() {
        Arbitrary<String> pieces = Arbitraries.of("close", "Close", "CLOSE", "upgrade", "Upgrade", "keep-alive",
                "x-close-y", "closed", "TE", "NTLM", "ntlm",
                "Negotiate", "Basic", "realm=\"a\"", "\"", "=", ";", "-", ",", ",", ", ", " ,", " ", "\t");
        return pieces.list().ofMaxSize(7).map(list -> String.join("", list)).list().ofMaxSize(3);
    }
}
