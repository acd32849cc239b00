package io.musher.internal.process;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Who listens on a port, as Linux tells it. */
final class Listeners {

    private static final String LISTEN = "0A";

    private Listeners() { }

    /** {@return whether one of the processes listens on the port; empty where that cannot be told} */
    static Optional<Boolean> listens(int port, List<Long> pids) {
        if (!Platform.LINUX) {
            return Optional.empty();
        }
        Set<String> sockets = new HashSet<>();
        for (String table : List.of("tcp", "tcp6")) {
            try {
                Files.readAllLines(Path.of("/proc/self/net", table)).forEach(line -> inode(line, port).ifPresent(sockets::add));
            } catch (IOException e) {
                // no such protocol here
            }
        }
        return Optional.of(!sockets.isEmpty() && pids.stream().anyMatch(pid -> holds(pid, sockets)));
    }

    /** @param line such as {@code 0: 0100007F:0CEA 00000000:0000 0A ... inode ...} */
    static Optional<String> inode(String line, int port) {
        String[] fields = line.strip().split(" +");
        boolean match = fields.length > 9 && fields[3].equals(LISTEN)
                && fields[1].endsWith(String.format(":%04X", port));
        return match ? Optional.of("socket:[" + fields[9] + "]") : Optional.empty();
    }

    private static boolean holds(long pid, Set<String> sockets) {
        try {
            return ProcessTable.look(pid, folder -> {
                try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(folder.resolve("fd"))) {
                    for (Path descriptor : descriptors) {
                        if (isOne(descriptor, sockets)) {
                            return true;
                        }
                    }
                    return false;
                }
            });
        } catch (IOException | DirectoryIteratorException e) {
            return false; // gone, or somebody else's
        }
    }

    private static boolean isOne(Path descriptor, Set<String> sockets) {
        try {
            return sockets.contains(Files.readSymbolicLink(descriptor).toString());
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }
}
