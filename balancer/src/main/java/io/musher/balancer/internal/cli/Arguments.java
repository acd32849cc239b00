package io.musher.balancer.internal.cli;

import io.musher.balancer.Balancer;
import io.musher.balancer.BalancerBuilder;
import io.musher.balancer.ProbePolicy;
import io.musher.balancer.ProxyProtocol;
import io.musher.balancer.Strategy;
import io.musher.balancer.Target;
import io.musher.balancer.internal.proxy.TrustedProxies;
import io.musher.balancer.loop.Nullable;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Parses the command line of {@link BalancerMain}; every error message names the option and the value. */
final class Arguments {

    static final String USAGE = """
            usage: java -jar musher-balancer.jar --listen [HOST:]PORT --target HOST:PORT [--target HOST:PORT]...
                       [options]

              --listen [HOST:]PORT     the address to listen on; without HOST all interfaces; IPv6: [::1]:3000; port 0:
                                       any free port
              --target HOST:PORT[@N]   a server to relay connections to, with weight N (default 1); repeat it for each
                                       server. A host name is looked up in the background: all connections go to the
                                       first of its addresses that accepts; when none accepts, the name is looked up
                                       again. While it cannot be resolved, the target is down
              --strategy NAME          round-robin (default), least-connections, ip-hash (= source-ip-hash),
                                       random-of-two or least-time
              --loops N                number of event loops (default: a quarter of the processors, 1 to 4)
              --proxy v1|v2            send a PROXY protocol header to targets
              --trust-proxy NET        require a PROXY header from this IP address or CIDR block; may be repeated
              --probe                  probe targets by a TCP connect every 2 s (down after 3 failures, up after 2
                                       successes)
              --no-eject-unanswered    do not eject targets that close connections without an answer
              --max-connections N      most connections relayed at once; further clients wait (default: no limit)
              --max-connections-per-client N  most connections of one client address at once; further ones are closed
                                       (default: no limit)
              --max-waiting N          most clients that wait while no target can take them (default 1024)
              --wait-timeout SECONDS   longest time a client waits before it is closed (default 30)
              --max-buffered BYTES     direct memory for data that slow peers have not read yet; when it is spent, the
                                       connections without progress for longest are reset (default: half of
                                       -XX:MaxDirectMemorySize, at most 256 MiB)
              --idle-timeout SECONDS   cut connections without data in either direction for this long (default: never)
              --half-close-timeout SECONDS  the same for connections of which one side has closed (default 300,
                                       0 = never)
              --first-byte-timeout SECONDS  cut connections whose client has not sent anything by then (default: never)
              --connect-on-first-byte SECONDS  connect to a target only when the client has sent something; close
                                       clients that are silent for this long (default: connect at once). Not for
                                       protocols in which the server speaks first
              --no-move                do not move keep-alive connections from a withdrawn or dead target to another one
                                       between two requests
              --drain-timeout SECONDS  how long connections may continue after SIGTERM (default 20)
              --help                   print this text; also -h
              --version                print the version; also -v

            --name=VALUE works, too. SIGTERM or Ctrl-C stops accepting, waits for connections to end, and exits with
            code 0; a second signal, at least a second later, cuts them. Exit code 1: cannot listen; 2: bad arguments.
            """;

    /** The option names found in {@link #USAGE}. */
    private static final List<String> OPTIONS = Pattern.compile("^  (--[a-z-]+)", Pattern.MULTILINE).matcher(USAGE)
            .results()
            .map(match -> match.group(1)).toList();

    private final BalancerBuilder builder = Balancer.builder();
    private final List<Target> targets = new ArrayList<>();
    private final List<String> trusted = new ArrayList<>();
    private boolean listens;
    private boolean help;
    private boolean version;
    private Duration drainTimeout = Duration.ofSeconds(20);

    private Arguments() {}

    /**
     * Parses a command line.
     *
     * @throws IllegalArgumentException with a message for the user
     */
    static Arguments parse(String... args) {
        Arguments result = new Arguments();
        for (int i = 0; i < args.length; i++) {
            String option = args[i];
            String inline = null;
            int equals = option.indexOf('=');
            if (option.startsWith("--") && equals > 0) {
                inline = option.substring(equals + 1);
                option = option.substring(0, equals);
            }
            Consumer<String> setter = result.setter(option);
            if (setter == null) {
                if (!result.flag(option) || inline != null) {
                    throw new IllegalArgumentException(inline != null && result.flag(option)
                            ? option + " takes no value" : unknown(args[i], option));
                }
            } else if (inline == null && i + 1 == args.length) {
                throw new IllegalArgumentException(option + " needs a value");
            } else {
                apply(option, setter, inline != null ? inline : args[++i]);
            }
        }
        if (!result.help && !result.version) {
            result.check();
        }
        return result;
    }

    private static String unknown(String argument, String option) {
        String message = "unknown option '" + argument + "'";
        if (!option.startsWith("-")) {
            return message + "; options begin with --";
        }
        String name = option.startsWith("--") ? option : "-" + option;
        return OPTIONS.stream()
                .filter(known -> name.length() > 4 && known.startsWith(name) || distance(name, known) <= 2)
                .min(Comparator.comparingInt(known -> distance(name, known)))
                .map(known -> message + "; did you mean " + known + "?").orElse(message);
    }

    /** {@return the edit distance: characters to insert, remove or replace to turn one string into the other} */
    private static int distance(String one, String other) {
        int[] row = IntStream.rangeClosed(0, other.length()).toArray();
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j - 1], row[j]));
            }
        }
        return row[other.length()];
    }

    /** Applies a value; prefixes an error of the builder with the name of the command line option. */
    private static void apply(String option, Consumer<String> setter, String value) {
        try {
            setter.accept(value);
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            throw message.startsWith(option) ? e
                    : new IllegalArgumentException(option + " '" + value + "': " + message, e);
        }
    }

    private @Nullable Consumer<String> setter(String option) {
        return switch (option) {
            case "--listen" -> this::listen;
            case "--target" -> this::target;
            case "--strategy" -> name -> builder.strategy(Strategy.of(name));
            case "--loops" -> n -> builder.loops(number(option, n, 1));
            case "--proxy" -> this::proxy;
            case "--trust-proxy" -> this::trust;
            case "--max-connections" -> n -> builder.maxConnections(number(option, n, 1));
            case "--max-connections-per-client" -> n -> builder.maxConnectionsPerClient(number(option, n, 1));
            case "--max-waiting" -> n -> builder.maxWaiting(number(option, n, 0));
            case "--wait-timeout" -> n -> builder.waitTimeout(Duration.ofSeconds(number(option, n, 1)));
            case "--max-buffered" -> n -> maxBuffered(n);
            case "--idle-timeout" -> n -> builder.idleTimeout(Duration.ofSeconds(number(option, n, 1)));
            case "--half-close-timeout" -> n -> builder.halfCloseTimeout(Duration.ofSeconds(number(option, n, 0)));
            case "--first-byte-timeout" -> n -> builder.firstByteTimeout(Duration.ofSeconds(number(option, n, 1)));
            case "--connect-on-first-byte" -> n -> builder.connectOnFirstByte(Duration.ofSeconds(number(option, n, 1)));
            case "--drain-timeout" -> n -> drainTimeout = Duration.ofSeconds(number(option, n, 0));
            default -> null;
        };
    }

    private boolean flag(String option) {
        switch (option) {
            case "--probe" -> builder.probe(ProbePolicy.ofDefaults());
            case "--no-move" -> builder.moveKeepAlive(false);
            case "--no-eject-unanswered" -> builder.ejectUnanswered(false);
            case "--help", "-h" -> help = true;
            case "--version", "-v" -> version = true;
            default -> {
                return false;
            }
        }
        return true;
    }

    private void check() {
        if (!listens) {
            throw new IllegalArgumentException("--listen is missing");
        }
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("--target is missing");
        }
        builder.targets(targets).trustedProxies(trusted.toArray(String[]::new));
    }

    private void listen(String value) {
        if (listens) {
            throw new IllegalArgumentException(
                    "--listen '" + value + "' is the second one; a balancer listens on one port");
        }
        int colon = value.lastIndexOf(':');
        if (colon >= 0) {
            builder.host(host("--listen", value, value.substring(0, colon)));
        }
        builder.port(port("--listen", value, value.substring(colon + 1), 0));
        listens = true;
    }

    private void target(String value) {
        int at = value.lastIndexOf('@');
        int weight = at < 0 ? 1 : number("--target", value.substring(at + 1), 1);
        String place = at < 0 ? value : value.substring(0, at);
        int colon = place.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("--target '" + value + "' is not HOST:PORT");
        }
        String host = host("--target", value, place.substring(0, colon));
        int port = port("--target", value, place.substring(colon + 1), 1);
        targets.add(new Target(place, address(host, port), weight));
    }

    /**
     * {@return the address; a host name stays unresolved, because the balancer looks it up and repeats that when
     * needed}
     */
    private static InetSocketAddress address(String host, int port) {
        if (host.indexOf(':') < 0 && !host.matches("[0-9.]+")) {
            return InetSocketAddress.createUnresolved(host, port);
        }
        InetSocketAddress literal = new InetSocketAddress(host, port);
        if (literal.isUnresolved()) {
            throw new IllegalArgumentException("host '" + host + "' is not an IP address");
        }
        return literal;
    }

    private void maxBuffered(String value) {
        if (!value.matches("\\d{1,15}")) {
            throw new IllegalArgumentException("--max-buffered '" + value + "' is not a number of bytes");
        }
        builder.maxBufferedBytes(Long.parseLong(value));
    }

    private void proxy(String value) {
        builder.proxyProtocol(switch (value) {
            case "v1" -> ProxyProtocol.V1;
            case "v2" -> ProxyProtocol.V2;
            default -> throw new IllegalArgumentException("--proxy '" + value + "' is neither v1 nor v2");
        });
    }

    private void trust(String value) {
        try {
            TrustedProxies.parse(List.of(value));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "--trust-proxy '" + value + "' is neither an IP address nor a CIDR block");
        }
        trusted.add(value);
    }

    /** Checks a host; IPv6 literals must be in brackets, to distinguish their colons from the one before the port. */
    private static String host(String option, String value, String host) {
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        String bare = bracketed ? host.substring(1, host.length() - 1) : host;
        if (bare.isBlank() || bare.indexOf(':') >= 0 != bracketed) {
            throw new IllegalArgumentException(
                    option + " '" + value + "' is not HOST:PORT (an IPv6 address: [ADDRESS]:PORT)");
        }
        return bare;
    }

    private static int port(String option, String value, String text, int least) {
        if (!text.matches("\\d{1,5}") || Integer.parseInt(text) > 65535 || Integer.parseInt(text) < least) {
            throw new IllegalArgumentException(
                    option + " '" + value + "': port '" + text + "' is not within " + least + " to 65535");
        }
        return Integer.parseInt(text);
    }

    private static int number(String option, String text, int least) {
        if (!text.matches("\\d{1,9}") || Integer.parseInt(text) < least) {
            throw new IllegalArgumentException(option + " '" + text + "' is not a number of at least " + least);
        }
        return Integer.parseInt(text);
    }

    boolean version() {
        return version;
    }

    boolean help() {
        return help;
    }

    Duration drainTimeout() {
        return drainTimeout;
    }

    BalancerBuilder builder() {
        return builder;
    }
}
