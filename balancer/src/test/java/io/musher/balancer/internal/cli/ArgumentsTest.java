package io.musher.balancer.internal.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.balancer.BalancerConfig;
import io.musher.balancer.ProbePolicy;
import io.musher.balancer.ProxyProtocol;
import io.musher.balancer.Strategy;
import io.musher.balancer.Target;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ArgumentsTest {

    @Test
    void shouldNeedNoMoreThanAPortAndATarget() {
        BalancerConfig config = config("--listen", "3000", "--target", "127.0.0.1:8000");

        assertEquals(3000, config.port());
        assertEquals(Optional.empty(), config.host());
        assertEquals(List.of(new Target("127.0.0.1:8000", new InetSocketAddress("127.0.0.1", 8000))), config.targets());
        assertSame(Strategy.roundRobin().getClass(), config.strategy().getClass());
        assertEquals(Optional.empty(), config.probe());
        assertEquals(Optional.empty(), config.proxyProtocol());
        assertEquals(0, config.maxConnections());
        assertEquals(Duration.ZERO, config.idleTimeout());
    }

    @Test
    void shouldTakeEveryOption() {
        String[] args = {"--listen", "127.0.0.1:0", "--target", "127.0.0.1:1", "--target", "127.0.0.1:2@7",
                "--strategy", "ip-hash",
                "--loops", "3", "--proxy", "v2", "--trust-proxy", "10.0.0.0/8", "--trust-proxy", "::1", "--probe",
                "--max-connections", "9",
                "--max-waiting", "0", "--wait-timeout", "7", "--max-buffered", "1000000", "--idle-timeout", "60",
                "--max-connections-per-client", "11", "--half-close-timeout", "0", "--first-byte-timeout", "12",
                "--connect-on-first-byte", "13", "--no-move", "--drain-timeout", "5"};
        BalancerConfig config = config(args);

        assertEquals(Optional.of("127.0.0.1"), config.host());
        assertEquals(0, config.port());
        assertEquals(List.of("127.0.0.1:1", "127.0.0.1:2"), config.targets().stream().map(Target::id).toList());
        assertEquals(List.of(1, 7), config.targets().stream().map(Target::weight).toList());
        assertSame(Strategy.ipHash().getClass(), config.strategy().getClass());
        assertEquals(3, config.loops());
        assertEquals(Optional.of(ProxyProtocol.V2), config.proxyProtocol());
        assertEquals(List.of("10.0.0.0/8", "::1"), config.trustedProxies());
        assertEquals(Optional.of(ProbePolicy.ofDefaults()), config.probe());
        assertEquals(9, config.maxConnections());
        assertEquals(0, config.maxWaiting());
        assertEquals(Duration.ofSeconds(7), config.waitTimeout());
        assertFalse(config.moveKeepAlive());
        assertEquals(11, config.maxConnectionsPerClient());
        assertEquals(Duration.ZERO, config.halfCloseTimeout());
        assertEquals(Duration.ofSeconds(12), config.firstByteTimeout());
        assertEquals(Duration.ofSeconds(13), config.connectOnFirstByte());
        assertTrue(config("--listen", "1", "--target", "127.0.0.1:1").moveKeepAlive());
        assertEquals(1_000_000, config.maxBufferedBytes());
        assertEquals(Duration.ofSeconds(60), config.idleTimeout());
        assertEquals(Duration.ofSeconds(5), Arguments.parse(args).drainTimeout());
        assertEquals(Duration.ofSeconds(20),
                Arguments.parse("--listen", "1", "--target", "127.0.0.1:1").drainTimeout());
        assertEquals(Optional.of(ProxyProtocol.V1),
                config("--proxy", "v1", "--listen", "1", "--target", "127.0.0.1:1").proxyProtocol());
    }

    @Test
    void shouldTakeAValueAfterAnEqualsSign() {
        BalancerConfig config = config("--listen=3000", "--target=127.0.0.1:8000@2", "--max-connections=4");

        assertEquals(3000, config.port());
        assertEquals(2, config.targets().get(0).weight());
        assertEquals(4, config.maxConnections());
    }

    @Test
    void shouldTakeIpv6InBrackets() {
        BalancerConfig config = config("--listen", "[::1]:3000", "--target", "[::1]:8000@3");

        assertEquals(Optional.of("::1"), config.host());
        assertEquals(3000, config.port());
        assertEquals(new Target("[::1]:8000", new InetSocketAddress("::1", 8000), 3), config.targets().get(0));
    }

    @Test
    void shouldHelpWhateverElseIsThere() {
        assertTrue(Arguments.parse("--help").help());
        assertTrue(Arguments.parse("-h").help());
        assertTrue(Arguments.parse("--listen", "3000", "--help").help());
        assertFalse(Arguments.parse("--listen", "3000", "--target", "127.0.0.1:1").help());
    }

    @Test
    void shouldTakeWhatTheUsageLists() {
        var options = Pattern.compile("^  (--[a-z-]+)( ?[^ ]*)", Pattern.MULTILINE).matcher(Arguments.USAGE);
        List<String> listed = new ArrayList<>();
        while (options.find()) {
            String option = options.group(1);
            listed.add(option);
            IllegalArgumentException e = options.group(2).isBlank() ? null
                    : assertThrows(IllegalArgumentException.class, () -> Arguments.parse(option), option);
            if (e != null) {
                assertEquals(option + " needs a value", e.getMessage());
            }
        }

        assertEquals(List.of("--listen", "--target", "--strategy", "--loops", "--proxy", "--trust-proxy", "--probe",
                "--no-eject-unanswered",
                "--max-connections", "--max-connections-per-client", "--max-waiting", "--wait-timeout",
                "--max-buffered", "--idle-timeout", "--half-close-timeout",
                "--first-byte-timeout", "--connect-on-first-byte", "--no-move", "--drain-timeout", "--help",
                "--version"), listed);
    }

    @Test
    void shouldEjectTargetsThatDoNotAnswerUnlessToldNotTo() {
        assertTrue(config("--listen", "1", "--target", "127.0.0.1:1").ejectUnanswered());
        assertFalse(config("--listen", "1", "--target", "127.0.0.1:1", "--no-eject-unanswered").ejectUnanswered());
    }

    @Test
    void shouldLeaveNamesToTheBalancer() {
        List<Target> targets = config("--listen", "1", "--target", "no-such-host.invalid:80@3", "--target",
                "localhost:81",
                "--target", "127.0.0.1:82", "--target", "[::1]:83").targets();

        assertEquals(List.of(true, true, false, false), targets.stream().map(t -> t.address().isUnresolved()).toList());
        assertEquals(
                new Target("no-such-host.invalid:80", InetSocketAddress.createUnresolved("no-such-host.invalid", 80),
                        3),
                targets.get(0));
        refusedValue("--target", "999.1.1.1:80");
        refusedValue("--target", "[::x]:80");
    }

    @Test
    void shouldMissWhatIsNeeded() {
        refused("--listen is missing", new String[0]);
        refused("--listen is missing", "--target", "127.0.0.1:8000");
        refused("--target is missing", "--listen", "3000");
    }

    @Test
    void shouldNameWhatItDoesNotKnow() {
        refused("unknown option '--port'", "--port", "3000");
        refused("unknown option '3000'", "3000");
        refused("unknown option ''", "");
        refused("unknown option '--bogus=1'", "--bogus=1");
        refused("unknown option '-p'", "-p");
        refused("--probe takes no value", "--probe=yes");
        refused("--target needs a value", "--listen", "3000", "--target");
    }

    @Test
    void shouldSuggestTheOptionThatWasMeant() {
        refused("unknown option '--lisen'; did you mean --listen?", "--lisen", "3000");
        refused("unknown option '--targets=x'; did you mean --target?", "--targets=x");
        refused("unknown option '-listen'; did you mean --listen?", "-listen", "3000");
        refused("unknown option '--drain'; did you mean --drain-timeout?", "--drain", "3");
        refused("unknown option '--max-conections'; did you mean --max-connections?", "--max-conections", "3");
        for (String strange : List.of("--port", "-p", "--", "-x", "--bogus", "--max", "---")) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                    () -> Arguments.parse(strange, "1"));
            assertTrue(strange.equals("--max") || !e.getMessage().contains("did you mean"), e.getMessage());
        }
        refused("unknown option '8080'; options begin with --", "8080");
    }

    @Test
    void shouldTellItsVersionWhateverElseIsThere() {
        assertTrue(Arguments.parse("--version").version());
        assertTrue(Arguments.parse("-v", "--listen", "3000").version());
        assertFalse(Arguments.parse("--listen", "3000", "--target", "127.0.0.1:1").version());
    }

    @Test
    void shouldListenOnOnePort() {
        refused("--listen '3001' is the second one", "--listen", "3000", "--listen", "3001", "--target", "127.0.0.1:1");
    }

    @Test
    void shouldNameTheOptionAndTheBadValue() {
        for (String value : List.of("", "x", "-1", "65536", "123456", "3000 ", "localhost:", "127.0.0.1:70000")) {
            refusedValue("--listen", value);
        }
        for (String value : List.of(":3000", "::1:3000", "[::1]", "[]:3000", " :3000", "[127.0.0.1]:3000")) {
            refusedValue("--listen", value);
            refusedValue("--target", value);
        }
        for (String value : List.of("127.0.0.1", "8000", "127.0.0.1:0", "127.0.0.1:", "127.0.0.1:x",
                "127.0.0.1:65536")) {
            refusedValue("--target", value);
        }
        refused("'0'", "--target", "127.0.0.1:8000@0");
        refused("'x'", "--target", "127.0.0.1:8000@x");
        refused("weight 2000000", "--target", "127.0.0.1:8000@2000000");
        refused("127.0.0.1:1 occurs twice", "--listen", "1", "--target", "127.0.0.1:1", "--target", "127.0.0.1:1@2");
        refused("strategy 'fastest' is unknown", "--strategy", "fastest");
        refusedValue("--proxy", "v3");
        refusedValue("--proxy", "V1");
        refusedValue("--trust-proxy", "somebody");
        for (String option : List.of("--loops", "--max-connections", "--max-waiting", "--wait-timeout",
                "--idle-timeout", "--drain-timeout")) {
            for (String value : List.of("", "x", "-1", "1.5", "1234567890", "\u0661")) {
                refusedValue(option, value);
            }
        }
        refusedValue("--idle-timeout", "999999999"); // more than a year
        refusedValue("--strategy", "fastest");
        for (String option : List.of("--loops", "--max-connections", "--wait-timeout", "--idle-timeout")) {
            refusedValue(option, "0");
        }
        assertEquals(Duration.ZERO,
                Arguments.parse("--listen", "1", "--target", "127.0.0.1:1", "--drain-timeout", "0").drainTimeout());
    }

    private static BalancerConfig config(String... args) {
        return Arguments.parse(args).builder().build();
    }

    private static void refusedValue(String option, String value) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Arguments.parse(option, value),
                option + " " + value);
        assertTrue(e.getMessage().contains(option) && e.getMessage().contains("'" + value + "'"), e.getMessage());
    }

    private static void refused(String part, String... args) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Arguments.parse(args),
                String.join(" ", args));
        assertTrue(e.getMessage().contains(part), () -> part + " in: " + e.getMessage());
    }
}
