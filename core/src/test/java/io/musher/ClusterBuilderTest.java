package io.musher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.balancer.ProxyProtocol;
import io.musher.balancer.Strategy;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a builder takes and refuses, before anything is started. */
class ClusterBuilderTest {

    private static Arguments on(String expected, UnaryOperator<ClusterBuilder> options) {
        return Arguments.of(expected, options);
    }

    static Stream<Arguments> nulls() {
        return Stream.of(
                on("name", b -> b.name(null)),
                on("host", b -> b.host(null)),
                on("strategy", b -> b.strategy(null)),
                on("proxyProtocol", b -> b.proxyProtocol(null)),
                on("balancer", b -> b.balancer(null)),
                on("main", b -> b.main((Class<?>) null)),
                on("main", b -> b.main((String) null)),
                on("jar", b -> b.jar(null)),
                on("command", b -> b.command((List<String>) null)),
                on("command", b -> b.command("sh", null)),
                on("launch", b -> b.launch(null)),
                on("args", b -> b.args((List<String>) null)),
                on("args", b -> b.args("one", null)),
                on("jvmArgs", b -> b.jvmArgs((List<String>) null)),
                on("jvmArgs", b -> b.jvmArgs("-Xmx1g", null)),
                on("env", b -> b.env((Map<String, String>) null)),
                on("env", b -> b.env(Collections.singletonMap("A", null))),
                on("env", b -> b.env((Supplier<Map<String, String>>) null)),
                on("directory", b -> b.directory(null)),
                on("output", b -> b.output(null)),
                on("restartPolicy", b -> b.restartPolicy(null)),
                on("stopPolicy", b -> b.stopPolicy(null)),
                on("readiness", b -> b.readiness(null)),
                on("reloadPolicy", b -> b.reloadPolicy(null)),
                on("healthCheck", b -> b.healthCheck((HealthCheck[]) null)),
                on("healthCheck", b -> b.healthCheck(HealthCheck.tcp(), null)),
                on("healthCheck path", b -> b.healthCheck(HealthCheck.http(null))),
                on("recyclePolicy", b -> b.recyclePolicy(null)),
                on("startTimeout", b -> b.startTimeout(null)),
                on("type", b -> b.on(null, event -> {})),
                on("listener", b -> b.on(ClusterEvent.class, null)),
                on("listener", b -> b.onMessage(null)));
    }

    @ParameterizedTest
    @MethodSource("nulls")
    void shouldNameWhatMustNotBeNull(String option, UnaryOperator<ClusterBuilder> options) {
        NullPointerException e = assertThrows(NullPointerException.class, () -> options.apply(Cluster.builder()));
        assertTrue(String.valueOf(e.getMessage()).contains(option), e.getMessage());
    }

    static Stream<Arguments> badValues() {
        return Stream.of(
                on("name is blank", b -> b.name(" ")),
                on("instances -1 is negative", b -> b.instances(-1)),
                on("commonPort -1 is not within 0 to 65535", b -> b.commonPort(-1)),
                on("commonPort 65536 is not within 0 to 65535", b -> b.commonPort(65536)),
                on("startPort 0 is not within 1 to 65535", b -> b.startPort(0)),
                on("startPort 70000 is not within 1 to 65535", b -> b.startPort(70000)),
                on("host is blank", b -> b.host("")),
                on("startTimeout 0 s is not positive", b -> b.startTimeout(Duration.ZERO)),
                on("startTimeout -1 s is not positive", b -> b.startTimeout(Duration.ofSeconds(-1))),
                on("startTimeout 366 d is more than a year", b -> b.startTimeout(Duration.ofDays(366))),
                on("maxMessageSize 0 is not within 1 to", b -> b.maxMessageSize(0)),
                on("maxMessageSize -5 is not within 1 to", b -> b.maxMessageSize(-5)),
                on("warmUp path 'cart'", b -> b.warmUp(WarmUp.requests("/", "cart"))),
                on("warmUp time 0 s", b -> b.warmUp(WarmUp.requests("/").withTime(Duration.ZERO))),
                on("healthCheck path 'health' of HTTP", b -> b.healthCheck(HealthCheck.http("health"))),
                on("healthCheck path '/a b' of HTTP", b -> b.healthCheck(HealthCheck.http("/a b"))),
                on("healthCheck path '/a\r\nX: y' of HTTP", b -> b.healthCheck(HealthCheck.http("/a\r\nX: y"))),
                on("healthCheck interval 0 s", b -> b.healthCheck(HealthCheck.tcp().withInterval(Duration.ZERO))),
                on("healthCheck timeout -1 s",
                        b -> b.healthCheck(HealthCheck.tcp().withTimeout(Duration.ofSeconds(-1)))),
                on("healthCheck rise 1 and fall 0", b -> b.healthCheck(HealthCheck.tcp().withFall(0))),
                on("recyclePolicy maxAge -1 s",
                        b -> b.recyclePolicy(RecyclePolicy.never().withMaxAge(Duration.ofSeconds(-1)))),
                on("maxMemory -1", b -> b.recyclePolicy(RecyclePolicy.never().withMaxMemory(-1))),
                on("command", b -> b.command()),
                on("main", b -> b.main(" ")));
    }

    @ParameterizedTest
    @MethodSource("badValues")
    void shouldNameTheOptionAndTheBadValue(String expected, UnaryOperator<ClusterBuilder> options) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> options.apply(Cluster.builder()));
        assertTrue(e.getMessage().contains(expected), e.getMessage());
        assertFalse(e.getMessage().matches(".*\\bP-?T?-?\\d.*"), () -> "durations with units: " + e.getMessage());
    }

    static Stream<Arguments> badCombinations() {
        return Stream.of(
                on("commonPort 3001 is inside the workers' ports 3000 to 3003",
                        b -> b.instances(4).startPort(3000).commonPort(3001)),
                on("startPort 65533 with 4 instances goes past port 65535", b -> b.instances(4).startPort(65533)),
                on("strategy needs a commonPort", b -> b.strategy(Strategy.leastConnections())),
                on("proxyProtocol needs a commonPort", b -> b.proxyProtocol(ProxyProtocol.V1)),
                on("balancer options need a commonPort", b -> b.balancer(options -> options.loops(2))),
                on("host needs a commonPort", b -> b.host("127.0.0.1")),
                on("healthCheck (GET /health) needs a port",
                        b -> b.healthCheck(HealthCheck.heartbeat(), HealthCheck.http("/health"))),
                on("healthCheck (connect) needs a port", b -> b.healthCheck(HealthCheck.tcp())),
                on("warmUp needs a port", b -> b.warmUp(WarmUp.requests("/"))),
                on("maxConnections needs a commonPort",
                        b -> b.startPort(3000).recyclePolicy(RecyclePolicy.never().withMaxConnections(1))),
                on("scheduling KERNEL needs a commonPort", b -> b.scheduling(Scheduling.KERNEL)),
                on("scheduling AUTO needs a commonPort", b -> b.startPort(3000).scheduling(Scheduling.AUTO)),
                on("host localhost and inheritListener()", b -> b.inheritListener().host("localhost")),
                on("preStopDelay 1 s and inheritListener()", b -> b.inheritListener()
                        .stopPolicy(StopPolicy.ofDefaults().withPreStopDelay(Duration.ofSeconds(1)))),
                on("readiness STARTED and a commonPort", b -> b.inheritListener().readiness(Readiness.STARTED)),
                kernel("startPort", b -> b.startPort(4000)),
                kernel("strategy", b -> b.strategy(Strategy.leastConnections())),
                kernel("proxyProtocol", b -> b.proxyProtocol(ProxyProtocol.V2)),
                kernel("balancer options (such as waiting, retries, slow start)",
                        b -> b.balancer(options -> options.slowStart(Duration.ofSeconds(1)))),
                kernel("warmUp", b -> b.warmUp(WarmUp.requests("/"))),
                kernel("healthCheck (GET /health)", b -> b.healthCheck(HealthCheck.http("/health"))),
                kernel("healthCheck (connect)", b -> b.healthCheck(HealthCheck.tcp())),
                kernel("recyclePolicy maxConnections",
                        b -> b.recyclePolicy(RecyclePolicy.never().withMaxConnections(1))),
                kernel("redirectCommonPort(true)", b -> b.redirectCommonPort(true)),
                kernel("redirectCommonPort(false)", b -> b.redirectCommonPort(false)),
                kernel("readiness PORT_OPEN", b -> b.readiness(Readiness.PORT_OPEN)),
                on("healthCheck (heartbeat) with a command", b -> b.healthCheck(HealthCheck.tcp().withFall(1),
                        HealthCheck.heartbeat()).commonPort(3000).command("node", "server.js")),
                on("jvmArgs with a command", b -> b.command("node", "server.js").jvmArgs("-Xmx1g")));
    }

    @Test
    void shouldTakeAnInheritedListenerForACommonPort() {
        ClusterConfig config = Cluster.builder().inheritListener().strategy(Strategy.leastConnections())
                .healthCheck(HealthCheck.tcp()).build();
        assertTrue(config.inheritsListener() && config.toBuilder().build().inheritsListener());
        assertTrue(config.commonPort().isEmpty() && config.hasPorts());
    }

    private static Arguments kernel(String option, UnaryOperator<ClusterBuilder> options) {
        return on("scheduling KERNEL and " + option + ": ",
                b -> options.apply(b.commonPort(3000).scheduling(Scheduling.KERNEL)));
    }

    @ParameterizedTest
    @MethodSource("badCombinations")
    void shouldRefuseWhatDoesNotGoTogether(String expected, UnaryOperator<ClusterBuilder> options) {
        ClusterBuilder builder = options.apply(Cluster.builder());
        assertTrue(assertThrows(IllegalStateException.class, builder::build).getMessage().contains(expected));
        assertTrue(assertThrows(IllegalStateException.class, builder::start).getMessage().contains(expected),
                "and starts nothing");
    }

    @Test
    void shouldTakeWhatIsJustAllowed() {
        Cluster.builder().instances(4).startPort(65532).commonPort(65531).build();
        Cluster.builder().instances(0).startPort(65535).commonPort(0).build();
        Cluster.builder().main("shop.Main").jvmArgs("-Xmx1g").command("sh").main("shop.Main").build();
    }

    @Test
    void shouldHaveTheDefaultsOfItsDocumentation() {
        ClusterConfig config = Cluster.builder().build();
        assertEquals("cluster", config.name());
        assertEquals(Runtime.getRuntime().availableProcessors(), config.instances());
        assertEquals(OptionalInt.empty(), config.commonPort());
        assertEquals(OptionalInt.empty(), config.startPort());
        assertEquals(Optional.empty(), config.strategy());
        assertEquals(Launch.self(), config.launch());
        assertEquals(Duration.ofSeconds(60), config.startTimeout());
        assertEquals(16 << 20, config.maxMessageSize());
        assertEquals(Readiness.AUTO, config.readiness());
        assertEquals(StopPolicy.ofDefaults(), config.stopPolicy());
        assertEquals(RestartPolicy.always(), config.restartPolicy());
        assertEquals(ReloadPolicy.ofDefaults(), config.reloadPolicy());
        assertEquals(List.of(), config.healthChecks());
        assertEquals(RecyclePolicy.never(), config.recyclePolicy());
        assertTrue(config.signals() && config.shutdownHook() && config.keepAlive() && config.exitWhenAllGaveUp());
    }

    @Test
    void shouldNotExitForAJobThatWasGivenUp() {
        assertFalse(
                Cluster.builder().instances(0).restartPolicy(RestartPolicy.onFailure()).build().exitWhenAllGaveUp());
        assertTrue(Cluster.builder().instances(0).restartPolicy(RestartPolicy.onFailure()).exitWhenAllGaveUp(true)
                .build().exitWhenAllGaveUp());
        assertTrue(Cluster.builder().instances(0).build().exitWhenAllGaveUp());
        assertTrue(Cluster.builder().instances(1).restartPolicy(RestartPolicy.onFailure()).build().exitWhenAllGaveUp());
    }

    @Test
    void shouldNotChangeAfterItWasBuilt() {
        List<String> args = Arrays.asList("one", "two");
        ClusterBuilder builder = Cluster.builder().main("shop.Main").args(args).directory(Path.of("/"));
        ClusterConfig config = builder.build();
        args.set(0, "changed");
        builder.instances(99).args("others");
        assertEquals(Launch.main("shop.Main").args("one", "two").directory(Path.of("/")), config.launch());
        assertTrue(config.instances() != 99);
    }

    @Test
    void shouldAddTheHealthChecksOfEveryCall() {
        ClusterConfig config = Cluster.builder().commonPort(0).healthCheck(HealthCheck.tcp())
                .healthCheck(HealthCheck.heartbeat(), HealthCheck.tcp()).build();
        assertEquals(List.of(HealthCheck.tcp(), HealthCheck.heartbeat()), config.healthChecks());
    }

    @Test
    void shouldRefuseToSendClientsToWorkersThatMayNotListen() {
        ClusterBuilder builder = Cluster.builder().commonPort(0).readiness(Readiness.STARTED);
        assertTrue(assertThrows(IllegalStateException.class, builder::build).getMessage().contains("STARTED"));
    }

    @Test
    void shouldMakeABuilderWithTheSameOptions() {
        ClusterBuilder builder = Cluster.builder().name("shop").instances(0).commonPort(0).host("localhost")
                .startPort(9000).jvmArgs("-Xmx64m").args("one").removeJvmArgs("-javaagent:")
                .restartPolicy(RestartPolicy.onFailure()).readiness(Readiness.EXPLICIT).keepAlive(false)
                .healthCheck(HealthCheck.tcp()).maxMessageSize(1000).balancer(options -> {})
                .scheduling(Scheduling.AUTO).redirectCommonPort(false);
        ClusterConfig config = builder.build();
        ClusterConfig same = config.toBuilder().build();
        assertEquals(config.launch(), same.launch(), "common options are not applied twice");
        assertEquals(List.of("-Xmx64m"), same.launch().options().jvmArgs());
        assertEquals("shop", same.name());
        assertEquals(config.commonPort(), same.commonPort());
        assertEquals(config.host(), same.host());
        assertEquals(config.startPort(), same.startPort());
        assertEquals(config.restartPolicy(), same.restartPolicy());
        assertEquals(config.readiness(), same.readiness());
        assertEquals(config.healthChecks(), same.healthChecks());
        assertEquals(config.balancerOptions(), same.balancerOptions());
        assertEquals(1000, same.maxMessageSize());
        assertEquals(Scheduling.AUTO, same.scheduling());
        assertFalse(same.keepAlive());
        assertFalse(same.exitWhenAllGaveUp());
        assertTrue(config.toBuilder().instances(1).build().exitWhenAllGaveUp(), "the default is not set for good");
        ClusterConfig other = config.toBuilder().name("other").jvmArgs().main(ClusterBuilderTest.class).build();
        assertEquals(List.of(), other.launch().options().jvmArgs());
        assertEquals("shop", config.name());
    }

    @Test
    void shouldCopyEveryOptionIntoTheBuilder() throws ReflectiveOperationException {
        ClusterBuilder builder = Cluster.builder().commonPort(1).host("h").startPort(9000)
                .strategy(Strategy.roundRobin())
                .proxyProtocol(ProxyProtocol.V2).balancer(options -> {}).env(Map.of("A", "b")).output(Output.discard())
                .restartPolicy(RestartPolicy.never()).stopPolicy(StopPolicy.ofDefaults().withKill(Duration.ZERO))
                .readiness(Readiness.EXPLICIT).reloadPolicy(ReloadPolicy.ofDefaults().withBatch(7)).reloadOnSighup(true)
                .warmUp(WarmUp.requests("/")).healthCheck(HealthCheck.heartbeat())
                .recyclePolicy(RecyclePolicy.never().withMaxMemory(1))
                .startTimeout(Duration.ofSeconds(1)).signals(false).shutdownHook(false).keepAlive(false)
                .exitWhenAllGaveUp(false)
                .maxMessageSize(7).classDataCache(Path.of("cache")).on(ClusterEvent.class, event -> {})
                .onMessage((worker, message) -> {}).name("n")
                .instances(3).args("a").main("some.Main").scheduling(Scheduling.AUTO).redirectCommonPort(false);
        ClusterBuilder copy = builder.build().toBuilder();
        for (Field option : ClusterBuilder.class.getDeclaredFields()) {
            // an inherited listener excludes a host
            if (!Modifier.isStatic(option.getModifiers()) && !option.getName().equals("inheritsListener")) {
                assertNotEquals(option.get(Cluster.builder()), option.get(builder), option + " is not set above");
                assertEquals(option.get(builder), option.get(copy), option::toString);
            }
        }
    }
}
