package io.musher;

import io.musher.balancer.BalancerBuilder;
import io.musher.balancer.ProxyProtocol;
import io.musher.balancer.Strategy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The validated truth a {@link Cluster} runs by; made by {@link ClusterBuilder#build()}, immutable, readable without starting
 * anything. The defaults are told at the builder's options.
 */
public final class ClusterConfig {

    private final String name;
    private final int instances;
    private final OptionalInt commonPort;
    private final Optional<String> host;
    private final OptionalInt startPort;
    private final Optional<Strategy> strategy;
    private final Optional<ProxyProtocol> proxyProtocol;
    private final List<Consumer<? super BalancerBuilder>> balancerOptions;
    private final Launch launch;
    private final Launch.Options common;
    private final Supplier<Map<String, String>> env;
    private final Output output;
    private final RestartPolicy restartPolicy;
    private final StopPolicy stopPolicy;
    private final Readiness readiness;
    private final ReloadPolicy reloadPolicy;
    private final boolean reloadOnHangup;
    private final List<HealthCheck> healthChecks;
    private final RecyclePolicy recyclePolicy;
    private final Duration startTimeout;
    private final boolean shutdownHook;
    private final boolean keepAlive;
    private final boolean exitWhenAllGaveUp;
    private final int maxFrame;
    private final List<Listening<?>> listeners;
    private final List<BiConsumer<Worker, Message>> messageListeners;

    /** A listener that hears from the first event on. */
    record Listening<E extends ClusterEvent>(Class<E> type, Consumer<? super E> code) {
        Subscription subscribe(ListenerExecutor eventThread) {
            return eventThread.on(type, code);
        }
    }

    ClusterConfig(ClusterBuilder from, Launch launch) {
        this.name = from.name;
        this.instances = from.instances;
        this.commonPort = from.commonPort;
        this.host = Optional.ofNullable(from.host);
        this.startPort = from.startPort;
        this.strategy = Optional.ofNullable(from.strategy);
        this.proxyProtocol = Optional.ofNullable(from.proxyProtocol);
        this.balancerOptions = List.copyOf(from.balancerOptions);
        this.common = from.common;
        this.launch = completed(launch);
        this.env = from.env;
        this.output = from.output;
        this.restartPolicy = from.restartPolicy;
        this.stopPolicy = from.stopPolicy;
        this.readiness = from.readiness;
        this.reloadPolicy = from.reloadPolicy;
        this.reloadOnHangup = from.reloadOnHangup;
        this.healthChecks = from.healthChecks;
        this.recyclePolicy = from.recyclePolicy;
        this.startTimeout = from.startTimeout;
        this.shutdownHook = from.shutdownHook;
        this.keepAlive = from.keepAlive;
        this.exitWhenAllGaveUp = from.exitWhenAllGaveUp;
        this.maxFrame = from.maxFrame;
        this.listeners = List.copyOf(from.listeners);
        this.messageListeners = List.copyOf(from.messageListeners);
    }

    /** {@return the name its workers, threads and log lines begin with} */
    public String name() {
        return name;
    }

    /** {@return how many workers there are to be} */
    public int instances() {
        return instances;
    }

    /** {@return the common port as configured, 0 for any free one; empty: no balancer} */
    public OptionalInt commonPort() {
        return commonPort;
    }

    /** {@return the host the common port is on, empty for all interfaces} */
    public Optional<String> host() {
        return host;
    }

    /** {@return the port of instance 0; empty: free ports} */
    public OptionalInt startPort() {
        return startPort;
    }

    /** {@return who gets the next connection, empty for the balancer's default} */
    public Optional<Strategy> strategy() {
        return strategy;
    }

    /** {@return the PROXY header workers are sent, empty for none} */
    public Optional<ProxyProtocol> proxyProtocol() {
        return proxyProtocol;
    }

    List<Consumer<? super BalancerBuilder>> balancerOptions() {
        return balancerOptions;
    }

    /** {@return what a worker runs} */
    public Launch launch() {
        return launch;
    }

    /** {@return another launch over the options that all launches of this cluster have in common; its environment follows with {@link #env}} */
    Launch completed(Launch other) {
        return other.with(other.options().over(common, !(other instanceof Launch.Command)));
    }

    /** {@return additional environment, asked when the cluster starts and at each rollout} */
    public Supplier<Map<String, String>> env() {
        return env;
    }

    /** {@return where the workers' output goes} */
    public Output output() {
        return output;
    }

    /** {@return who is replaced, and how soon} */
    public RestartPolicy restartPolicy() {
        return restartPolicy;
    }

    /** {@return how much time a worker gets to end} */
    public StopPolicy stopPolicy() {
        return stopPolicy;
    }

    /** {@return what makes a worker ready} */
    public Readiness readiness() {
        return readiness;
    }

    /** {@return how workers are replaced by a reload or a deploy} */
    public ReloadPolicy reloadPolicy() {
        return reloadPolicy;
    }

    /** {@return whether SIGHUP is a reload} */
    public boolean reloadOnHangup() {
        return reloadOnHangup;
    }

    /** {@return how it is found out whether workers work; empty for not at all} */
    public List<HealthCheck> healthChecks() {
        return healthChecks;
    }

    /** {@return when workers that work are replaced all the same} */
    public RecyclePolicy recyclePolicy() {
        return recyclePolicy;
    }

    /** {@return how long a worker may take from its fork to being ready} */
    public Duration startTimeout() {
        return startTimeout;
    }

    /** {@return whether the end of this JVM, and signals to it, stop the cluster} */
    public boolean shutdownHook() {
        return shutdownHook;
    }

    /** {@return whether the cluster keeps this JVM alive until it has stopped} */
    public boolean keepAlive() {
        return keepAlive;
    }

    /** {@return whether this JVM exits with status 1 when every wanted instance has given up, provided that the cluster keeps it alive} */
    public boolean exitWhenAllGaveUp() {
        return exitWhenAllGaveUp;
    }

    /** {@return the largest message, in bytes of its body} */
    public int maxFrame() {
        return maxFrame;
    }

    List<Listening<?>> listeners() {
        return listeners;
    }

    List<BiConsumer<Worker, Message>> messageListeners() {
        return messageListeners;
    }

    /** {@return whether workers have ports} */
    boolean hasPorts() {
        return commonPort.isPresent() || startPort.isPresent();
    }
}
