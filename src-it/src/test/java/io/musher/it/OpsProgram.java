package io.musher.it;

import io.musher.Cluster;
import io.musher.Launch;
import io.musher.Output;
import io.musher.ops.Ops;
import io.musher.ops.OpsBuilder;

/** Starts a cluster of two sleeping commands, lets commands control it, and ends when it has stopped. */
final class OpsProgram {

    private OpsProgram() {}

    public static void main(String[] args) throws Exception {
        OpsBuilder ops = Ops.builder().name("shop");
        Cluster cluster = Cluster.builder().name("web").instances(2)
                .launch(Launch.command("sh", "-c", "echo sleeps; exec sleep 600"))
                .output(Output.tee(Output.discard(), ops.output())).start();
        try (Ops control = ops.attach(cluster)) {
            System.out.println("controlled at " + control.socket());
            cluster.awaitStop();
        }
        System.out.println("ends");
    }
}
