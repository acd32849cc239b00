package io.musher.ops.internal.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Prints what a detached primary itself has logged: starts that failed, crashes, replacements. */
final class PrimaryOutput {

    private static final long POLL_MILLIS = 200;
    /** How often it is looked whether the output is still read while there is nothing to print. */
    private static final int POLLS_OF_READER = 50;

    private final Path file;
    private final PrintStream out;
    private long position;

    PrimaryOutput(Path folder, PrintStream out) {
        this.file = file(folder);
        this.out = out;
    }

    /** {@return the file in the folder of a primary} */
    static Path file(Path folder) {
        return folder.resolve("primary.log");
    }

    /** {@return where to look, for messages} */
    static String hint(String name, Path log) {
        return "see " + log + ", or musher logs --primary --name " + name;
    }

    boolean exists() {
        return Files.exists(file);
    }

    /** Prints the last lines. */
    void printLast(int count) throws IOException {
        String text = readNew();
        List<String> lines = text.lines().toList();
        lines.subList(Math.max(0, lines.size() - count), lines.size()).forEach(out::println);
        out.flush();
    }

    /** Prints what is added while a process lives and the output is read. */
    void follow(ProcessHandle primary, OutputReader reader) throws IOException, InterruptedException {
        int polls = 0;
        for (boolean lives = true; lives && !out.checkError();) {
            if (polls++ % POLLS_OF_READER == 0 && reader.look()) {
                return;
            }
            lives = primary.isAlive();
            String text = readNew();
            if (!text.isEmpty()) {
                out.print(text);
                out.flush();
            }
            Thread.sleep(lives ? POLL_MILLIS : 0);
        }
    }

    /** {@return the lines since the last call; the file is emptied when it is full} */
    private String readNew() throws IOException {
        try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
            if (log.length() < position) {
                position = 0;
            }
            byte[] bytes = new byte[(int) Math.min(Integer.MAX_VALUE / 2, log.length() - position)];
            log.seek(position);
            int length = Math.max(0, log.read(bytes));
            while (length > 0 && bytes[length - 1] != '\n') {
                length--; // a line is printed when it is complete
            }
            position += length;
            return new String(bytes, 0, length, StandardCharsets.UTF_8);
        }
    }
}
