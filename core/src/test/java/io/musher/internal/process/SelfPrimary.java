package io.musher.internal.process;

import io.musher.Launch;
import io.musher.Output;
import io.musher.internal.process.launch.JvmShare;
import io.musher.internal.process.launch.LaunchPlan;
import io.musher.internal.process.launch.SpawnRequest;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One main, two roles, without any channel: the worker tells how it was started, the primary prints that. */
public final class SelfPrimary {

    private SelfPrimary() {}

    /** @param args told by the worker */
    public static void main(String[] args) throws Exception {
        if (System.getProperty("musher.worker") != null) {
            System.out.println(
                    "worker " + System.getProperty("musher.worker") + " of " + System.getenv("MUSHER_WORKER_ID"));
            System.out.println("args " + Arrays.toString(args));
            System.out.println("flags " + ManagementFactory.getRuntimeMXBean().getInputArguments());
            System.out.println("heap " + (Runtime.getRuntime().maxMemory() >> 20));
            System.out.println("processors " + Runtime.getRuntime().availableProcessors());
            System.out.println(
                    "options " + System.getenv("JAVA_TOOL_OPTIONS") + " " + System.getenv("JDK_JAVA_OPTIONS") + " "
                            + System.getenv("_JAVA_OPTIONS"));
            System.out.println("shown " + Files.readString(Path.of("/proc/self/cmdline")).replace('\0', ' '));
            System.out.println("input " + System.in.read());
            return;
        }
        try (Spawner spawner = new Spawner("self", Output.inherit())) {
            SpawnRequest request = new SpawnRequest(LaunchPlan.of(launch()), 0, 1, "self-1", Optional.empty(),
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), "secret", 1 << 20, Map.of(),
                    JvmShare.of(4, true));
            WorkerProcess worker = spawner.spawn(request).get(20, TimeUnit.SECONDS);
            System.out.println("ended " + worker.onExit().get(30, TimeUnit.SECONDS));
        } catch (IllegalStateException e) {
            System.out.println("refused " + e.getMessage());
        }
    }

    /** As a program's own code may say it. */
    private static Launch launch() {
        String flag = System.getenv("SELF_FLAG");
        return flag == null ? Launch.self() : Launch.self().jvmArgs(flag);
    }
}
