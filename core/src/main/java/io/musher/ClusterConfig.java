package io.musher;

import io.musher.balancer.BalancerBuilder;
import io.musher.balancer.ProxyProtocol;
import io.musher.balancer.Strategy;
import io.musher.internal.dispatch.ListenerExecutor;
import io.musher.internal.supervisor.PortMode;
import io.musher.internal.supervisor.ReadinessRule;
import io.musher.internal.supervisor.SupervisorConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Holds the validated options of a {@link Cluster}. Immutable; made by {@link ClusterBuilder#build()} without starting
 * anything. The option of the same name in {@link ClusterBuilder} describes each value and its default.
 */
public final class ClusterConfig {

    private final String name;
    private final int instances;
    private final OptionalInt commonPort;
    private final boolean inheritsListener;
    private final Optional<String> host;
    private final OptionalInt startPort;
    private final Optional<Strategy> strategy;
    private final Optional<ProxyProtocol> proxyProtocol;
    private final Scheduling scheduling;
    private final Optional<Boolean> redirectsCommonPort;
    private final List<Consumer<? super BalancerBuilder>> balancerOptions;
    private final Launch launch;
    private final Launch chosenLaunch;
    private final Launch.Options common;
    private final Supplier<Map<String, String>> env;
    private final Output output;
    private final RestartPolicy restartPolicy;
    private final StopPolicy stopPolicy;
    private final Readiness readiness;
    private final ReloadPolicy reloadPolicy;
    private final boolean reloadOnSighup;
    private final Optional<WarmUp> warmUp;
    private final List<HealthCheck> healthChecks;
    private final RecyclePolicy recyclePolicy;
    private final Duration startTimeout;
    private final boolean signals;
    private final boolean shutdownHook;
    private final boolean keepAlive;
    private final Optional<Boolean> exitWhenAllGaveUp;
    private final int maxMessageSize;
    private final Optional<Boolean> classDataCache;
    private final Optional<Path> classDataFolder;
    private final List<InitialListener<?>> listeners;
    private final List<BiConsumer<Worker, Message>> messageListeners;

    /** A listener that is subscribed before the first event. */
    record InitialListener<E extends ClusterEvent>(Class<E> type, Consumer<? super E> code) {
        Subscription subscribe(ListenerExecutor eventThread) {
            return eventThread.on(type, code);
        }
    }

    /** Throws {@link IllegalStateException} if the options do not go together. */
    ClusterConfig(ClusterBuilder from) {
        this.name = from.name;
        this.instances = from.instances;
        this.commonPort = from.commonPort;
        this.inheritsListener = from.inheritsListener;
        this.host = from.host;
        this.startPort = from.startPort;
        this.strategy = from.strategy;
        this.proxyProtocol = from.proxyProtocol;
        this.scheduling = from.scheduling;
        this.redirectsCommonPort = from.redirectsCommonPort;
        this.balancerOptions = List.copyOf(from.balancerOptions);
        this.common = from.common;
        this.chosenLaunch = from.launch;
        this.env = from.env;
        this.output = from.output;
        this.restartPolicy = from.restartPolicy;
        this.stopPolicy = from.stopPolicy;
        this.readiness = from.readiness;
        this.reloadPolicy = from.reloadPolicy;
        this.reloadOnSighup = from.reloadOnSighup;
        this.warmUp = from.warmUp;
        this.healthChecks = from.healthChecks;
        this.recyclePolicy = from.recyclePolicy;
        this.startTimeout = from.startTimeout;
        this.signals = from.signals;
        this.shutdownHook = from.shutdownHook;
        this.keepAlive = from.keepAlive;
        this.exitWhenAllGaveUp = from.exitWhenAllGaveUp;
        this.maxMessageSize = from.maxMessageSize;
        this.classDataCache = from.classDataCache;
        this.classDataFolder = from.classDataFolder;
        this.listeners = List.copyOf(from.listeners);
        this.messageListeners = List.copyOf(from.messageListeners);
        ConfigChecks.check(this);
        this.launch = completed(chosenLaunch);
    }

    /**
     * Returns a builder with these options, to start a similar cluster. Changes to it do not affect this configuration.
     *
     * @return the builder
     */
    public ClusterBuilder toBuilder() {
        return new ClusterBuilder(this);
    }

    /** {@return the name of the cluster, see {@link ClusterBuilder#name}} */
    public String name() {
        return name;
    }

    /** {@return the initial number of workers, see {@link ClusterBuilder#instances}} */
    public int instances() {
        return instances;
    }

    /**
     * {@return the common port as configured, 0 for any free port; empty without a common port or if only
     * {@link #inheritsListener} is set, see {@link ClusterBuilder#commonPort}}
     */
    public OptionalInt commonPort() {
        return commonPort;
    }

    /** {@return whether the common port is a socket from this process's parent, see {@link
     * ClusterBuilder#inheritListener}} */
    public boolean inheritsListener() {
        return inheritsListener;
    }

    /** {@return the host of the common port; empty for all interfaces, see {@link ClusterBuilder#host}} */
    public Optional<String> host() {
        return host;
    }

    /**
     * {@return the port of instance 0; empty when instances have no fixed ports, see {@link ClusterBuilder#startPort}}
     */
    public OptionalInt startPort() {
        return startPort;
    }

    /** {@return the strategy of the balancer; empty for its default, see {@link ClusterBuilder#strategy}} */
    public Optional<Strategy> strategy() {
        return strategy;
    }

    /**
     * {@return the version of the PROXY header sent to workers; empty for none, see
     * {@link ClusterBuilder#proxyProtocol}}
     */
    public Optional<ProxyProtocol> proxyProtocol() {
        return proxyProtocol;
    }

    /** {@return how connections reach the workers, see {@link ClusterBuilder#scheduling}} */
    public Scheduling scheduling() {
        return scheduling;
    }

    /** {@return whether binds of the common port are redirected, see {@link ClusterBuilder#redirectCommonPort}} */
    public boolean redirectsCommonPort() {
        return redirectsCommonPort.orElse(true);
    }

    /** {@return what {@link ClusterBuilder#redirectCommonPort} was called with; empty if it was not called} */
    Optional<Boolean> redirection() {
        return redirectsCommonPort;
    }

    List<Consumer<? super BalancerBuilder>> balancerOptions() {
        return balancerOptions;
    }

    /** {@return the program of the workers, completed by the common options, see {@link ClusterBuilder#launch}} */
    public Launch launch() {
        return launch;
    }

    /** {@return the program of the workers as it was set, without the common options} */
    Launch chosenLaunch() {
        return chosenLaunch;
    }

    /** {@return the options that all launches of this cluster share} */
    Launch.Options commonOptions() {
        return common;
    }

    /**
     * {@return a launch completed by the options that all launches of this cluster share; the environment comes from
     * {@link #env}}
     */
    Launch completed(Launch other) {
        return other.with(other.options().over(common, !(other instanceof Launch.Command)));
    }

    /** {@return the supplier of environment variables, see {@link ClusterBuilder#env(Supplier)}} */
    public Supplier<Map<String, String>> env() {
        return env;
    }

    /** {@return the destination of the workers' output, see {@link ClusterBuilder#output}} */
    public Output output() {
        return output;
    }

    /** {@return the restart policy, see {@link ClusterBuilder#restartPolicy}} */
    public RestartPolicy restartPolicy() {
        return restartPolicy;
    }

    /** {@return the stop policy, see {@link ClusterBuilder#stopPolicy}} */
    public StopPolicy stopPolicy() {
        return stopPolicy;
    }

    /** {@return the readiness rule, see {@link ClusterBuilder#readiness}} */
    public Readiness readiness() {
        return readiness;
    }

    /** {@return the reload policy, see {@link ClusterBuilder#reloadPolicy}} */
    public ReloadPolicy reloadPolicy() {
        return reloadPolicy;
    }

    /** {@return whether SIGHUP reloads, see {@link ClusterBuilder#reloadOnSighup}} */
    public boolean reloadOnSighup() {
        return reloadOnSighup;
    }

    /** {@return the warm-up of fresh workers; empty for none, see {@link ClusterBuilder#warmUp}} */
    public Optional<WarmUp> warmUp() {
        return warmUp;
    }

    /** {@return the health checks; empty for none, see {@link ClusterBuilder#healthCheck}} */
    public List<HealthCheck> healthChecks() {
        return healthChecks;
    }

    /** {@return the recycle policy, see {@link ClusterBuilder#recyclePolicy}} */
    public RecyclePolicy recyclePolicy() {
        return recyclePolicy;
    }

    /** {@return the start timeout of a worker, see {@link ClusterBuilder#startTimeout}} */
    public Duration startTimeout() {
        return startTimeout;
    }

    /** {@return whether SIGTERM and SIGINT stop the cluster, see {@link ClusterBuilder#signals}} */
    public boolean signals() {
        return signals;
    }

    /** {@return whether a JVM shutdown hook stops the cluster, see {@link ClusterBuilder#shutdownHook}} */
    public boolean shutdownHook() {
        return shutdownHook;
    }

    /** {@return whether the cluster keeps this JVM alive, see {@link ClusterBuilder#keepAlive}} */
    public boolean keepAlive() {
        return keepAlive;
    }

    /**
     * {@return whether this JVM exits when every instance was given up, see {@link ClusterBuilder#exitWhenAllGaveUp}}
     */
    public boolean exitWhenAllGaveUp() {
        boolean runsJobs = instances == 0 && restartPolicy.when() == RestartPolicy.When.ON_FAILURE;
        return exitWhenAllGaveUp.orElse(!runsJobs);
    }

    /** {@return the value that was set; empty for the default, which depends on other options} */
    Optional<Boolean> chosenExitWhenAllGaveUp() {
        return exitWhenAllGaveUp;
    }

    /** {@return the maximum size of a message in bytes, see {@link ClusterBuilder#maxMessageSize}} */
    public int maxMessageSize() {
        return maxMessageSize;
    }

    /**
     * {@return the folder of the class data that workers share; empty when they share none, see
     * {@link ClusterBuilder#classDataCache(boolean)}}
     */
    public Optional<Path> classDataCache() {
        return ClassDataFolders.choose(classDataCache, classDataFolder, System.getenv());
    }

    /** {@return the value that was set; empty for the default} */
    Optional<Boolean> chosenClassDataCache() {
        return classDataCache;
    }

    /** {@return the folder that was set; empty for the default} */
    Optional<Path> chosenClassDataFolder() {
        return classDataFolder;
    }

    List<InitialListener<?>> listeners() {
        return listeners;
    }

    List<BiConsumer<Worker, Message>> messageListeners() {
        return messageListeners;
    }

    /** {@return whether there is a port that clients connect to} */
    boolean hasCommonPort() {
        return commonPort.isPresent() || inheritsListener;
    }

    /** {@return whether workers have ports} */
    boolean hasPorts() {
        return hasCommonPort() || startPort.isPresent();
    }

    /** {@return whether a worker is ready when its port accepts} */
    boolean watchesPorts() {
        return hasPorts() && readiness != Readiness.EXPLICIT && readiness != Readiness.STARTED;
    }

    /**
     * {@return the options that the supervisor goes by}
     *
     * @param sharesPort whether the workers listen on the common port themselves
     * @param sticky whether the balancer keeps clients with their worker: they would move twice in an overlap
     */
    SupervisorConfig supervisorConfig(boolean sharesPort, boolean sticky) {
        PortMode ports = sharesPort ? PortMode.NONE
                : hasCommonPort() ? PortMode.MOVABLE
                        : startPort.isPresent() ? PortMode.FIXED : PortMode.NONE;
        ReadinessRule ready = readiness == Readiness.EXPLICIT ? ReadinessRule.EXPLICIT
                : watchesPorts() ? ReadinessRule.PORT_ACCEPTS : ReadinessRule.STARTED;
        int bootLimit = Math.max(2, Runtime.getRuntime().availableProcessors());
        boolean checksReadiness = false;
        for (HealthCheck check : healthChecks) {
            checksReadiness |= check.role() == HealthCheck.Role.READINESS;
        }
        return new SupervisorConfig(name, ports, ready, startTimeout, bootLimit, restartPolicy, stopPolicy,
                !hasCommonPort() || sticky ? reloadPolicy.withOverlap(Duration.ZERO) : reloadPolicy,
                checksReadiness, warmUp.isPresent());
    }
}
