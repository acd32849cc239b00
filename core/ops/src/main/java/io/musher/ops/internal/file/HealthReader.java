package io.musher.ops.internal.file;

import io.musher.HealthCheck;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads one entry of {@code health}: {@code http} with a path, {@code tcp: true} or {@code heartbeat: true}. */
final class HealthReader {

    private final ObjectReader from;
    private final boolean answersHeartbeats;

    /**
     * Creates a reader.
     *
     * @param answersHeartbeats whether the program may have a channel, on which it answers heartbeats
     */
    HealthReader(ObjectReader from, boolean answersHeartbeats) {
        this.from = from;
        this.answersHeartbeats = answersHeartbeats;
    }

    Optional<HealthCheck> read() {
        Optional<HealthCheck> http = from.text("http", HealthCheck::http);
        Optional<HealthCheck> tcp = from.flag("tcp").filter(on -> on).map(on -> HealthCheck.tcp());
        Optional<HealthCheck> heartbeat = from.flag("heartbeat").filter(on -> on).map(on -> HealthCheck.heartbeat());
        Optional<String> role = from.word("role", "readiness", "liveness");
        Optional<Duration> interval = from.seconds("interval", 0);
        Optional<Duration> timeout = from.seconds("timeout", 0);
        OptionalInt rise = from.integer("rise", 1, 1_000);
        OptionalInt fall = from.integer("fall", 1, 1_000);
        from.end();
        long kinds = List.of("http", "tcp", "heartbeat").stream().filter(from::has).count();
        if (kinds != 1) {
            from.problem("expected one of \"http\": a path, \"tcp\": true, \"heartbeat\": true");
            return Optional.empty();
        }
        if (heartbeat.isPresent() && !answersHeartbeats) {
            from.problem("heartbeat", "a command has no channel to answer on, so nothing would be checked: check"
                    + " \"http\" or \"tcp\", or run a \"jar\"; if the command joins the cluster by Musher's protocol,"
                    + " add \"readiness\": \"explicit\", with which it is ready when it says so");
            return Optional.empty();
        }
        Optional<HealthCheck> kind = http.or(() -> tcp).or(() -> heartbeat);
        try {
            return kind.map(check -> {
                HealthCheck built = role.filter("readiness"::equals).isPresent() ? check.asReadiness() : check;
                built = interval.map(built::withInterval).orElse(built);
                built = timeout.map(built::withTimeout).orElse(built);
                built = rise.isPresent() ? built.withRise(rise.getAsInt()) : built;
                return fall.isPresent() ? built.withFall(fall.getAsInt()) : built;
            });
        } catch (IllegalArgumentException | IllegalStateException e) {
            from.problem(Messages.of(e));
            return Optional.empty();
        }
    }
}
