package io.musher.internal.process;

import io.musher.Launch;
import io.musher.Output;
import java.util.Map;
import java.util.Optional;

/** Sends SIGHUP to a worker and prints how that ended. */
public final class HangupPrimary {

    private HangupPrimary() {}

    /** @param args none */
    public static void main(String[] args) throws Exception {
        try (SpawnerFixture fixture = new SpawnerFixture(Output.discard())) {
            WorkerProcess worker = fixture.start(Launch.command("sh", "-c", "echo up; sleep 20; exit 7"),
                    Optional.empty(), Map.of());
            SpawnerFixture.printed(worker, "up");
            worker.signal("HUP");
            System.out.println("ended " + SpawnerFixture.end(worker));
        }
    }
}
