package io.musher.ops.internal.control;

import io.musher.balancer.loop.Nullable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Optional;
import java.util.Set;

/**
 * Where primaries keep their files: {@code ~/.musher/<name>/} with the socket, the lock, and the logs of a detached
 * primary. {@code MUSHER_HOME} is another folder than {@code ~/.musher}.
 */
public final class Home {

    /** What the path of a socket may have at most, in bytes. */
    private static final int MAX_PATH = System.getProperty("os.name").startsWith("Mac") ? 103 : 106;

    private final Path root;

    private Home(Path root) {
        this.root = root;
    }

    /**
     * Finds the folder of this user: the one in the user database, not {@code $HOME}, which sudo and deployment tools
     * change.
     *
     * @throws IOException if the user has no home
     */
    public static Home find() throws IOException {
        String override = System.getenv("MUSHER_HOME");
        if (override != null && !override.isEmpty()) {
            return new Home(Path.of(override).toAbsolutePath().normalize());
        }
        String home = System.getProperty("user.home", "?");
        if (!Path.of(home).isAbsolute()) {
            throw new IOException("this user has no home folder: name another folder in the variable MUSHER_HOME");
        }
        return new Home(Path.of(home, ".musher"));
    }

    /** {@return the folder that contains one folder for each primary} */
    public Path root() {
        return root;
    }

    /** {@return the folder of the primary with this name} */
    public Path folder(String name) {
        return root.resolve(name);
    }

    /**
     * Creates the folder of a primary, accessible for its user only, or checks an existing one.
     *
     * @throws IOException if it cannot be created, belongs to another user or may be written by others
     */
    public Path prepare(String name) throws IOException {
        Path folder = folder(name);
        create(root, "rwx------");
        create(folder, "rwx------");
        checkOwned(folder);
        setPermissions(folder, "rwx------");
        return folder;
    }

    /**
     * Prepares the folder of a socket that the config file names.
     *
     * @param group the group that may use the socket; empty for this user only
     */
    static void prepareFolderOf(Path socket, Optional<String> group) throws IOException {
        Path folder = folderOf(socket);
        if (!Files.exists(folder)) {
            create(folder, group.isPresent() ? "rwxr-x---" : "rwx------");
            if (group.isPresent()) {
                setGroup(folder, group.get());
                setPermissions(folder, "rwxr-x---");
            }
        }
        checkOwned(folder);
    }

    static Path folderOf(Path socket) {
        Path folder = socket.toAbsolutePath().getParent();
        return folder == null ? socket : folder;
    }

    /**
     * Checks that a path is short enough for a socket.
     *
     * @throws IOException naming the option
     */
    static void checkLength(Path socket) throws IOException {
        Optional<String> problem = lengthProblem(socket);
        if (problem.isPresent()) {
            throw new IOException("control.socket: " + problem.get());
        }
    }

    /** {@return why a path cannot be that of a socket; empty if it is short enough} */
    public static Optional<String> lengthProblem(Path socket) {
        int length = socket.toString().getBytes(StandardCharsets.UTF_8).length;
        return length <= MAX_PATH ? Optional.empty() : Optional.of("the path " + socket + " has " + length
                + " bytes, and a socket's may have " + MAX_PATH + ": name a shorter one");
    }

    /**
     * Checks that this machine has a group, to which a socket is to be given.
     *
     * @throws IOException naming the option
     */
    public static void checkGroup(String group) throws IOException {
        Path here = Path.of("");
        if (posix(here) == null) {
            return;
        }
        try {
            here.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(group);
        } catch (UserPrincipalNotFoundException e) {
            throw new IOException("control.group: this machine has no group \"" + group + "\": create it, or name the"
                    + " group whose users are to control the primary", e);
        }
    }

    static void setGroup(Path path, String group) throws IOException {
        PosixFileAttributeView view = posix(path);
        if (view != null) {
            try {
                view.setGroup(path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(group));
            } catch (IOException e) {
                throw new IOException("control.group: " + path + " cannot be given to the group " + group + ": "
                        + (e.getMessage() == null ? "there is no such group" : e.getMessage()), e);
            }
        }
    }

    static void setPermissions(Path path, String permissions) throws IOException {
        PosixFileAttributeView view = posix(path);
        if (view != null) {
            view.setPermissions(PosixFilePermissions.fromString(permissions));
        }
    }

    private static void create(Path folder, String permissions) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        try {
            if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.createDirectories(folder,
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
            } else {
                Files.createDirectories(folder);
            }
        } catch (FileSystemException e) {
            throw new IOException("the folder " + folder + " cannot be created (" + e.getClass().getSimpleName()
                    + "): name another one in the variable MUSHER_HOME", e);
        }
    }

    /** Refuses a folder in which another user could put a socket of its own. */
    private static void checkOwned(Path folder) throws IOException {
        PosixFileAttributeView view = posix(folder);
        if (view == null) {
            return;
        }
        PosixFileAttributes attributes = view.readAttributes();
        String user = System.getProperty("user.name", "");
        if (!attributes.owner().getName().equals(user)) {
            throw new IOException("the folder " + folder + " belongs to " + attributes.owner().getName() + ", not to "
                    + user + ": name another one in the variable MUSHER_HOME or by control.socket");
        }
        Set<PosixFilePermission> permissions = attributes.permissions();
        if (permissions.contains(PosixFilePermission.OTHERS_WRITE)
                || permissions.contains(PosixFilePermission.GROUP_WRITE)) {
            throw new IOException("the folder " + folder + " may be written by others ("
                    + PosixFilePermissions.toString(permissions) + "): chmod go-w " + folder);
        }
    }

    private static @Nullable PosixFileAttributeView posix(Path path) {
        return Files.getFileAttributeView(path, PosixFileAttributeView.class);
    }
}
