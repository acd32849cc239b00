package io.musher.internal.process;

import io.musher.Launch;
import io.musher.Output;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.List;

/** A primary whose workers are commands, one per argument, each a script for {@code sh}. */
public final class CommandPrimary {

    private CommandPrimary() {}

    /** @param args tenths of a second of grace, then the scripts */
    public static void main(String[] args) throws Exception {
        SpawnerFixture fixture = new SpawnerFixture(Output.discard(), Integer.parseInt(args[0]));
        StringBuilder sessions = new StringBuilder("sessions");
        for (String script : List.of(args).subList(1, args.length)) {
            WorkerProcess worker = fixture.start(Launch.command("sh", "-c", script));
            SpawnerFixture.printed(worker, "up");
            sessions.append(' ').append(worker.pid());
        }
        System.out.println(sessions);
        System.out.println("reaper " + ProcessHandle.current().children()
                .filter(child -> child.info().commandLine().orElse("").contains("musher-orphan-reaper")).findFirst()
                .orElseThrow().pid());
        System.out.println("channel " + fixture.channel.getPort());
        String line = new BufferedReader(new InputStreamReader(System.in)).readLine();
        if ("crash".equals(line)) {
            Runtime.getRuntime().halt(9);
        }
        if ("exit".equals(line)) {
            System.exit(0);
        }
        fixture.close();
        System.out.println("closed");
    }
}
