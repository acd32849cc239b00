package io.musher.ops.internal.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts clients on a Unix domain socket; each gets a thread while it is connected. At most 32 clients, 16 of them
 * with a stream; others are refused with an answer that says so.
 */
public final class UnixDoor implements AutoCloseable {

    static final int MAX_CLIENTS = 32;
    static final int MAX_STREAMS = 16;

    /** The bits of a mode that say what a file is, and what they are for a socket. */
    private static final int FILE_TYPE = 0170000;
    private static final int SOCKET = 0140000;

    private static final Logger LOG = LoggerFactory.getLogger("io.musher.ops");
    private static final long CLOSE_MILLIS = 2_000;
    private static final long RETRY_MILLIS = 1_000;
    private static final long STALLED_MILLIS = 10_000;

    private final String name;
    private final Path path;
    private final Optional<String> group;
    private final ControlHandler handler;
    private final PrimaryLock lock;
    private final ServerSocketChannel server;
    private final ScheduledThreadPoolExecutor timer;
    private final Set<DoorClient> clients = ConcurrentHashMap.newKeySet();
    private final StreamSlots streams;
    private volatile boolean closed;

    /**
     * Opens the door: takes the lock of the name, then replaces a socket that a killed primary has left.
     *
     * @param home where the lock is, and the socket unless {@code socket} names another
     * @param name the name of the primary
     * @param config its config file; empty without one
     * @param socket the path of the socket; empty for the one in the home
     * @param group a group whose users may control the primary, too; empty for none
     * @param handler carries out the commands
     * @throws IOException if another primary of the name runs, or files are not as safe as they must be
     */
    public static UnixDoor open(Home home, String name, String config, Optional<Path> socket, Optional<String> group,
            ControlHandler handler) throws IOException {
        Path folder = home.prepare(name);
        Path path = socket.orElse(folder.resolve("control.sock"));
        Home.checkLength(path);
        if (!Home.folderOf(path).equals(folder)) {
            Home.prepareFolderOf(path, group);
        } else if (group.isPresent()) {
            throw new IOException("control.group: users of the group cannot enter " + folder
                    + "; name a socket elsewhere by control.socket, such as /run/" + name + "/control.sock");
        }
        PrimaryLock lock = PrimaryLock.take(folder,
                new PrimaryLock.Holder(name, ProcessHandle.current().pid(), config, path.toString()));
        try {
            return new UnixDoor(name, path, group, handler, lock, new StreamSlots(MAX_STREAMS, STALLED_MILLIS));
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private UnixDoor(String name, Path path, Optional<String> group, ControlHandler handler, PrimaryLock lock,
            StreamSlots streams) throws IOException {
        this.name = name;
        this.path = path;
        this.group = group;
        this.handler = handler;
        this.lock = lock;
        this.streams = streams;
        checkReplaceable(path);
        Files.deleteIfExists(path);
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(path));
            if (group.isPresent()) {
                Home.setGroup(path, group.get());
            }
            Home.setPermissions(path, group.isPresent() ? "rw-rw----" : "rw-------");
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
        timer = new ScheduledThreadPoolExecutor(1, task -> daemon(task, "musher-control-timer"));
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Refuses to delete what no primary can have left, such as a file that the config file names by mistake. */
    private static void checkReplaceable(Path path) throws IOException {
        boolean unix = path.getFileSystem().supportedFileAttributeViews().contains("unix");
        if (unix && Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            if ((mode & FILE_TYPE) != SOCKET) {
                throw new IOException("control.socket: " + path + " exists and is no socket: name another path");
            }
        }
    }

    /** Starts to accept clients. */
    public void start() {
        daemon(this::accept, "musher-control").start();
    }

    /** {@return the path of the socket} */
    public Path path() {
        return path;
    }

    private void accept() {
        while (!closed) {
            try {
                admit(server.accept());
            } catch (AsynchronousCloseException e) {
                LOG.trace("{}: the control endpoint is closed", name);
            } catch (IOException | RuntimeException e) {
                if (!closed) {
                    // such as no descriptor left: there may be one when clients or workers have left
                    LOG.warn("{}: a client of the control endpoint could not be accepted: {}", name, e.toString());
                    pause();
                }
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void admit(SocketChannel channel) throws IOException {
        String user;
        try {
            user = user(channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        if (!mayControl(user)) {
            refuse(channel, new ControlException(ControlException.FORBIDDEN,
                    user + " may not control this primary; its user and root may"));
            return;
        }
        if (clients.size() >= MAX_CLIENTS) {
            refuse(channel, new ControlException(ControlException.BUSY,
                    MAX_CLIENTS + " clients are connected already; try again when one has left"));
            return;
        }
        DoorClient client = new DoorClient(channel, user, handler, timer, streams, clients::remove);
        clients.add(client);
        try {
            daemon(client, "musher-control-client").start();
        } catch (Error e) { // no thread left
            clients.remove(client);
            channel.close();
            throw new IOException("no thread for the client", e);
        }
    }

    /** Answers without waiting: the line fits into the empty buffer of a new socket. */
    private static void refuse(SocketChannel channel, ControlException reason) throws IOException {
        try (channel) {
            channel.configureBlocking(false);
            channel.write(ByteBuffer.wrap(Json.line(DoorClient.failure(reason))));
        }
    }

    /** {@return the user at the other end; this user where the system does not say: the permissions decide there} */
    private static String user(SocketChannel channel) throws IOException {
        try {
            UnixDomainPrincipal peer = channel.getOption(ExtendedSocketOptions.SO_PEERCRED);
            return peer.user().getName();
        } catch (UnsupportedOperationException e) {
            return System.getProperty("user.name", "");
        }
    }

    /** With a group, the kernel has let in its users only: folder and socket are closed for all others. */
    private boolean mayControl(String user) {
        return user.equals("root") || user.equals(System.getProperty("user.name")) || group.isPresent();
    }

    static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Ends streams, waits a moment for answers on their way, closes all connections and deletes the socket. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            server.close();
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MILLIS);
            clients.forEach(DoorClient::end);
            for (DoorClient client : clients) {
                client.awaitEnd(deadline);
            }
            Files.deleteIfExists(path);
            lock.close();
        } catch (IOException e) {
            LOG.warn("{}: closing the control endpoint failed: {}", name, e.toString());
        } finally {
            timer.shutdownNow();
        }
    }

    /** {@return the fields of a successful answer} */
    static Map<String, Object> success(Map<String, Object> fields) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("ok", true);
        answer.putAll(fields);
        return answer;
    }
}
