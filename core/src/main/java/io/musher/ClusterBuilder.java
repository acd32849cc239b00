package io.musher;

import io.musher.balancer.BalancerBuilder;
import io.musher.balancer.ProxyProtocol;
import io.musher.balancer.Strategy;
import io.musher.balancer.loop.Durations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Collects the options of a {@link Cluster} and starts it. A builder can be used for several clusters; it is not
 * thread-safe.
 *
 * <p>Setters throw {@link NullPointerException} for null, and {@link IllegalArgumentException}, which names the option
 * and the value, for a value out of range; values are never adjusted silently. Options that do not go together make
 * {@link #build()} and {@link #start()} throw {@link IllegalStateException}. Unless an option says otherwise, the last
 * call of a setter replaces the value of earlier ones.
 */
public final class ClusterBuilder {

    private static final int MAX_PORT = 65535;
    private static final int MAX_MESSAGE_SIZE = 1 << 30;

    String name = "cluster";
    int instances = Runtime.getRuntime().availableProcessors();
    OptionalInt commonPort = OptionalInt.empty();
    boolean inheritsListener;
    Optional<String> host = Optional.empty();
    OptionalInt startPort = OptionalInt.empty();
    Optional<Strategy> strategy = Optional.empty();
    Optional<ProxyProtocol> proxyProtocol = Optional.empty();
    Scheduling scheduling = Scheduling.RELAY;
    /** Empty until {@link #redirectCommonPort} is called. */
    Optional<Boolean> redirectsCommonPort = Optional.empty();
    final List<Consumer<? super BalancerBuilder>> balancerOptions = new ArrayList<>();
    Supplier<Map<String, String>> env = Map::of;
    Output output = Output.inherit();
    RestartPolicy restartPolicy = RestartPolicy.always();
    StopPolicy stopPolicy = StopPolicy.ofDefaults();
    Readiness readiness = Readiness.AUTO;
    ReloadPolicy reloadPolicy = ReloadPolicy.ofDefaults();
    boolean reloadOnSighup;
    Optional<WarmUp> warmUp = Optional.empty();
    List<HealthCheck> healthChecks = List.of();
    RecyclePolicy recyclePolicy = RecyclePolicy.never();
    Duration startTimeout = Duration.ofSeconds(60);
    boolean signals = true;
    boolean shutdownHook = true;
    boolean keepAlive = true;
    Optional<Boolean> exitWhenAllGaveUp = Optional.empty();
    int maxMessageSize = 16 << 20;
    Optional<Boolean> classDataCache = Optional.empty();
    Optional<Path> classDataFolder = Optional.empty();
    final List<ClusterConfig.InitialListener<?>> listeners = new ArrayList<>();
    final List<BiConsumer<Worker, Message>> messageListeners = new ArrayList<>();
    Launch.Options common = Launch.Options.NONE;
    Launch launch = Launch.self();

    /** Creates a builder with the default options. */
    ClusterBuilder() {}

    /** Creates a builder with the options of a configuration, see {@link ClusterConfig#toBuilder}. */
    ClusterBuilder(ClusterConfig from) {
        name = from.name();
        instances = from.instances();
        commonPort = from.commonPort();
        inheritsListener = from.inheritsListener();
        host = from.host();
        startPort = from.startPort();
        strategy = from.strategy();
        proxyProtocol = from.proxyProtocol();
        scheduling = from.scheduling();
        redirectsCommonPort = from.redirection();
        balancerOptions.addAll(from.balancerOptions());
        env = from.env();
        output = from.output();
        restartPolicy = from.restartPolicy();
        stopPolicy = from.stopPolicy();
        readiness = from.readiness();
        reloadPolicy = from.reloadPolicy();
        reloadOnSighup = from.reloadOnSighup();
        warmUp = from.warmUp();
        healthChecks = from.healthChecks();
        recyclePolicy = from.recyclePolicy();
        startTimeout = from.startTimeout();
        signals = from.signals();
        shutdownHook = from.shutdownHook();
        keepAlive = from.keepAlive();
        exitWhenAllGaveUp = from.chosenExitWhenAllGaveUp();
        maxMessageSize = from.maxMessageSize();
        classDataCache = from.chosenClassDataCache();
        classDataFolder = from.chosenClassDataFolder();
        listeners.addAll(from.listeners());
        messageListeners.addAll(from.messageListeners());
        common = from.commonOptions();
        launch = from.chosenLaunch();
    }

    /**
     * Sets the name of the cluster, which begins the names of its threads and log lines; workers are called
     * {@code <name>-1} and so on. Default: {@code cluster}. Two clusters in one JVM must have different names.
     *
     * @param name not blank
     * @return this
     * @throws IllegalArgumentException if the name is blank
     */
    public ClusterBuilder name(String name) {
        Objects.requireNonNull(name, "name");
        require(!name.isBlank(), "name is blank");
        this.name = name;
        return this;
    }

    /**
     * Sets the number of workers. Default: the number of processors available to this JVM. {@link #start} fails if
     * memory or ports do not suffice for the number, see {@link Cluster#scale}.
     *
     * @param instances at least 0; with 0 the cluster starts without workers
     * @return this
     * @throws IllegalArgumentException if the number is negative
     */
    public ClusterBuilder instances(int instances) {
        require(instances >= 0, "instances " + instances + " is negative");
        this.instances = instances;
        return this;
    }

    /**
     * Sets the port that clients connect to; the balancer distributes their connections over the workers. Default:
     * none; then there is no balancer.
     *
     * <p>With a common port, workers find the loopback address as {@code SERVER_ADDRESS} in their environment, so that
     * a Spring Boot server cannot be reached around the balancer; {@code env} can set another value.
     *
     * @param port 0 to 65535; 0 for any free port, see {@link Cluster#commonPort}
     * @return this
     * @throws IllegalArgumentException if the port is not within 0 to 65535
     */
    public ClusterBuilder commonPort(int port) {
        require(port >= 0 && port <= MAX_PORT, "commonPort " + port + " is not within 0 to " + MAX_PORT);
        this.commonPort = OptionalInt.of(port);
        return this;
    }

    /**
     * Makes the common port the listening socket that this process was started with as descriptor 0, its standard
     * input, for example by systemd ({@code StandardInput=socket}). Default: the cluster opens {@link #commonPort},
     * which need not be set with this option; if it is, other than 0, it must be the port of that socket.
     *
     * <p>Processes that have the same socket serve one queue of connections. So a new primary can start beside an old
     * one, which then stops, and no client is refused: the new one accepts nothing before its start has succeeded, and
     * the old one accepts nothing more when its stop begins; both leave other connections in the queue. The socket is
     * never closed, and becomes non-blocking for all processes that have it.
     *
     * <p>With {@link Scheduling#KERNEL} the workers accept from the socket, each as soon as its application listens;
     * that needs worker JVMs and Java 22 or newer.
     *
     * <p>{@link #build} throws {@link IllegalStateException} if {@link #host} is set, or a delay before the drain in
     * the {@link #stopPolicy}, which would go on accepting. {@link #start} throws {@link StartupException} if
     * descriptor 0 is not a listening TCP socket, if it has another port than {@link #commonPort}, or if another
     * cluster of this JVM accepts from it; after that one's end it can be used again.
     *
     * @return this
     */
    public ClusterBuilder inheritListener() {
        this.inheritsListener = true;
        return this;
    }

    /**
     * Sets the host name or address that the common port listens on. Default: all interfaces. Needs a common port.
     *
     * <p>With {@link Scheduling#KERNEL} the default is where the application binds the port; on Java 22 and newer the
     * primary listens on all interfaces until the first one has, which is logged at info if it binds one address only.
     *
     * @param host a host name or an address
     * @return this
     * @throws IllegalArgumentException if the host is blank
     */
    public ClusterBuilder host(String host) {
        Objects.requireNonNull(host, "host");
        require(!host.isBlank(), "host is blank; leave it out for all interfaces");
        this.host = Optional.of(host);
        return this;
    }

    /**
     * Sets the port of instance 0; instance <i>n</i> listens on {@code port + n}. With a common port, a replacement
     * that starts while its predecessor still holds the port listens on a free port instead. Default: free ports when
     * there is a common port, else none.
     *
     * @param port 1 to 65535
     * @return this
     * @throws IllegalArgumentException if the port is not within 1 to 65535
     */
    public ClusterBuilder startPort(int port) {
        require(port >= 1 && port <= MAX_PORT, "startPort " + port + " is not within 1 to " + MAX_PORT);
        this.startPort = OptionalInt.of(port);
        return this;
    }

    /**
     * Sets how the balancer chooses the worker for a new connection. Default: {@link Strategy#roundRobin()}. Needs a
     * common port.
     *
     * @param strategy a built-in strategy or your own
     * @return this
     */
    public ClusterBuilder strategy(Strategy strategy) {
        this.strategy = Optional.of(Objects.requireNonNull(strategy, "strategy"));
        return this;
    }

    /**
     * Makes the balancer send each worker a PROXY protocol header with the address of the client. Default: no header.
     * Needs a common port.
     *
     * @param version the version of the header
     * @return this
     */
    public ClusterBuilder proxyProtocol(ProxyProtocol version) {
        this.proxyProtocol = Optional.of(Objects.requireNonNull(version, "proxyProtocol"));
        return this;
    }

    /**
     * Sets how the connections of clients reach the workers: relayed by the balancer, or directly, distributed by the
     * kernel. Default: {@link Scheduling#RELAY}. Others need a common port.
     *
     * <p>With {@link Scheduling#KERNEL} there is no balancer, and {@link #build} throws {@link IllegalStateException}
     * if an option is set that needs one: {@link #strategy}, {@link #proxyProtocol}, {@link #balancer},
     * {@link #startPort}, a TCP or HTTP {@link #healthCheck}, {@link Readiness#PORT_OPEN}, or a number of connections
     * in {@link #recyclePolicy}.
     *
     * @param scheduling the kind of scheduling
     * @return this
     */
    public ClusterBuilder scheduling(Scheduling scheduling) {
        this.scheduling = Objects.requireNonNull(scheduling, "scheduling");
        return this;
    }

    /**
     * Sets whether an application in a worker JVM that binds the common port, because it is written into its code, gets
     * the worker's own port instead. Default: yes, but not before a worker has failed. Only for {@link
     * Scheduling#RELAY}, where the primary listens on the common port.
     *
     * <p>An application that listens on {@link WorkerContext#address}, {@code PORT} or {@code SERVER_PORT} is never
     * redirected. By default, if a worker ends during its start because a port was taken, or lives on without its port,
     * it is started again, from then on with the redirection, which is logged once as a warning; if it fails again,
     * that is a failed start. Whether a port was taken is in the worker's output; where it is in a log file only, the
     * failed start is reported, and the redirection has to be asked for.
     *
     * <p>Clients reach a redirected application where the primary listens: on the {@link #host}, by default on all
     * interfaces, also if the application binds a single address such as 127.0.0.1. Instance 0 prints a warning to its
     * standard error then, which names the host to set.
     *
     * @param redirect true to redirect from the first start on, by an agent that costs each start of a worker JVM some
     *     ten milliseconds; false to report the failed start at once
     * @return this
     */
    public ClusterBuilder redirectCommonPort(boolean redirect) {
        this.redirectsCommonPort = Optional.of(redirect);
        return this;
    }

    /**
     * Adds further options of the balancer; port, host, name and targets are set by the cluster. Default: none but
     * {@link BalancerBuilder#slowStart}, which is the overlap of the {@link ReloadPolicy}: a fresh worker's share of
     * new connections grows; zero switches that off. Calls add up. Needs a common port.
     *
     * @param options called when the cluster starts, in the order of the calls
     * @return this
     */
    public ClusterBuilder balancer(Consumer<? super BalancerBuilder> options) {
        balancerOptions.add(Objects.requireNonNull(options, "balancer"));
        return this;
    }

    /**
     * Makes workers run another class than this program's main class. The last call of {@code main}, {@code jar},
     * {@code command} or {@code launch} counts. Default: see {@link #launch}.
     *
     * @param main a class with a {@code main} method
     * @return this
     * @throws IllegalArgumentException if the class cannot have a {@code main} method
     */
    public ClusterBuilder main(Class<?> main) {
        return launch(Launch.main(main));
    }

    /**
     * Makes workers run another class, see {@link #main(Class)}.
     *
     * @param main the name of a class with a {@code main} method, see {@link Launch#main(String)}
     * @return this
     * @throws IllegalArgumentException if this is not the name of a class
     */
    public ClusterBuilder main(String main) {
        return launch(Launch.main(main));
    }

    /**
     * Makes workers run a jar, see {@link Launch#jar}.
     *
     * @param jar an executable jar
     * @return this
     */
    public ClusterBuilder jar(Path jar) {
        return launch(Launch.jar(jar));
    }

    /**
     * Makes workers run a command, see {@link Launch#command(List)}.
     *
     * @param words the program and its first arguments; not interpreted by a shell
     * @return this
     * @throws IllegalArgumentException if no program is named
     */
    public ClusterBuilder command(String... words) {
        return launch(Launch.command(words));
    }

    /**
     * Makes workers run a command, see {@link Launch#command(List)}.
     *
     * @param words the program and its first arguments; not interpreted by a shell
     * @return this
     * @throws IllegalArgumentException if no program is named
     */
    public ClusterBuilder command(List<String> words) {
        return launch(Launch.command(words));
    }

    /**
     * Sets what workers run. Default: {@link Launch#self()}, the command line of this JVM.
     *
     * @param launch the program of the workers
     * @return this
     */
    public ClusterBuilder launch(Launch launch) {
        this.launch = Objects.requireNonNull(launch, "launch");
        return this;
    }

    /**
     * Sets the program's arguments, for every launch that does not set its own, those of {@link Cluster#deploy}
     * included. Default: the arguments of this program for {@link Launch#self()}, else none. For a command they follow
     * its words.
     *
     * @param args may contain the placeholders {@code %i} (instance) and {@code %w} (worker id), see {@link Launch}
     * @return this
     */
    public ClusterBuilder args(String... args) {
        return args(LaunchChecks.list("args", args));
    }

    /**
     * Sets the program's arguments, see {@link #args(String...)}.
     *
     * @param args as there
     * @return this
     */
    public ClusterBuilder args(List<String> args) {
        common = common.withArgs(LaunchChecks.words("args", args));
        return this;
    }

    /**
     * Sets flags for the worker JVMs, for every launch, those of {@link Cluster#deploy} included. The last call
     * replaces the flags of earlier ones, unlike {@link Launch#jvmArgs(List)}, which adds. They follow the flags
     * inherited from this JVM and precede those of the launch; where a flag is given twice, the last one counts.
     * Default: none. With a command, {@link #build} throws {@link IllegalStateException}.
     *
     * <p>Never inherited are debuggers ({@code -agentlib:jdwp}, {@code -Xrunjdwp}), {@code -Dcom.sun.management.*}, and
     * archives that are written at exit. The worker's id is inserted into the names of log, dump and recording files.
     * See {@link #removeJvmArgs} for leaving out more.
     *
     * @param flags may contain placeholders as in {@link #args(String...)}
     * @return this
     */
    public ClusterBuilder jvmArgs(String... flags) {
        return jvmArgs(LaunchChecks.list("jvmArgs", flags));
    }

    /**
     * Sets flags for the worker JVMs, see {@link #jvmArgs(String...)}.
     *
     * @param flags as there
     * @return this
     */
    public ClusterBuilder jvmArgs(List<String> flags) {
        common = common.withoutJvmArgs().withJvmArgs(LaunchChecks.words("jvmArgs", flags));
        return this;
    }

    /**
     * Leaves out flags that workers would inherit from this JVM, for every launch, those of {@link Cluster#deploy}
     * included. Default: none besides those named at {@link #jvmArgs(String...)}; calls add up.
     *
     * <p>This is for what only one process can have, above all agents that listen on a port:
     * {@code removeJvmArgs("-javaagent:/opt/jmx_exporter.jar")}. Other examples: {@code -agentpath:},
     * {@code -Djavax.net.ssl.keyStorePassword=}. Flags set by {@link #jvmArgs} are kept, so each worker can have the
     * same agent on a port of its own: {@code jvmArgs("-javaagent:/opt/jmx_exporter.jar=941%i:/etc/jmx.yml")}. For a
     * command, the flags are removed from {@code JAVA_TOOL_OPTIONS}, {@code JDK_JAVA_OPTIONS} and
     * {@code _JAVA_OPTIONS}.
     *
     * @param prefixes what such flags begin with
     * @return this
     * @throws IllegalArgumentException if a prefix does not begin with a hyphen
     */
    public ClusterBuilder removeJvmArgs(String... prefixes) {
        common = common.withRemovedJvmArgs(LaunchChecks.list("removeJvmArgs", prefixes));
        return this;
    }

    /**
     * Sets environment variables for all workers, over those of this process, and below those of the launch and of
     * {@link Cluster#fork(Map)}. They apply to every launch, those of {@link Cluster#deploy} included. Default: none.
     * The last call of {@code env} replaces all variables of earlier ones, unlike {@link Launch#env(Map)}, which adds.
     *
     * @param variables the values may contain placeholders as in {@link #args(String...)}
     * @return this
     * @throws IllegalArgumentException if a name or value is not valid in an environment
     */
    public ClusterBuilder env(Map<String, String> variables) {
        Map<String, String> copy = LaunchChecks.environment(variables);
        return env(() -> copy);
    }

    /**
     * Sets a supplier of environment variables for all workers, see {@link #env(Map)}.
     *
     * @param variables called by {@link #start} on the calling thread, which gets its exceptions, and for each reload
     *     and deploy on a thread of its own, see {@link Cluster#reload}
     * @return this
     */
    public ClusterBuilder env(Supplier<Map<String, String>> variables) {
        this.env = Objects.requireNonNull(variables, "env");
        return this;
    }

    /**
     * Sets the working directory, for every launch that does not set its own. Default: the directory of this process.
     *
     * @param directory must exist when a worker starts
     * @return this
     */
    public ClusterBuilder directory(Path directory) {
        common = common.withDirectory(directory);
        return this;
    }

    /**
     * Sets where the workers' standard output and standard error go. Default: {@link Output#inherit()}.
     *
     * @param output the destination
     * @return this
     */
    public ClusterBuilder output(Output output) {
        this.output = Objects.requireNonNull(output, "output");
        return this;
    }

    /**
     * Sets which workers are replaced when they exit, how soon, and when an instance is given up. Default:
     * {@link RestartPolicy#always()}.
     *
     * @param policy the policy
     * @return this
     */
    public ClusterBuilder restartPolicy(RestartPolicy policy) {
        this.restartPolicy = Objects.requireNonNull(policy, "restartPolicy");
        return this;
    }

    /**
     * Sets how long a worker may take to drain and to stop. Default: 20 s to drain, 5 s to stop, see
     * {@link StopPolicy#ofDefaults()}.
     *
     * @param policy the policy
     * @return this
     */
    public ClusterBuilder stopPolicy(StopPolicy policy) {
        this.stopPolicy = Objects.requireNonNull(policy, "stopPolicy");
        return this;
    }

    /**
     * Sets what makes a worker ready for traffic. Default: {@link Readiness#AUTO}.
     *
     * @param readiness the rule
     * @return this
     */
    public ClusterBuilder readiness(Readiness readiness) {
        this.readiness = Objects.requireNonNull(readiness, "readiness");
        return this;
    }

    /**
     * Sets how {@link Cluster#reload} and {@link Cluster#deploy} replace the workers, and how long a replacement and
     * its predecessor both serve. Default: one at a time, no soak time, an overlap of 3 s, keep the old workers when a
     * replacement fails, see {@link ReloadPolicy#ofDefaults()}.
     *
     * @param policy the policy
     * @return this
     */
    public ClusterBuilder reloadPolicy(ReloadPolicy policy) {
        this.reloadPolicy = Objects.requireNonNull(policy, "reloadPolicy");
        return this;
    }

    /**
     * Sets the requests that a fresh worker gets from the primary before it gets traffic, see {@link WarmUp}. Default:
     * none. Needs ports.
     *
     * @param requests the paths, and for how long
     * @return this
     */
    public ClusterBuilder warmUp(WarmUp requests) {
        this.warmUp = Optional.of(Objects.requireNonNull(requests, "warmUp"));
        return this;
    }

    /**
     * Sets whether SIGHUP makes the primary call {@link Cluster#reload}. Default: false. Has no effect on systems
     * without this signal, or if this process was started with SIGHUP ignored, as by {@code nohup}; the latter is
     * logged.
     *
     * @param reload true to handle SIGHUP
     * @return this
     */
    public ClusterBuilder reloadOnSighup(boolean reload) {
        this.reloadOnSighup = reload;
        return this;
    }

    /**
     * Adds health checks of the workers to those of earlier calls. Default: none, see {@link HealthCheck}. TCP and HTTP
     * checks need ports.
     *
     * @param checks each counts its own failures; a check that was added before is not added again
     * @return this
     */
    public ClusterBuilder healthCheck(HealthCheck... checks) {
        for (HealthCheck check : Objects.requireNonNull(checks, "healthCheck")) {
            Objects.requireNonNull(check, "healthCheck");
        }
        healthChecks = Stream.concat(healthChecks.stream(), Stream.of(checks)).distinct().toList();
        return this;
    }

    /**
     * Sets the limits of age, memory and connections at which a worker that works is replaced. Default:
     * {@link RecyclePolicy#never()}.
     *
     * @param policy the policy
     * @return this
     */
    public ClusterBuilder recyclePolicy(RecyclePolicy policy) {
        this.recyclePolicy = Objects.requireNonNull(policy, "recyclePolicy");
        return this;
    }

    /**
     * Sets how long a worker may take from its fork to being ready; a worker that takes longer is stopped, which counts
     * as a failed start. Default: 60 s.
     *
     * @param timeout positive, at most 365 days
     * @return this
     * @throws IllegalArgumentException if the timeout is not within that range
     */
    public ClusterBuilder startTimeout(Duration timeout) {
        Objects.requireNonNull(timeout, "startTimeout");
        require(!timeout.isNegative() && !timeout.isZero(),
                "startTimeout " + Durations.text(timeout) + " is not positive");
        require(timeout.compareTo(Duration.ofDays(365)) <= 0,
                "startTimeout " + Durations.text(timeout) + " is more than a year");
        this.startTimeout = timeout;
        return this;
    }

    /**
     * Sets whether a JVM shutdown hook stops the cluster when this JVM ends by {@link System#exit} or with its last
     * non-daemon thread. Default: true.
     *
     * <p>Signals do not depend on this option, see {@link #signals}.
     *
     * @param install true to install the hook
     * @return this
     */
    public ClusterBuilder shutdownHook(boolean install) {
        this.shutdownHook = install;
        return this;
    }

    /**
     * Sets whether SIGTERM and SIGINT (Ctrl-C) stop the cluster: first the cluster stops, then the handlers run that
     * were installed before, usually the JVM's own, which ends the process; another signal more than a second later
     * kills all workers. Default: true. Several clusters of one JVM stop at the same time.
     *
     * <p>Set it to false where the program handles these signals itself. Two exceptions are the JVM's: with
     * {@code -Xrs} these signals end the process at once, and a signal that was ignored when the process was started
     * stays ignored.
     *
     * @param handle true to handle the signals
     * @return this
     */
    public ClusterBuilder signals(boolean handle) {
        this.signals = handle;
        return this;
    }

    /**
     * Sets whether the cluster keeps this JVM alive until it has stopped. Default: true. Set it to false where a server
     * or container decides about the end of the JVM.
     *
     * <p>If the cluster's control thread fails, for example because the JVM is out of memory, all workers are killed,
     * all futures fail, and {@link Cluster#awaitStop} returns. With {@code keepAlive(true)} the JVM then exits with
     * status 1; with {@code keepAlive(false)} it keeps running without the cluster.
     *
     * @param keep true to keep the JVM alive
     * @return this
     */
    public ClusterBuilder keepAlive(boolean keep) {
        this.keepAlive = keep;
        return this;
    }

    /**
     * Sets whether the cluster stops and this JVM exits with status 1 when the {@link RestartPolicy} has given up every
     * wanted instance, so that a service manager can react. Default: true; false for a cluster that starts with
     * {@code instances(0)} under {@link RestartPolicy#onFailure}: its workers are jobs, and the future of
     * {@link Cluster#fork} or {@link ClusterEvent.GaveUp} reports one that fails, while the primary waits for the next.
     *
     * <p>Has no effect with {@code keepAlive(false)}: the cluster logs an error, publishes {@link ClusterEvent.GaveUp},
     * and its clients wait until {@code restart()}, {@code scale()}, {@code reload()} or {@code deploy()} starts
     * workers again.
     *
     * @param exit true to exit
     * @return this
     */
    public ClusterBuilder exitWhenAllGaveUp(boolean exit) {
        this.exitWhenAllGaveUp = Optional.of(exit);
        return this;
    }

    /**
     * Adds a listener for events that is there before the first event, unlike one added by {@link Cluster#on}. Calls
     * add up.
     *
     * @param type the type of the events; {@code ClusterEvent.class} for all
     * @param listener runs on the events thread
     * @param <E> the type of the events
     * @return this
     */
    public <E extends ClusterEvent> ClusterBuilder on(Class<E> type, Consumer<? super E> listener) {
        listeners.add(new ClusterConfig.InitialListener<>(Objects.requireNonNull(type, "type"),
                Objects.requireNonNull(listener, "listener")));
        return this;
    }

    /**
     * Adds a listener for the workers' messages, see {@link Cluster#onMessage}. Calls add up.
     *
     * @param listener runs on the events thread
     * @return this
     */
    public ClusterBuilder onMessage(BiConsumer<Worker, Message> listener) {
        messageListeners.add(Objects.requireNonNull(listener, "listener"));
        return this;
    }

    /**
     * Sets the maximum size of a message, in bytes of its JSON text or its {@code byte[]}. A larger message is refused
     * by {@code send}. Default: 16 MiB.
     *
     * @param bytes 1 to 1 GiB
     * @return this
     * @throws IllegalArgumentException if the size is not within that range
     */
    public ClusterBuilder maxMessageSize(int bytes) {
        require(bytes >= 1 && bytes <= MAX_MESSAGE_SIZE,
                "maxMessageSize " + bytes + " is not within 1 to " + MAX_MESSAGE_SIZE);
        this.maxMessageSize = bytes;
        return this;
    }

    /**
     * Sets whether worker JVMs share the data of their classes, which shortens the start of every worker but the first
     * and saves memory. Some seconds after the first start of a program, a process of low priority makes an archive of
     * its classes; workers use it from then on, also in later runs, for as long as JVM, flags and jars stay the same.
     * Workers that cannot share class data start as without, in particular with a directory on the class path, an
     * agent, flags of their own about such archives, ZGC, or a Spring Boot jar that is not extracted. Default:
     * on.
     *
     * <p>The archives are in the folder {@code musher} of {@code XDG_CACHE_HOME} or of {@code ~/.cache}, or in the one
     * that the environment variable {@code MUSHER_CACHE} names, at most 512 MiB. Nothing is shared when the folder
     * cannot be written, or others than this user can write to it. {@code MUSHER_CACHE=off} switches sharing off,
     * whatever is set here.
     *
     * @param on whether to share
     * @return this
     */
    public ClusterBuilder classDataCache(boolean on) {
        this.classDataCache = Optional.of(on);
        return this;
    }

    /**
     * Lets worker JVMs share the data of their classes, as {@link #classDataCache(boolean)} does.
     *
     * @param folder where the archives are kept; created with access for this user only if there is none
     * @return this
     */
    public ClusterBuilder classDataCache(Path folder) {
        this.classDataFolder = Optional.of(Objects.requireNonNull(folder, "classDataCache"));
        return classDataCache(true);
    }

    /**
     * Checks the options together and returns them as a configuration; starts nothing.
     *
     * @return the configuration
     * @throws IllegalStateException if options do not go together; the message names them
     */
    public ClusterConfig build() {
        return new ClusterConfig(this);
    }

    /**
     * Starts the cluster and waits until every worker is ready. An interrupt of the calling thread stops the cluster.
     *
     * @return the running cluster
     * @throws StartupException if a worker does not become ready, a port is taken, another resource is missing, or the
     *     thread is interrupted; everything that was started has been stopped by then
     * @throws IllegalStateException if options do not go together, if a cluster of the same name is running in this
     *     JVM, or in a worker or below a command worker, see {@link Cluster#isWorker}
     * @throws IllegalArgumentException if the launch is not possible, for example with a main class that cannot be
     *     found
     */
    public Cluster start() {
        return Cluster.start(build());
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
