package io.musher.internal.process;

import io.musher.internal.process.os.Platform;
import io.musher.internal.process.os.ProcessTable;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets a thread dump from a HotSpot JVM as {@code jstack} does, but without the module {@code jdk.attach}: creates the
 * file that requests an attachment, sends SIGQUIT, upon which the JVM opens a socket, and sends the command over that
 * socket. Linux only.
 */
final class ThreadDump {

    private static final Logger LOG = LoggerFactory.getLogger(ThreadDump.class);

    /** The folder that HotSpot uses, regardless of {@code java.io.tmpdir}. */
    private static final Path FOLDER = Path.of("/tmp");
    private static final byte[] COMMAND = "1\0threaddump\0\0\0\0".getBytes(StandardCharsets.US_ASCII);
    private static final int SIGQUIT = 3;
    private static final int MAX_BYTES = 1 << 20;
    private static final long PAUSE_MILLIS = 20;
    private static final int PAUSES = 1_000;

    private ThreadDump() {}

    /** Returns a future of the thread dump, or of empty; it completes at the latest when the process has exited. */
    static CompletableFuture<Optional<String>> of(WorkerProcess process) {
        CompletableFuture<Optional<String>> dump = new CompletableFuture<>();
        Thread thread = new Thread(() -> dump.complete(request(process)), "musher-threads-" + process.workerId());
        thread.setDaemon(true);
        thread.start();
        return dump;
    }

    private static Optional<String> request(WorkerProcess process) {
        Path socket = FOLDER.resolve(".java_pid" + process.pid());
        try {
            if (!Platform.LINUX || !Files.exists(socket) && !open(process, socket)) {
                return Optional.empty();
            }
            if (!Files.getOwner(socket).equals(Files.getOwner(Path.of("/proc/" + process.pid())))) {
                return Optional.empty(); // another user's socket
            }
            return Optional.of(execute(socket)).filter(text -> !text.isBlank());
        } catch (IOException | RuntimeException e) {
            LOG.debug("{}: no thread dump", process, e);
            return Optional.empty();
        } catch (InterruptedException e) {
            return Optional.empty(); // this thread is never interrupted
        }
    }

    /** {@return whether the JVM accepts attach commands now} */
    private static boolean open(WorkerProcess process, Path socket) throws IOException, InterruptedException {
        if (!ProcessTable.catches(process.pid(), SIGQUIT)) {
            return false; // SIGQUIT would kill the process
        }
        Path request = FOLDER.resolve(".attach_pid" + process.pid());
        try {
            Files.createFile(request);
        } catch (FileAlreadyExistsException e) {
            LOG.debug("{}: another process requests attachment too", process);
        }
        try {
            process.signal("QUIT");
            for (int i = 0; i < PAUSES && process.isAlive() && !Files.exists(socket); i++) {
                Thread.sleep(PAUSE_MILLIS);
            }
            return Files.exists(socket);
        } finally {
            Files.deleteIfExists(request);
            process.onExit().thenRun(() -> delete(socket)); // a JVM that is killed leaves the socket behind
        }
    }

    private static void delete(Path socket) {
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            LOG.debug("{} could not be deleted", socket, e);
        }
    }

    private static String execute(Path socket) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            for (ByteBuffer command = ByteBuffer.wrap(COMMAND); command.hasRemaining();) {
                channel.write(command);
            }
            ByteBuffer answer = ByteBuffer.allocate(MAX_BYTES);
            for (int n = 0; n >= 0 && answer.hasRemaining();) {
                n = channel.read(answer);
            }
            String text = StandardCharsets.UTF_8.decode(answer.flip()).toString();
            return text.startsWith("0\n") ? text.substring(2) : ""; // the first line is a status
        }
    }
}
