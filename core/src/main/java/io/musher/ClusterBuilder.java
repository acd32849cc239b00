package io.musher;

import io.musher.balancer.BalancerBuilder;
import io.musher.balancer.ProxyProtocol;
import io.musher.balancer.Strategy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Collects the options of a {@link Cluster}; not thread safe, reusable.
 *
 * <p>A bad value is refused at once: null is a {@link NullPointerException}, anything else an {@link IllegalArgumentException} that
 * names option and value; a bad combination is an {@link IllegalStateException} from {@link #build()}. No number is corrected silently.
 */
public final class ClusterBuilder {

    private static final int MAX_PORT = 65535;
    private static final int MAX_FRAME = 1 << 30;

    String name = "cluster";
    int instances = Runtime.getRuntime().availableProcessors();
    OptionalInt commonPort = OptionalInt.empty();
    String host;
    OptionalInt startPort = OptionalInt.empty();
    Strategy strategy;
    ProxyProtocol proxyProtocol;
    final List<Consumer<? super BalancerBuilder>> balancerOptions = new ArrayList<>();
    Supplier<Map<String, String>> env = Map::of;
    Output output = Output.inherit();
    RestartPolicy restartPolicy = RestartPolicy.always();
    StopPolicy stopPolicy = StopPolicy.ofDefaults();
    Readiness readiness = Readiness.auto();
    ReloadPolicy reloadPolicy = ReloadPolicy.ofDefaults();
    boolean reloadOnHangup;
    List<HealthCheck> healthChecks = List.of();
    RecyclePolicy recyclePolicy = RecyclePolicy.never();
    Duration startTimeout = Duration.ofSeconds(60);
    boolean shutdownHook = true;
    boolean keepAlive = true;
    boolean exitWhenAllGaveUp = true;
    int maxFrame = 16 << 20;
    final List<ClusterConfig.Listening<?>> listeners = new ArrayList<>();
    final List<BiConsumer<Worker, Message>> messageListeners = new ArrayList<>();
    Launch.Options common = Launch.Options.NONE;
    private Launch launch = Launch.self();

    ClusterBuilder() { }

    /**
     * The cluster's name; workers are called {@code <name>-1} and so on. Default {@code cluster}. No two clusters of one name run in a JVM
     * at the same time.
     *
     * @param name not blank
     * @return this
     */
    public ClusterBuilder name(String name) {
        Objects.requireNonNull(name, "name");
        require(!name.isBlank(), "name is blank");
        this.name = name;
        return this;
    }

    /**
     * How many workers; default: the processors available to this JVM. More than the machine can hold (see {@link Cluster#scale}) are refused
     * by {@link #start}.
     *
     * @param instances at least 0; 0 = scaled to zero
     * @return this
     */
    public ClusterBuilder instances(int instances) {
        require(instances >= 0, "instances " + instances + " is negative");
        this.instances = instances;
        return this;
    }

    /**
     * The port clients connect to, balanced over the workers; default: none, no balancer. Workers then find {@code SERVER_ADDRESS} in their
     * environment, the loopback address, so that a Spring Boot server is not reached without the balancer; {@code env} may say otherwise.
     *
     * @param port 0 (any free one, see {@link Cluster#commonPort}) to 65535
     * @return this
     */
    public ClusterBuilder commonPort(int port) {
        require(port >= 0 && port <= MAX_PORT, "commonPort " + port + " is not within 0 to " + MAX_PORT);
        this.commonPort = OptionalInt.of(port);
        return this;
    }

    /**
     * The host name or address the common port is on; default: all interfaces.
     *
     * @param host a name or literal
     * @return this
     */
    public ClusterBuilder host(String host) {
        Objects.requireNonNull(host, "host");
        require(!host.isBlank(), "host is blank; leave it out for all interfaces");
        this.host = host;
        return this;
    }

    /**
     * The port of instance 0; instance <i>n</i> gets {@code port + n}. Default: free ports when there is a common port, else none.
     *
     * @param port 1 to 65535
     * @return this
     */
    public ClusterBuilder startPort(int port) {
        require(port >= 1 && port <= MAX_PORT, "startPort " + port + " is not within 1 to " + MAX_PORT);
        this.startPort = OptionalInt.of(port);
        return this;
    }

    /**
     * Who gets the next connection; default round robin. Needs a common port.
     *
     * @param strategy a built-in one or your own
     * @return this
     */
    public ClusterBuilder strategy(Strategy strategy) {
        this.strategy = Objects.requireNonNull(strategy, "strategy");
        return this;
    }

    /**
     * Sends each worker a PROXY protocol header that tells who the client is; default none. Needs a common port.
     *
     * @param version of the header
     * @return this
     */
    public ClusterBuilder proxyProtocol(ProxyProtocol version) {
        this.proxyProtocol = Objects.requireNonNull(version, "proxyProtocol");
        return this;
    }

    /**
     * Further options of the balancer; port, host, name and targets are the cluster's. Needs a common port.
     *
     * @param options applied when the cluster starts, several in the order of the calls
     * @return this
     */
    public ClusterBuilder balancer(Consumer<? super BalancerBuilder> options) {
        balancerOptions.add(Objects.requireNonNull(options, "balancer"));
        return this;
    }

    /**
     * Workers run this class instead of this program; the last of {@code main}, {@code jar}, {@code command}, {@code launch} wins.
     *
     * @param main with a main method
     * @return this
     */
    public ClusterBuilder main(Class<?> main) {
        return launch(Launch.main(main));
    }

    /**
     * Workers run this class instead of this program.
     *
     * @param main the name of a class with a main method
     * @return this
     */
    public ClusterBuilder main(String main) {
        return launch(Launch.main(main));
    }

    /**
     * Workers run this jar.
     *
     * @param jar an executable jar
     * @return this
     */
    public ClusterBuilder jar(Path jar) {
        return launch(Launch.jar(jar));
    }

    /**
     * Workers run this command; never expanded by a shell.
     *
     * @param words the program and its arguments
     * @return this
     */
    public ClusterBuilder command(String... words) {
        return launch(Launch.command(words));
    }

    /**
     * Workers run this command; never expanded by a shell.
     *
     * @param words the program and its arguments
     * @return this
     */
    public ClusterBuilder command(List<String> words) {
        return launch(Launch.command(words));
    }

    /**
     * What workers run; default {@link Launch#self()}, this JVM's command line again.
     *
     * @param launch what
     * @return this
     */
    public ClusterBuilder launch(Launch launch) {
        this.launch = Objects.requireNonNull(launch, "launch");
        return this;
    }

    /**
     * The program's arguments, for every launch that has none of its own, {@link Cluster#deploy} included; default: this program's for
     * {@link Launch#self()}, else none. Appended to the words of a command.
     *
     * @param args with placeholders {@code %i} (instance), {@code %w} (worker id), {@code %p} (pid, where known)
     * @return this
     */
    public ClusterBuilder args(String... args) {
        return args(LaunchChecks.list("args", args));
    }

    /**
     * The program's arguments.
     *
     * @param args as {@link #args(String...)}
     * @return this
     */
    public ClusterBuilder args(List<String> args) {
        common = common.withArgs(LaunchChecks.words("args", args));
        return this;
    }

    /**
     * Flags for the workers' JVMs, after those inherited from this one and before those of the launch: the last one counts. They
     * hold for every launch, {@link Cluster#deploy} included; not with a command. Default: none; the last call wins.
     *
     * <p>Not inherited in any case: debuggers ({@code -agentlib:jdwp}, {@code -Xrunjdwp}), {@code -Dcom.sun.management.*}, and archives
     * that are written at exit; names of log, dump and recording files get the worker's id. See {@link #removeJvmArgs} for more.
     *
     * @param flags with placeholders as in {@link #args(String...)}
     * @return this
     */
    public ClusterBuilder jvmArgs(String... flags) {
        return jvmArgs(LaunchChecks.list("jvmArgs", flags));
    }

    /**
     * Flags for the workers' JVMs.
     *
     * @param flags as {@link #jvmArgs(String...)}
     * @return this
     */
    public ClusterBuilder jvmArgs(List<String> flags) {
        common = common.withoutJvmArgs().withJvmArgs(LaunchChecks.words("jvmArgs", flags));
        return this;
    }

    /**
     * Flags of this JVM that workers do not inherit, wherever this JVM has them from. Needed for what only one process can have, above all
     * agents that listen on a port of their own: {@code removeJvmArgs("-javaagent:/opt/jmx_exporter.jar")}. Other examples:
     * {@code -agentpath:}, {@code -Djavax.net.ssl.keyStorePassword=}. Flags of {@link #jvmArgs} are not removed, so that each worker can get
     * the same agent with a port of its own: {@code jvmArgs("-javaagent:/opt/jmx_exporter.jar=941%i:/etc/jmx.yml")}. For a command the
     * flags are removed from {@code JAVA_TOOL_OPTIONS}, {@code JDK_JAVA_OPTIONS} and {@code _JAVA_OPTIONS}. Holds for every launch,
     * {@link Cluster#deploy} included. Default: none besides those named at {@link #jvmArgs(String...)}; calls add up.
     *
     * @param prefixes what such flags begin with
     * @return this
     * @throws IllegalArgumentException if one does not begin with a hyphen
     */
    public ClusterBuilder removeJvmArgs(String... prefixes) {
        common = common.withRemovedJvmArgs(LaunchChecks.list("removeJvmArgs", prefixes));
        return this;
    }

    /**
     * Environment variables for all workers, over those of this process and below those of the launch and of
     * {@link Cluster#fork(Map)}; {@link Cluster#deploy} included. Default: none; the last call of {@code env} wins.
     *
     * @param variables with placeholders in their values
     * @return this
     */
    public ClusterBuilder env(Map<String, String> variables) {
        Map<String, String> copy = LaunchChecks.environment(variables);
        return env(() -> copy);
    }

    /**
     * Environment variables for all workers, as {@link #env(Map)}, asked for when the cluster starts and at each reload and deploy.
     *
     * @param variables gives them
     * @return this
     */
    public ClusterBuilder env(Supplier<Map<String, String>> variables) {
        this.env = Objects.requireNonNull(variables, "env");
        return this;
    }

    /**
     * The working directory of every launch that has none of its own; default: this process's.
     *
     * @param directory an existing one
     * @return this
     */
    public ClusterBuilder directory(Path directory) {
        common = common.withDirectory(directory);
        return this;
    }

    /**
     * Where the workers' output goes; default {@link Output#inherit()}.
     *
     * @param output where
     * @return this
     */
    public ClusterBuilder output(Output output) {
        this.output = Objects.requireNonNull(output, "output");
        return this;
    }

    /**
     * Who is replaced, and how soon; default {@link RestartPolicy#always()}.
     *
     * @param policy the policy
     * @return this
     */
    public ClusterBuilder restartPolicy(RestartPolicy policy) {
        this.restartPolicy = Objects.requireNonNull(policy, "restartPolicy");
        return this;
    }

    /**
     * How much time a worker gets to end; default 20 s to drain and 5 s to stop.
     *
     * @param policy the policy
     * @return this
     */
    public ClusterBuilder stopPolicy(StopPolicy policy) {
        this.stopPolicy = Objects.requireNonNull(policy, "stopPolicy");
        return this;
    }

    /**
     * What makes a worker ready; default {@link Readiness#auto()}.
     *
     * @param readiness what
     * @return this
     */
    public ClusterBuilder readiness(Readiness readiness) {
        this.readiness = Objects.requireNonNull(readiness, "readiness");
        return this;
    }

    /**
     * How {@link Cluster#reload} and {@link Cluster#deploy} replace the workers; default: one at a time, no soak time, the old ones
     * stay when a replacement fails.
     *
     * @param policy of rollouts
     * @return this
     */
    public ClusterBuilder reloadPolicy(ReloadPolicy policy) {
        this.reloadPolicy = Objects.requireNonNull(policy, "reloadPolicy");
        return this;
    }

    /**
     * Whether SIGHUP to the primary is a {@link Cluster#reload}; default false. Where there is no such signal it changes nothing.
     *
     * @param reload true to listen to it
     * @return this
     */
    public ClusterBuilder reloadOnHangup(boolean reload) {
        this.reloadOnHangup = reload;
        return this;
    }

    /**
     * Adds health checks to those of earlier calls; default: none, see {@link HealthCheck}. Checks of TCP and HTTP need ports.
     *
     * @param checks one or more, each judged on its own; one that is there already is not checked twice
     * @return this
     * @throws NullPointerException if one is null
     */
    public ClusterBuilder healthCheck(HealthCheck... checks) {
        for (HealthCheck check : Objects.requireNonNull(checks, "healthCheck")) {
            Objects.requireNonNull(check, "healthCheck");
        }
        healthChecks = Stream.concat(healthChecks.stream(), Stream.of(checks)).distinct().toList();
        return this;
    }

    /**
     * When workers that work are replaced all the same; default never.
     *
     * @param policy limits of age, memory and connections
     * @return this
     */
    public ClusterBuilder recyclePolicy(RecyclePolicy policy) {
        this.recyclePolicy = Objects.requireNonNull(policy, "recyclePolicy");
        return this;
    }

    /**
     * How long a worker may take from its own fork to being ready; default 60 s. Longer is a failure.
     *
     * @param timeout positive
     * @return this
     */
    public ClusterBuilder startTimeout(Duration timeout) {
        Objects.requireNonNull(timeout, "startTimeout");
        require(!timeout.isNegative() && !timeout.isZero(), "startTimeout " + timeout + " is not positive");
        require(timeout.compareTo(Duration.ofDays(365)) <= 0, "startTimeout " + timeout + " is more than a year");
        this.startTimeout = timeout;
        return this;
    }

    /**
     * Whether the end of this JVM ({@link System#exit}, the last thread) stops the cluster in good order; default true. SIGTERM and
     * Ctrl-C do in any case, before the handlers that were there; a second one kills all workers.
     *
     * @param install whether they do
     * @return this
     */
    public ClusterBuilder shutdownHook(boolean install) {
        this.shutdownHook = install;
        return this;
    }

    /**
     * Whether the cluster keeps this JVM alive until it has stopped; default true. False for hosts that live by themselves.
     *
     * <p>Should the cluster's control thread fail (a JVM that is out of memory), all workers are killed, all futures fail, and
     * {@link Cluster#awaitStop} returns. A JVM that lives for its cluster then exits with status 1; with {@code keepAlive(false)} it lives on.
     *
     * @param keep whether it does
     * @return this
     */
    public ClusterBuilder keepAlive(boolean keep) {
        this.keepAlive = keep;
        return this;
    }

    /**
     * Whether the cluster stops and this JVM exits with status 1 when every wanted instance has given up (see {@link RestartPolicy}), so that
     * a service manager above notices; default true. It means a JVM that lives for its cluster: with {@code keepAlive(false)} the cluster
     * only logs an error and tells {@link ClusterEvent.GaveUp}, and its clients wait until {@code restart()}, {@code scale()} or {@code
     * deploy()} starts workers again.
     *
     * @param exit whether it does
     * @return this
     */
    public ClusterBuilder exitWhenAllGaveUp(boolean exit) {
        this.exitWhenAllGaveUp = exit;
        return this;
    }

    /**
     * Listens from the first event on; see {@link Cluster#on}.
     *
     * @param type of the events; {@code ClusterEvent.class} for all
     * @param listener runs on the events thread
     * @param <E> the type
     * @return this
     */
    public <E extends ClusterEvent> ClusterBuilder on(Class<E> type, Consumer<? super E> listener) {
        listeners.add(new ClusterConfig.Listening<>(Objects.requireNonNull(type, "type"), Objects.requireNonNull(listener, "listener")));
        return this;
    }

    /**
     * Listens to the workers' messages from the first on; see {@link Cluster#onMessage}.
     *
     * @param listener runs on the events thread
     * @return this
     */
    public ClusterBuilder onMessage(BiConsumer<Worker, Message> listener) {
        messageListeners.add(Objects.requireNonNull(listener, "listener"));
        return this;
    }

    /**
     * The largest message, in bytes: of JSON text, or of a {@code byte[]}. A larger one is refused where it is sent. Default: 16 MiB.
     *
     * @param bytes from 1 to 1 GiB
     * @return this
     * @throws IllegalArgumentException if it is not
     */
    public ClusterBuilder maxFrame(int bytes) {
        require(bytes >= 1 && bytes <= MAX_FRAME, "maxFrame " + bytes + " is not within 1 to " + MAX_FRAME);
        this.maxFrame = bytes;
        return this;
    }

    /**
     * Checks the whole, without starting anything.
     *
     * @return the configuration
     * @throws IllegalStateException if options do not go together; the message names them
     */
    public ClusterConfig build() {
        if (commonPort.isEmpty()) {
            refuse(strategy != null, "strategy needs a commonPort: without one there is no balancer");
            refuse(proxyProtocol != null, "proxyProtocol needs a commonPort: without one there is no balancer");
            refuse(!balancerOptions.isEmpty(), "balancer options need a commonPort: without one there is no balancer");
            refuse(host != null, "host needs a commonPort: it is where that listens");
        }
        boolean ports = commonPort.isPresent() || startPort.isPresent();
        for (HealthCheck check : healthChecks) {
            refuse(!ports && check.kind() != HealthCheck.Kind.HEARTBEAT,
                    "healthCheck (" + check + ") needs a port: set commonPort or startPort, or check a heartbeat");
        }
        refuse(!ports && readiness == Readiness.portOpen(), "readiness portOpen needs a port: set commonPort or startPort");
        refuse(commonPort.isEmpty() && recyclePolicy.maxConnections() > 0,
                "recyclePolicy maxConnections needs a commonPort: without one there is no balancer that counts");
        if (startPort.isPresent()) {
            int first = startPort.getAsInt();
            long last = (long) first + Math.max(1, instances) - 1;
            refuse(last > MAX_PORT, "startPort " + first + " with " + instances + " instances goes past port " + MAX_PORT);
            int common = commonPort.orElse(0);
            refuse(common >= first && common <= last, "commonPort " + common + " is inside the workers' ports " + first + " to " + last);
        }
        refuse(!common.jvmArgs().isEmpty() && launch instanceof Launch.Command, "jvmArgs with a command: a command is no JVM to us");
        return new ClusterConfig(this, launch);
    }

    /**
     * Starts the cluster and waits until every worker is ready.
     *
     * @return the running cluster
     * @throws StartupException if a worker does not become ready, or anything else cannot be had; all is undone by then. An
     *     interrupt ends it the same way
     * @throws IllegalStateException if options do not go together, if a cluster of that name runs in this JVM, or inside a worker and below
     *     a command worker: no fork bombs, see {@link Cluster#isWorker}
     * @throws IllegalArgumentException if the launch cannot be, as one of a main class that is not there
     */
    public Cluster start() {
        return Cluster.start(build());
    }

    private static void refuse(boolean condition, String message) {
        if (condition) {
            throw new IllegalStateException(message);
        }
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
