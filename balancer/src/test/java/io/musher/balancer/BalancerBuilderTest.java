package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class BalancerBuilderTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Target a = new Target("a", new InetSocketAddress("127.0.0.1", 8000));

    @Test
    void shouldHaveTheDefaultsItTells() {
        BalancerConfig config = Balancer.builder().port(0).build();

        assertEquals("balancer", config.name());
        assertEquals(Optional.empty(), config.host());
        assertTrue(config.address().getAddress().isAnyLocalAddress());
        assertEquals(4096, config.backlog());
        assertTrue(config.loops() >= 1 && config.loops() <= 4);
        assertTrue(config.strategy() instanceof RoundRobin);
        assertEquals(List.of(), config.targets());
        assertEquals(0, config.maxConnections());
        assertEquals(0, config.maxConnectionsPerTarget());
        assertEquals(1024, config.maxWaiting());
        assertEquals(Duration.ofSeconds(30), config.waitTimeout());
        assertEquals(Duration.ofSeconds(3), config.connectTimeout());
        assertEquals(Duration.ZERO, config.idleTimeout());
        assertEquals(Duration.ZERO, config.slowStart());
        assertEquals(3, config.ejectAfter());
        assertTrue(config.ejectUnanswered());
        assertEquals(Optional.empty(), config.probe());
        assertTrue(config.moveKeepAlive());
        assertEquals(Optional.empty(), config.proxyProtocol());
        assertEquals(List.of(), config.trustedProxies());
        assertEquals(256 * 1024, config.bufferSize());
        assertEquals(Duration.ofMinutes(5), config.halfCloseTimeout());
        assertEquals(Duration.ZERO, config.firstByteTimeout());
        assertEquals(Duration.ZERO, config.connectOnFirstByte());
        assertEquals(0, config.maxConnectionsPerClient());
    }

    @Test
    void shouldPassEveryOptionOn() {
        Strategy strategy = (ready, client) -> ready.get(0);
        BalancerListener listener = new BalancerListener() {};
        BalancerConfig config = Balancer.builder().name("n").host("127.0.0.1").port(65535).backlog(1).loops(2)
                .strategy(strategy)
                .targets(List.of(a)).maxConnections(3).maxConnectionsPerTarget(4).maxWaiting(5).waitTimeout(SECOND)
                .connectTimeout(SECOND.multipliedBy(2)).idleTimeout(SECOND.multipliedBy(3))
                .slowStart(SECOND.multipliedBy(4)).ejectAfter(6)
                .probe(ProbePolicy.ofDefaults()).moveKeepAlive(false).proxyProtocol(ProxyProtocol.V2)
                .trustedProxies("10.0.0.0/8", "::1")
                .bufferSize(8192).listener(listener).build();

        assertEquals("n", config.name());
        assertEquals(Optional.of("127.0.0.1"), config.host());
        assertEquals(65535, config.port());
        assertEquals(new InetSocketAddress("127.0.0.1", 65535), config.address());
        assertEquals(1, config.backlog());
        assertEquals(2, config.loops());
        assertSame(strategy, config.strategy());
        assertEquals(List.of(a), config.targets());
        assertEquals(3, config.maxConnections());
        assertEquals(4, config.maxConnectionsPerTarget());
        assertEquals(5, config.maxWaiting());
        assertEquals(SECOND, config.waitTimeout());
        assertEquals(Duration.ofSeconds(2), config.connectTimeout());
        assertEquals(Duration.ofSeconds(3), config.idleTimeout());
        assertEquals(Duration.ofSeconds(4), config.slowStart());
        assertEquals(6, config.ejectAfter());
        assertEquals(Optional.of(ProbePolicy.ofDefaults()), config.probe());
        assertEquals(false, config.moveKeepAlive());
        assertEquals(Optional.of(ProxyProtocol.V2), config.proxyProtocol());
        assertEquals(List.of("10.0.0.0/8", "::1"), config.trustedProxies());
        assertEquals(8192, config.bufferSize());
        assertSame(listener, config.listener());
    }

    @Test
    void shouldNameWhatIsNull() {
        isNull("name", b -> b.name(null));
        isNull("host", b -> b.host(null));
        isNull("strategy", b -> b.strategy(null));
        isNull("targets", b -> b.targets(null));
        isNull("waitTimeout", b -> b.waitTimeout(null));
        isNull("connectTimeout", b -> b.connectTimeout(null));
        isNull("idleTimeout", b -> b.idleTimeout(null));
        isNull("halfCloseTimeout", b -> b.halfCloseTimeout(null));
        isNull("firstByteTimeout", b -> b.firstByteTimeout(null));
        isNull("connectOnFirstByte", b -> b.connectOnFirstByte(null));
        isNull("slowStart", b -> b.slowStart(null));
        isNull("probe", b -> b.probe(null));
        isNull("proxyProtocol", b -> b.proxyProtocol(null));
        isNull("listener", b -> b.listener(null));
        List<Target> withNull = new ArrayList<>();
        withNull.add(null);
        assertThrows(NullPointerException.class, () -> Balancer.builder().targets(withNull));
        assertThrows(NullPointerException.class, () -> Balancer.builder().trustedProxies((String) null));
    }

    @Test
    void shouldNameTheOptionAndTheBadValue() {
        isBad("name is blank", b -> b.name(" "));
        isBad("host is blank", b -> b.host(""));
        isBad("port -1", b -> b.port(-1));
        isBad("port 65536", b -> b.port(65536));
        isBad("backlog 0", b -> b.backlog(0));
        isBad("loops 0", b -> b.loops(0));
        isBad("targets: the id a occurs twice",
                b -> b.targets(List.of(a, new Target("a", new InetSocketAddress("127.0.0.1", 1)))));
        isBad("maxConnections -1", b -> b.maxConnections(-1));
        isBad("maxConnectionsPerTarget -2", b -> b.maxConnectionsPerTarget(-2));
        isBad("maxWaiting -3", b -> b.maxWaiting(-3));
        isBad("waitTimeout 0 s", b -> b.waitTimeout(Duration.ZERO));
        isBad("waitTimeout -1 s", b -> b.waitTimeout(SECOND.negated()));
        isBad("connectTimeout 0 s", b -> b.connectTimeout(Duration.ZERO));
        isBad("connectTimeout -1 s", b -> b.connectTimeout(SECOND.negated()));
        isBad("idleTimeout -1 s", b -> b.idleTimeout(SECOND.negated()));
        isBad("idleTimeout 9 ms", b -> b.idleTimeout(Duration.ofMillis(9)));
        isBad("halfCloseTimeout 9 ms", b -> b.halfCloseTimeout(Duration.ofMillis(9)));
        isBad("firstByteTimeout -1 s", b -> b.firstByteTimeout(SECOND.negated()));
        isBad("connectOnFirstByte -1 s", b -> b.connectOnFirstByte(SECOND.negated()));
        isBad("maxConnectionsPerClient -1", b -> b.maxConnectionsPerClient(-1));
        isBad("slowStart -1 s", b -> b.slowStart(SECOND.negated()));
        isBad("ejectAfter -1", b -> b.ejectAfter(-1));
        isBad("trustedProxies: 'nobody'", b -> b.trustedProxies("::1", "nobody"));
        isBad("bufferSize 4095", b -> b.bufferSize(4095));
        isBad("maxBufferedBytes 4095", b -> b.maxBufferedBytes(4095));
        isBad("bufferSize 16777217", b -> b.bufferSize((16 << 20) + 1));
    }

    @Test
    void shouldRefuseLessMemoryThanABufferForEachLoop() {
        BalancerBuilder builder = Balancer.builder().port(0).loops(2).bufferSize(65536).maxBufferedBytes(131071);
        IllegalStateException e = assertThrows(IllegalStateException.class, builder::build);
        assertEquals("maxBufferedBytes 131071 is less than loops x bufferSize, 2 x 65536", e.getMessage());
        assertEquals(131072, builder.maxBufferedBytes(131072).build().maxBufferedBytes());
    }

    /** A loop counts in nanoseconds, and these would not fit or be longer than anybody means. */
    @Test
    void shouldRefuseDurationsOfMoreThanAYear() {
        Duration forEver = Duration.ofSeconds(Long.MAX_VALUE);
        String forEverText = "106751991167300 d 15 h 30 m 7 s";
        isBad("waitTimeout " + forEverText, b -> b.waitTimeout(forEver));
        isBad("connectTimeout " + forEverText, b -> b.connectTimeout(forEver));
        isBad("idleTimeout " + forEverText, b -> b.idleTimeout(forEver));
        isBad("slowStart " + forEverText, b -> b.slowStart(forEver));
    }

    @Test
    void shouldTakeTheEdgesOfWhatIsAllowed() {
        Balancer.builder().port(0).port(65535).maxConnections(0).maxConnectionsPerTarget(0).maxWaiting(0).ejectAfter(0)
                .backlog(1).loops(1)
                .idleTimeout(Duration.ZERO).idleTimeout(Duration.ofMillis(10)).slowStart(Duration.ZERO).bufferSize(4096)
                .bufferSize(16 << 20)
                .waitTimeout(Duration.ofNanos(1)).connectTimeout(Duration.ofDays(365)).trustedProxies()
                .targets(List.of()).build();
    }

    @Test
    void shouldMissThePort() {
        BalancerBuilder builder = Balancer.builder();

        assertTrue(assertThrows(IllegalStateException.class, builder::build).getMessage().contains("port is missing"));
        assertTrue(assertThrows(IllegalStateException.class, builder::start).getMessage().contains("port is missing"));
    }

    @Test
    void shouldNameAHostItCannotResolve() {
        BalancerBuilder builder = Balancer.builder().host("[no such host]").port(0);

        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, builder::build);
        assertTrue(e.getMessage().contains("host [no such host]"), e.getMessage());
    }

    @Test
    void shouldCopyWhatItIsGiven() {
        List<Target> targets = new ArrayList<>(List.of(a));
        String[] networks = {"::1"};
        BalancerBuilder builder = Balancer.builder().port(0).targets(targets).trustedProxies(networks);
        targets.clear();
        networks[0] = "::2";
        BalancerConfig config = builder.build();
        builder.port(7).targets(List.of());

        assertEquals(List.of(a), config.targets());
        assertEquals(List.of("::1"), config.trustedProxies());
        assertEquals(0, config.port());
        assertThrows(UnsupportedOperationException.class, () -> config.targets().clear());
    }

    @Test
    void shouldComeBackAsABuilderWithEveryOption() throws Exception {
        BalancerBuilder builder = Balancer.builder().name("n").host("127.0.0.1").port(0).backlog(1).loops(5)
                .strategy(Strategy.leastTime()).targets(List.of(a)).maxConnections(3).maxConnectionsPerTarget(4)
                .maxConnectionsPerClient(5).maxWaiting(6).waitTimeout(SECOND).connectTimeout(SECOND)
                .idleTimeout(SECOND).halfCloseTimeout(SECOND).firstByteTimeout(SECOND).connectOnFirstByte(SECOND)
                .slowStart(SECOND).ejectAfter(7).ejectUnanswered(false).probe(ProbePolicy.ofDefaults())
                .moveKeepAlive(false).proxyProtocol(ProxyProtocol.V1).trustedProxies("::1").bufferSize(8192)
                .maxBufferedBytes(1 << 22).listener(new BalancerListener() {});
        builder.lookup = host -> new InetAddress[0];

        BalancerBuilder again = builder.build().toBuilder();

        for (Field option : BalancerBuilder.class.getDeclaredFields()) {
            // a listening channel takes the place of host and port
            if (!Modifier.isStatic(option.getModifiers()) && !option.getName().equals("listeningChannel")) {
                assertNotEquals(option.get(Balancer.builder()), option.get(builder), option.getName() + " is not set");
                assertEquals(option.get(builder), option.get(again), option.getName());
            }
        }
    }

    @Test
    void shouldNotChangeAConfigurationThroughItsBuilder() {
        BalancerConfig config = Balancer.builder().port(0).maxConnections(3).build();

        assertEquals(0, config.toBuilder().maxConnections(0).build().maxConnections());
        assertEquals(3, config.maxConnections());
    }

    @Test
    void shouldKeepDefaultsThatDependOnOtherOptions() {
        BalancerConfig config = Balancer.builder().port(0).loops(1).build();

        BalancerConfig larger = config.toBuilder().loops(40).bufferSize(16 << 20).build();

        assertTrue(larger.maxBufferedBytes() >= 40L * (16 << 20), "a buffer for each loop");
        assertNotSame(config.strategy(), larger.strategy(), "each balancer has its own turns");
    }

    @Test
    void shouldSwitchOffWithZeroWhateverCanBeOff() {
        BalancerConfig config = Balancer.builder().port(0).maxConnections(0).maxConnectionsPerTarget(0)
                .maxConnectionsPerClient(0).maxWaiting(0).ejectAfter(0).idleTimeout(Duration.ZERO)
                .halfCloseTimeout(Duration.ZERO).firstByteTimeout(Duration.ZERO).connectOnFirstByte(Duration.ZERO)
                .slowStart(Duration.ZERO).build();

        assertEquals(0, config.ejectAfter());
        assertEquals(Duration.ZERO, config.halfCloseTimeout());
    }

    private static void isNull(String option, Consumer<BalancerBuilder> setting) {
        NullPointerException e = assertThrows(NullPointerException.class, () -> setting.accept(Balancer.builder()),
                option);
        assertEquals(option, e.getMessage());
    }

    private static void isBad(String part, Consumer<BalancerBuilder> setting) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> setting.accept(Balancer.builder()), part);
        assertTrue(e.getMessage().contains(part), () -> part + " in: " + e.getMessage());
    }
}
