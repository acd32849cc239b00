package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;

/** Listens to what is logged on the standard error stream: an error there is a fault, whatever the test is about. */
final class ErrorLog extends OutputStream {

    private final PrintStream before = System.err;
    private final ByteArrayOutputStream copy = new ByteArrayOutputStream();

    void begin() {
        System.setErr(new PrintStream(this, true));
    }

    void end() {
        System.setErr(before);
        String logged = copy.toString();
        assertFalse(logged.contains("ERROR io.musher"), logged);
    }

    @Override
    public void write(int b) {
        before.write(b);
        copy.write(b);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
        before.write(bytes, from, length);
        copy.write(bytes, from, length);
    }
}
