package io.musher.ops.internal.cli;

import io.musher.balancer.loop.Signals;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Draws on the whole terminal, until it is closed or the JVM ends: then the terminal is as it was before. Uses the
 * alternate screen and hides the cursor. A frame is one write that replaces what is there, so nothing flickers.
 */
final class Screen implements AutoCloseable {

    private static final String BEGIN = "\033[?1049h\033[?25l\033[2J";
    private static final String END = "\033[?25h\033[?1049l";
    private static final long RESTORE_MILLIS = 3_000;
    private static final String TOP_LEFT = "\033[H";
    private static final String CLEAR_LINE = "\033[K";
    private static final String CLEAR_REST = "\033[J";

    private final PrintStream out;
    private final Optional<String> settings;
    private final Thread restore = new Thread(this::restoreInTime, "musher-restore");
    private final Runnable whenQuit;
    private final Semaphore events = new Semaphore(0);
    private final CountDownLatch quit = new CountDownLatch(1);
    private volatile boolean resized = true;
    private volatile boolean gone;
    private Terminal.Size size = new Terminal.Size(1, 1);
    private boolean restored;

    private Screen(PrintStream out, Runnable whenQuit) {
        this.out = out;
        this.whenQuit = whenQuit;
        settings = Terminal.hasKeyboard() ? Terminal.stty("-g") : Optional.empty();
    }

    /**
     * Takes the terminal.
     *
     * @param whenQuit called on a thread of the screen when q was typed or the terminal is gone
     */
    static Screen open(PrintStream out, Runnable whenQuit) {
        Screen screen = new Screen(out, whenQuit);
        Runtime.getRuntime().addShutdownHook(screen.restore);
        screen.begin();
        return screen;
    }

    private void begin() {
        write(out, BEGIN);
        Signals.handle("WINCH", () -> {
            resized = true;
            events.release();
        });
        if (settings.isPresent()) {
            Terminal.stty("-icanon", "-echo", "min", "1");
            Thread keys = new Thread(this::readKeys, "musher-keys");
            keys.setDaemon(true);
            keys.start();
        }
    }

    private void readKeys() {
        InputStream in = System.in;
        int key = 0;
        try {
            while (key >= 0 && key != 'q' && key != 'Q') {
                key = in.read();
            }
            gone = key < 0;
        } catch (IOException e) {
            gone = true;
        }
        quit.countDown();
        events.release();
        whenQuit.run();
    }

    /** {@return whether the terminal is gone} */
    boolean isGone() {
        return gone || out.checkError();
    }

    /** {@return whether q was typed or the terminal is gone} */
    boolean isQuit() {
        return quit.getCount() == 0;
    }

    /** {@return how much fits on the screen} */
    Terminal.Size size() {
        if (resized) {
            resized = false;
            size = Terminal.size();
        }
        return size;
    }

    /** Replaces what the screen shows; no line may be wider than the screen, and there may be no more than its rows. */
    void draw(List<String> lines) {
        write(out, frame(lines));
    }

    /** {@return what draws lines over a screen, without an empty moment between} */
    static String frame(List<String> lines) {
        StringBuilder frame = new StringBuilder(TOP_LEFT);
        for (int i = 0; i < lines.size(); i++) {
            frame.append(i == 0 ? "" : "\r\n").append(lines.get(i)).append(CLEAR_LINE);
        }
        return frame.append(CLEAR_REST).toString();
    }

    /**
     * Waits for the time of the next frame, which comes at once when the size has changed.
     *
     * @return whether to go on; false when q was typed or the output is closed
     */
    boolean await(long millis) throws InterruptedException {
        if (events.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
            events.drainPermits();
        }
        return !isQuit() && !out.checkError();
    }

    /** Writes bytes at once: as characters, they would go out in pieces. */
    private static void write(PrintStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.write(bytes, 0, bytes.length);
        out.flush();
    }

    private synchronized void restore() {
        if (!restored) {
            restored = true;
            settings.ifPresent(Terminal::stty); // first: a terminal that takes no output takes its settings
            write(out, END);
        }
    }

    /** As {@link #restore}, but does not keep the JVM from ending while the terminal takes no output, as by Ctrl-S. */
    private void restoreInTime() {
        Thread thread = new Thread(this::restore, "musher-restore-terminal");
        thread.setDaemon(true);
        thread.start();
        try {
            thread.join(RESTORE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        restore();
        try {
            Runtime.getRuntime().removeShutdownHook(restore);
        } catch (IllegalStateException e) {
            // the JVM is ending: the hook finds that nothing is left to restore
        }
    }
}
