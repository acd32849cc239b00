package io.musher.internal.process.output;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever the pieces in which bytes come. */
class OutputProperties {

    @Provide
    Arbitrary<List<String>> lines() {
        return Arbitraries.strings().withChars("ab ü").ofMaxLength(30).list().ofMaxSize(30);
    }

    @Property
    void shouldCutLines(@ForAll("lines") List<String> lines, @ForAll boolean ended,
            @ForAll @IntRange(min = 1, max = 50) int piece) {
        String text = String.join("\n", lines) + (ended && !lines.isEmpty() ? "\n" : "");
        List<String> heard = new ArrayList<>();
        LineSplitter cutter = new LineSplitter(
                (bytes, offset, length) -> heard.add(new String(bytes, offset, length, StandardCharsets.UTF_8)));
        pieces(text.getBytes(StandardCharsets.UTF_8), piece, cutter::add);
        cutter.end();
        List<String> expected = new ArrayList<>(List.of(text.split("\n", -1)));
        if (expected.get(expected.size() - 1).isEmpty()) {
            expected.remove(expected.size() - 1);
        }
        assertEquals(expected, heard);
    }

    @Property(tries = 50)
    void shouldCutALongLineInPiecesWithoutLosingAny(@ForAll @IntRange(min = 1, max = 200_000) int length,
            @ForAll @IntRange(min = 1, max = 90_000) int piece) {
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        LineSplitter cutter = new LineSplitter((bytes, offset, count) -> {
            assertTrue(count <= LineSplitter.MAX_LINE);
            heard.write(bytes, offset, count);
        });
        byte[] bytes = "x".repeat(length).getBytes(StandardCharsets.US_ASCII);
        pieces(bytes, piece, cutter::add);
        cutter.end();
        assertArrayEquals(bytes, heard.toByteArray());
    }

    @Property(tries = 100)
    void shouldKeepTheLastBytes(@ForAll @Size(max = 20) List<@IntRange(max = 30_000) Integer> lengths) {
        OutputTail tail = new OutputTail();
        StringBuilder all = new StringBuilder();
        int next = 0;
        for (int length : lengths) {
            StringBuilder piece = new StringBuilder();
            for (int i = 0; i < length; i++) {
                piece.append((char) ('a' + next++ % 25));
            }
            all.append(piece);
            byte[] bytes = ("##" + piece).getBytes(StandardCharsets.US_ASCII);
            tail.add(bytes, 2, length);
        }
        assertEquals(all.substring(Math.max(0, all.length() - OutputTail.LIMIT)), tail.text());
    }

    @Property(tries = 100)
    void shouldRollWithoutLosingLines(@ForAll("lines") List<String> lines,
            @ForAll @IntRange(min = 1, max = 50) int piece,
            @ForAll @IntRange(min = 70, max = 200) int size) throws Exception {
        Path folder = Files.createTempDirectory("roll");
        try {
            RollingFile file = new RollingFile(folder.resolve("x.log"), size, 1000);
            file.addWriter();
            String text = lines.stream().map(line -> line + "\n").collect(Collectors.joining());
            pieces(text.getBytes(StandardCharsets.UTF_8), piece, file::write);
            file.removeWriter();
            StringBuilder read = new StringBuilder();
            for (int i = 1000; i >= 0; i--) {
                Path part = folder.resolve(i == 0 ? "x.log" : "x.log." + i);
                if (Files.exists(part)) {
                    assertTrue(Files.size(part) <= size);
                    read.append(new String(Files.readAllBytes(part), StandardCharsets.ISO_8859_1));
                }
            }
            assertEquals(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1),
                    read.toString());
        } finally {
            try (var files = Files.walk(folder)) {
                files.sorted((a, b) -> b.compareTo(a)).forEach(path -> path.toFile().delete());
            }
        }
    }

    private interface Taker {
        void take(byte[] bytes, int offset, int length);
    }

    private static void pieces(byte[] bytes, int piece, Taker taker) {
        for (int at = 0; at < bytes.length; at += piece) {
            taker.take(bytes, at, Math.min(piece, bytes.length - at));
        }
    }
}
