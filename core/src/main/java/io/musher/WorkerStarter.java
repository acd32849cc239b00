package io.musher;

import io.musher.balancer.loop.EventLoop;
import io.musher.internal.ipc.ChannelServer;
import io.musher.internal.process.Spawner;
import io.musher.internal.process.launch.JvmShare;
import io.musher.internal.process.launch.LaunchPlan;
import io.musher.internal.process.launch.SpawnRequest;
import io.musher.internal.process.os.Loopback;
import io.musher.internal.supervisor.Incarnation;
import io.musher.internal.supervisor.Limit;
import io.musher.internal.supervisor.ProcessEvents;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/** Starts worker processes: allocates the port, builds the environment, and hands over to the spawner. */
final class WorkerStarter {

    /** The variable that sets the address of a Spring Boot server, as {@code SERVER_PORT} sets its port. */
    private static final String SERVER_ADDRESS = "SERVER_ADDRESS";

    private final ClusterConfig config;
    private final EventLoop control;
    private final Spawner spawner;
    private final ChannelServer channels;
    private final Optional<CommonPort> commonPort;
    private final WorkerSession.Factory sessions;
    private final JvmShareCalculator jvmShares;
    private final Capacity capacity;

    WorkerStarter(ClusterConfig config, ClusterResources resources, WorkerSession.Factory sessions,
            Capacity capacity) {
        this.config = config;
        this.control = resources.control();
        this.spawner = resources.spawner();
        this.channels = resources.channels();
        this.commonPort = resources.commonPort();
        this.sessions = sessions;
        this.jvmShares = new JvmShareCalculator(config.name(), resources.balancer().isPresent());
        this.capacity = capacity;
    }

    /** {@return the present limit of the number of instances} */
    Limit limit(LaunchPlan.Kind kind) {
        return capacity.limit(kind);
    }

    /** Starts a process; the session reports to {@code events} when it runs or could not be started. */
    WorkerSession start(Incarnation incarnation, ProcessEvents events, int instances, LaunchGeneration generation) {
        WorkerSession session = sessions.create(incarnation, events, generation.plan());
        SpawnRequest request;
        try {
            request = request(session, instances, generation);
        } catch (IOException | RuntimeException | Error e) { // the slot must not wait for this worker for ever
            control.execute(() -> session.spawnFailed(e));
            return session;
        }
        spawner.spawn(request).whenComplete((process, failure) -> control.execute(() -> {
            if (failure == null) {
                session.spawned(process);
            } else {
                Throwable cause = failure instanceof CompletionException ? failure.getCause() : null;
                session.spawnFailed(cause != null ? cause : failure);
            }
        }));
        return session;
    }

    private SpawnRequest request(WorkerSession session, int instances, LaunchGeneration generation)
            throws IOException {
        Incarnation incarnation = session.incarnation();
        Map<String, String> variables = generation.environment(incarnation.environment());
        if (!generation.plan().launch().options().env().containsKey(SERVER_ADDRESS)) {
            serverAddress().ifPresent(host -> variables.putIfAbsent(SERVER_ADDRESS, host));
        }
        return new SpawnRequest(generation.plan(), incarnation.instance(), incarnation.id(), session.worker().name(),
                session.port().lease(), channels.socketAddress(), session.channelToken(), config.maxMessageSize(),
                variables, share(instances, generation), sharing(session));
    }

    /** {@return the address for a worker's server: clients must not be able to connect around the balancer} */
    private Optional<String> serverAddress() {
        return commonPort.flatMap(port -> port.isShared() ? config.host() : Optional.of(Loopback.host()));
    }

    /** {@return how a worker listens if there is a common port} */
    private Optional<SpawnRequest.Sharing> sharing(WorkerSession session) {
        return commonPort.map(port -> new SpawnRequest.Sharing(
                port.isShared() ? port.address().getAddress() : Loopback.ADDRESS, session.port().bindRule()));
    }

    private JvmShare share(int instances, LaunchGeneration generation) {
        return generation.plan().kind() == LaunchPlan.Kind.JVM ? jvmShares.shareAmong(instances, generation)
                : JvmShare.none();
    }
}
