package io.musher.internal.process.os;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

/** Finds out which process listens on which port, from {@code /proc} on Linux. */
public final class ListeningSockets {

    private static final String LISTEN = "0A";
    private static final String LISTENS = " " + LISTEN + " ";

    private ListeningSockets() {}

    /**
     * {@return whether a process or one of its descendants listens on the port}
     *
     * @param pid the process that most likely listens
     * @param descendants finds the others, which costs a look at every process of the machine; called if necessary
     */
    public static PortOwnership listens(int port, long pid, Supplier<List<Long>> descendants) {
        if (!Platform.LINUX) {
            return PortOwnership.UNKNOWN;
        }
        Optional<PortOwnership.Socket> first = find(port, pid);
        if (first.isPresent()) {
            return PortOwnership.own(first.get());
        }
        Map<String, InetSocketAddress> sockets = sockets(OptionalInt.of(port));
        PortOwnership own = owner(sockets, List.of(pid));
        if (own.kind() == PortOwnership.Kind.OWN || sockets.isEmpty()) {
            return own;
        }
        PortOwnership others = owner(sockets, descendants.get());
        return others.kind() == PortOwnership.Kind.OTHER ? own : others;
    }

    /**
     * {@return whether one of the processes listens on one of the ports}
     *
     * @param ports empty for any port
     */
    public static PortOwnership.Kind listens(Set<Integer> ports, List<Long> pids) {
        if (!Platform.LINUX) {
            return PortOwnership.Kind.UNKNOWN;
        }
        Map<String, InetSocketAddress> sockets = sockets(OptionalInt.empty());
        sockets.values().removeIf(address -> !ports.isEmpty() && !ports.contains(address.getPort()));
        return owner(sockets, pids).kind();
    }

    /** {@return the address at which this process listens on a port; empty if it does not, or that is not known} */
    public static Optional<InetSocketAddress> own(int port) {
        return listens(port, ProcessHandle.current().pid(), List::of).socket().map(PortOwnership.Socket::address);
    }

    /**
     * Finds the socket of a process that listens on a port; reads of the tables only what comes before it. The kernel
     * lists the sockets that listen first, and may list tens of thousands of others.
     *
     * @return empty if there is none, or if it was not found in this way
     */
    private static Optional<PortOwnership.Socket> find(int port, long pid) {
        String suffix = suffix(port);
        for (String table : List.of("tcp6", "tcp")) { // JVMs listen with IPv6 sockets
            try (SocketTable lines = SocketTable.open(table)) {
                for (String line = lines.next(); line != null && line.contains(LISTENS); line = lines.next()) {
                    Optional<PortOwnership.Socket> socket = !line.contains(suffix) ? Optional.empty()
                            : entry(line, OptionalInt.of(port)).flatMap(entry -> socket(pid, entry));
                    if (socket.isPresent()) {
                        return socket;
                    }
                }
            } catch (IOException e) {
                // this protocol is not available
            }
        }
        return Optional.empty();
    }

    private static Optional<PortOwnership.Socket> socket(long pid, Map.Entry<String, InetSocketAddress> wanted) {
        List<PortOwnership.Socket> found = new ArrayList<>();
        descriptors(pid, (descriptor, name) -> {
            if (name.equals(wanted.getKey())) {
                found.add(new PortOwnership.Socket(descriptor, name, wanted.getValue()));
            }
            return found.isEmpty();
        });
        return found.stream().findFirst();
    }

    static PortOwnership owner(Map<String, InetSocketAddress> sockets, List<Long> pids) {
        List<PortOwnership.Socket> own = new ArrayList<>();
        boolean hidden = false;
        for (long pid : sockets.isEmpty() ? List.<Long>of() : pids) {
            hidden |= !descriptors(pid, (descriptor, name) -> {
                InetSocketAddress address = sockets.get(name);
                if (address != null) {
                    own.add(new PortOwnership.Socket(descriptor, name, address));
                }
                return own.isEmpty();
            });
            if (!own.isEmpty()) {
                return PortOwnership.own(own.get(0));
            }
        }
        return hidden ? PortOwnership.UNKNOWN : PortOwnership.OTHER;
    }

    /** {@return a text such as {@code process 123 listens on *:8080}; empty where this cannot be determined} */
    public static String describe(List<Long> pids) {
        if (!Platform.LINUX) {
            return "";
        }
        Map<String, InetSocketAddress> sockets = sockets(OptionalInt.empty());
        List<String> seen = new ArrayList<>();
        for (long pid : pids) {
            List<String> addresses = new ArrayList<>();
            boolean readable = descriptors(pid, (descriptor, name) -> {
                InetSocketAddress address = sockets.get(name);
                if (address != null && !addresses.contains(text(address))) {
                    addresses.add(text(address));
                }
                return true;
            });
            if (!readable) {
                return "";
            } else if (!addresses.isEmpty()) {
                seen.add("process " + pid + " listens on " + String.join(" and ", addresses));
            }
        }
        return seen.isEmpty() ? "the worker listens on no port so far" : String.join(", ", seen);
    }

    /** Returns the listening sockets, of one port if given: socket name to address. */
    private static Map<String, InetSocketAddress> sockets(OptionalInt port) {
        Map<String, InetSocketAddress> sockets = new LinkedHashMap<>();
        String suffix = port.isPresent() ? suffix(port.getAsInt()) : "";
        for (String table : List.of("tcp", "tcp6")) {
            try (BufferedReader lines = Files.newBufferedReader(SocketTable.file(table), StandardCharsets.US_ASCII)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.contains(LISTENS) && line.contains(suffix)) {
                        entry(line, port).ifPresent(entry -> sockets.put(entry.getKey(), entry.getValue()));
                    }
                }
            } catch (IOException e) {
                // this protocol is not available
            }
        }
        return sockets;
    }

    /**
     * Parses a line of the table; empty unless it is a listening socket, of the port if given.
     *
     * @param line such as {@code 0: 0100007F:0CEA 00000000:0000 0A ... inode ...}
     */
    static Optional<Map.Entry<String, InetSocketAddress>> entry(String line, OptionalInt port) {
        String[] fields = line.strip().split(" +");
        boolean match = fields.length > 9 && fields[3].equals(LISTEN)
                && (port.isEmpty() || fields[1].endsWith(suffix(port.getAsInt())));
        return match ? Optional.of(Map.entry("socket:[" + fields[9] + "]", address(fields[1]))) : Optional.empty();
    }

    /** {@return the end of an address with the port: {@code :0CEA} for 3306} */
    private static String suffix(int port) {
        return ":" + Integer.toHexString(0x10000 | port).substring(1).toUpperCase(Locale.ROOT);
    }

    /**
     * Parses words of four bytes in this machine's byte order, which is little-endian on all Linux platforms of Java
     * except s390.
     */
    static InetSocketAddress address(String hex) {
        int colon = hex.indexOf(':');
        int port = Integer.parseInt(hex.substring(colon + 1), 16);
        byte[] bytes = new byte[colon / 2];
        for (int i = 0; i < bytes.length; i++) {
            int at = i / 4 * 4 + 3 - i % 4;
            bytes[i] = (byte) Integer.parseInt(hex.substring(2 * at, 2 * at + 2), 16);
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(hex, e);
        }
    }

    static String text(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        String text = host.getHostAddress();
        return (host.isAnyLocalAddress() ? "*" : text.indexOf(':') < 0 ? text : "[" + text + "]") + ":"
                + address.getPort();
    }

    /**
     * Reads the descriptors of a process.
     *
     * @param each called with the path of a descriptor and what it refers to; returns whether to go on
     * @return whether they could be read; true for a process that no longer exists
     */
    private static boolean descriptors(long pid, BiPredicate<Path, String> each) {
        try {
            return ProcessTable.read(pid, folder -> {
                try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of(folder, "fd"))) {
                    for (Path descriptor : descriptors) {
                        try {
                            if (!each.test(descriptor, Files.readSymbolicLink(descriptor).toString())) {
                                return true;
                            }
                        } catch (NoSuchFileException e) {
                            continue; // closed in the meantime
                        }
                    }
                    return true;
                }
            });
        } catch (NoSuchFileException e) {
            return true;
        } catch (IOException | DirectoryIteratorException e) {
            return isGone(pid);
        }
    }

    /** Returns whether the process has exited. Reading the descriptors of a process that is not reaped yet fails. */
    private static boolean isGone(long pid) {
        return ProcessTable.entry(pid).map(entry -> entry.state() == 'Z' || entry.state() == 'X').orElse(true);
    }
}
