package io.musher.internal.process;

import io.musher.Launch;
import io.musher.Output;
import io.musher.internal.process.launch.JvmShare;
import io.musher.internal.process.launch.LaunchPlan;
import io.musher.internal.process.launch.SpawnRequest;
import io.musher.internal.worker.ClassPreloader;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;

/** A primary that is told to go on after its jar has been cut off: it restarts a worker and stops it. */
final class PreloadPrimary {

    private PreloadPrimary() {}

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        Spawner spawner = new Spawner("preload", Output.discard());
        if (args.length == 0) {
            System.out.println("loaded " + spawner.preload().join());
            ClassPreloader.loadAll(SpawnerFixture.class);
        } else {
            System.out.println("loaded nothing");
        }
        in.readLine();
        Preloaded.go(spawner);
        System.out.println("done");
    }

    /** Apart, so that it is first used when the jar is cut off. */
    private static final class Preloaded {
        static void go(Spawner spawner) throws Exception {
            InetSocketAddress channel = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
            for (int i = 1; i <= 2; i++) {
                WorkerProcess worker = spawner.spawn(
                        new SpawnRequest(LaunchPlan.of(Launch.command("sh", "-c", "sleep 1000 & wait")), 0, i, "w",
                                Optional.empty(), channel, "t", 1 << 20, Map.of(), JvmShare.none()))
                        .join();
                worker.terminate();
                worker.kill();
                System.out.println(worker.onExit().join());
            }
            spawner.close();
        }
    }
}
