package io.musher.ops.internal.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Decides which process is the primary of a name: the one that holds the lock on the file, which the kernel releases
 * when the process ends in any way. The file says who and where; it is never deleted, since a lock on a deleted file
 * locks nothing.
 */
public final class PrimaryLock implements AutoCloseable {

    /**
     * What the file says.
     *
     * @param name the name of the primary
     * @param pid its process
     * @param config its config file; empty without one
     * @param socket its control socket
     */
    public record Holder(String name, long pid, String config, String socket) {}

    private final FileChannel channel;

    private PrimaryLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock.
     *
     * @throws IOException if another primary holds it; the message names that one
     */
    static PrimaryLock take(Path folder, Holder holder) throws IOException {
        Path file = folder.resolve("lock");
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        try {
            if (!lock(channel)) {
                throw new IOException(taken(holder.name(), read(folder)));
            }
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("name", holder.name());
            fields.put("pid", holder.pid());
            fields.put("config", holder.config());
            fields.put("socket", holder.socket());
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(Json.line(fields)), 0);
            return new PrimaryLock(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** {@return that another primary has the name, and what to do} */
    public static String taken(String name, Optional<Holder> holder) {
        return "\"" + name + "\" is running already"
                + holder.map(other -> ": process " + other.pid()
                        + (other.config().isEmpty() ? "" : ", " + other.config())).orElse("")
                + "; start what is stopped in it by musher start --name " + name + ", end it by musher stop --name "
                + name + ", or give this one another name by --name";
    }

    /** {@return false if another primary holds the lock} */
    private static boolean lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // held by this process, for another endpoint of the same name
        }
    }

    /** {@return what the lock file in a folder says; empty if there is none, or its primary has ended in order} */
    public static Optional<Holder> read(Path folder) throws IOException {
        byte[] content;
        try {
            content = Files.readAllBytes(folder.resolve("lock"));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (FileSystemException e) {
            if (!(e instanceof AccessDeniedException) && !Files.isDirectory(folder)) { // a file beside the folders
                return Optional.empty();
            }
            throw e;
        }
        if (content.length == 0) {
            return Optional.empty();
        }
        try {
            Map<String, Object> fields = Json.object(content, content.length);
            if (fields.get("name") instanceof String name && fields.get("pid") instanceof Long pid
                    && fields.get("config") instanceof String config
                    && fields.get("socket") instanceof String socket) {
                return Optional.of(new Holder(name, pid, config, socket));
            }
        } catch (IllegalArgumentException e) {
            // half written: its primary was killed meanwhile, or is writing it
        }
        return Optional.empty();
    }

    @Override
    public void close() throws IOException {
        channel.truncate(0);
        channel.close();
    }
}
