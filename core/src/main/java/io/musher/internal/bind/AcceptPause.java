package io.musher.internal.bind;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Keeps the application from accepting connections of the shared listener, and lets it go on, without the application
 * noticing: its selectors wait for nothing there, and its threads that block in accept wait for a socket to which
 * nothing connects. Not thread-safe.
 */
final class AcceptPause {

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Pattern WATCHED = Pattern
            .compile("tfd:\\s*(\\d+)\\s+events:\\s*(\\p{XDigit}+)\\s+data:\\s*(\\p{XDigit}+).*");

    /** {@code EPOLLIN}. */
    private static final int READABLE = 1;

    private final NativeSockets sockets;
    private final int listener;
    private final int descriptor;
    /** What selectors were waiting for when the pause began. */
    private final List<Watch> watches;
    private final String nowhere;

    /** What an epoll instance waits for on a descriptor. */
    private record Watch(int epoll, int events, long data) {

        /** {@return whether it waits for more than the errors that every watch reports} */
        boolean waits() {
            return (events & READABLE) != 0;
        }
    }

    /**
     * Begins a pause.
     *
     * @param listener another descriptor of the listener
     * @param descriptor that of the application
     */
    AcceptPause(NativeSockets sockets, int listener, int descriptor) throws IOException {
        this.sockets = sockets;
        this.listener = listener;
        this.descriptor = descriptor;
        this.watches = watches(descriptor);
        for (Watch each : watches) {
            sockets.watch(each.epoll, descriptor, 0, each.data);
        }
        int substitute = sockets.listenNowhere();
        try {
            nowhere = sockets.unixName(substitute);
            sockets.duplicate(substitute, descriptor);
        } finally {
            sockets.close(substitute);
        }
    }

    /** {@return whether the application has not closed the descriptor meanwhile} */
    private boolean isOpen() {
        try {
            return sockets.unixName(descriptor).equals(nowhere);
        } catch (IOException e) {
            return false;
        }
    }

    /** Ends the pause. */
    void end() throws IOException {
        if (!isOpen()) {
            return;
        }
        List<Watch> added = watches(descriptor).stream().filter(Watch::waits).toList();
        int substitute = sockets.copy(descriptor);
        try {
            sockets.duplicate(listener, descriptor);
            watches.forEach(each -> sockets.watch(each.epoll, descriptor, each.events, each.data));
            added.forEach(each -> sockets.watch(each.epoll, descriptor, each.events, each.data));
            sockets.touch(nowhere); // wakes the threads that wait for it
        } finally {
            sockets.close(substitute);
        }
    }

    private static List<Watch> watches(int descriptor) throws IOException {
        List<Watch> found = new ArrayList<>();
        try (Stream<Path> all = Files.list(DESCRIPTORS)) {
            for (Path each : all.toList()) {
                try {
                    if (Files.readSymbolicLink(each).toString().equals("anon_inode:[eventpoll]")) {
                        watches(Integer.parseInt(each.getFileName().toString()), descriptor, found);
                    }
                } catch (IOException e) {
                    // closed meanwhile
                }
            }
        }
        return found;
    }

    private static void watches(int epoll, int descriptor, List<Watch> found) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/fdinfo", Integer.toString(epoll)))) {
            Matcher watched = WATCHED.matcher(line);
            if (watched.matches() && Integer.parseInt(watched.group(1)) == descriptor) {
                found.add(new Watch(epoll, Integer.parseUnsignedInt(watched.group(2), 16),
                        Long.parseUnsignedLong(watched.group(3), 16)));
            }
        }
    }
}
