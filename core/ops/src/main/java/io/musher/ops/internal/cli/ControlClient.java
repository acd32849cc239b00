package io.musher.ops.internal.cli;

import io.musher.ops.internal.control.Json;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalInt;

/** A connection to a primary. One command at a time. */
final class ControlClient implements AutoCloseable {

    /** Receives the lines before the last one. */
    interface Lines {

        /** {@return whether further lines are wanted} */
        boolean take(Map<String, Object> line);
    }

    private final SocketChannel channel;
    private byte[] buffer = new byte[8_192];
    private int filled;
    private volatile boolean timedOut;

    private ControlClient(SocketChannel channel) {
        this.channel = channel;
    }

    /**
     * Connects to a primary.
     *
     * @throws CommandFailure with {@code NOT_RUNNING} if none is there, with {@code NOT_PERMITTED} if this user may not
     */
    static ControlClient connect(Path socket) throws CommandFailure {
        try {
            return new ControlClient(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
        } catch (IOException e) {
            String reason = String.valueOf(e.getMessage());
            if (reason.contains("ermission")) {
                throw new CommandFailure(CommandLine.NOT_PERMITTED, "you may not control the primary at " + socket
                        + ": only its user and root may; try sudo -u USER");
            }
            throw new CommandFailure(CommandLine.NOT_RUNNING,
                    "no primary runs at " + socket + " (" + reason + "); musher start starts one");
        }
    }

    /**
     * Sends a command and waits for its answer.
     *
     * @param seconds how long to wait; empty for as long as it takes
     * @return the answer; empty if no further lines are wanted, after which the connection is of no use
     * @throws CommandFailure if the primary says that it failed, or has left
     */
    Map<String, Object> call(Map<String, Object> request, Lines lines, OptionalInt seconds) throws CommandFailure {
        if (seconds.isPresent()) {
            closeAfter(seconds.getAsInt());
        }
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Json.line(request));
            try {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            } catch (IOException e) {
                // refused: the answer that says why may be there
            }
            while (true) {
                Map<String, Object> line = readLine();
                if (!(line.get("ok") instanceof Boolean ok)) {
                    if (!lines.take(line)) {
                        return Map.of();
                    }
                } else if (ok) {
                    return line;
                } else {
                    throw CommandFailure.of(line.get("code") instanceof Long code ? code : 0,
                            String.valueOf(line.get("error")),
                            line.get("lastOutput") instanceof String output ? output : "");
                }
            }
        } catch (IOException e) {
            throw timedOut ? CommandFailure.unfinished(seconds.getAsInt())
                    : new CommandFailure(CommandLine.FAILED,
                            "the primary has closed the connection before its answer: see musher logs --primary");
        }
    }

    /** Waits until the primary closes the connection. */
    void awaitEnd() {
        try {
            while (channel.read(ByteBuffer.wrap(buffer)) >= 0) {
                filled = 0;
            }
        } catch (IOException e) {
            // closed as well
        }
    }

    private void closeAfter(int seconds) {
        Thread timer = new Thread(() -> {
            try {
                Thread.sleep(1_000L * seconds);
                timedOut = true;
                channel.close();
            } catch (InterruptedException | IOException e) {
                Thread.currentThread().interrupt();
            }
        }, "timeout");
        timer.setDaemon(true);
        timer.start();
    }

    private Map<String, Object> readLine() throws IOException {
        int searched = 0;
        while (true) {
            for (; searched < filled; searched++) {
                if (buffer[searched] == '\n') {
                    Map<String, Object> line = Json.object(buffer, searched);
                    System.arraycopy(buffer, searched + 1, buffer, 0, filled - searched - 1);
                    filled -= searched + 1;
                    return line;
                }
            }
            if (filled == buffer.length) {
                buffer = Arrays.copyOf(buffer, 2 * filled);
            }
            int count = channel.read(ByteBuffer.wrap(buffer, filled, buffer.length - filled));
            if (count < 0) {
                throw new IOException("closed");
            }
            filled += count;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // nothing is left to do
        }
    }
}
