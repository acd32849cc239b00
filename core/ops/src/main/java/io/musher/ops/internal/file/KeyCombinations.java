package io.musher.ops.internal.file;

import io.musher.HealthCheck;
import io.musher.Scheduling;
import io.musher.balancer.Strategy;
import java.util.List;

/** Reports the keys of an entry that have no effect, or a bad one, beside others of it. */
final class KeyCombinations {

    private final ObjectReader from;
    private final ProcessSpec.Port port;
    private final boolean explicit;

    /**
     * Creates checks of an entry of which each key has been read.
     *
     * @param explicit whether a worker is ready when it says so, so that it has a channel to its primary
     */
    KeyCombinations(ObjectReader from, ProcessSpec.Port port, boolean explicit) {
        this.from = from;
        this.port = port;
        this.explicit = explicit;
    }

    void check(ProcessSpec.Stop stop, ProcessSpec.Reload reload, ProcessSpec.Restart restart,
            List<HealthCheck> health) {
        if (port.inherited() && !stop.before().isZero()) {
            from.problem(from.has("terminateGracePeriod") ? "terminateGracePeriod" : "cluster",
                    "\"commonPort\": \"" + ProcessReader.INHERIT + "\" goes with a terminateGracePeriod of 0: the"
                            + " process stops accepting at once, because another primary serves the inherited socket");
        }
        boolean awaited = port.isShared() || port.start().isPresent() || explicit
                || health.stream().anyMatch(check -> check.role() == HealthCheck.Role.READINESS);
        if (!awaited) {
            from.ignore("startTimeout", "a worker without a port is ready when it has run for a second");
        }
        if (from.has("cmd")) {
            command();
        }
        if (from.has("cron")) {
            job(restart);
        } else {
            from.ignore("overrun", "is for jobs, which have \"cron\"");
            if (reload.overlap().isPresent()) {
                overlap();
            }
        }
    }

    private void command() {
        if (port.redirects().isPresent()) {
            from.object("cluster").ifPresent(cluster -> cluster.problem("redirectCommonPort",
                    "is for a \"jar\", whose JVM can be made to bind another port; a command listens on $PORT"));
        }
        boolean relayed = port.isShared() && port.scheduling() != Scheduling.KERNEL;
        if (!relayed && !explicit) {
            from.ignore("drain", "no connection goes through the primary, and a command has nothing else to drain: it"
                    + " has terminateTimeout from SIGTERM on");
        }
    }

    private void job(ProcessSpec.Restart restart) {
        if (from.has("cluster")) {
            from.problem("cluster", "a job, which has \"cron\", runs in one process: remove \"cluster\" or \"cron\"");
        }
        for (String key : List.of("reload", "readiness", "warmUp")) {
            if (from.has(key)) {
                from.problem(key, "is for what is kept running, and a job, which has \"cron\", is not");
            }
        }
        from.refuse("maxMemory", "replaces a worker, and a job, which has \"cron\", would run twice: limit it by"
                + " \"jvmArgs\": [\"-Xmx…\"], or ulimit -v in \"cmd\"");
        if (!restart.when().equals("never")) {
            from.problem("restart", "a job, which has \"cron\", runs at its times and is never restarted");
        }
        from.ignore("watch", "each run of a job sees what has changed before it");
    }

    /** A fresh worker serves beside its predecessor only where new connections are shared out between both. */
    private void overlap() {
        from.object("reload").ifPresent(reload -> {
            if (!port.isShared()) {
                reload.problem("overlap", "has no effect without \"commonPort\" in \"cluster\"");
            } else if (port.strategy().map(Strategy::of).filter(Strategy::isSticky).isPresent()) {
                reload.problem("overlap", "has no effect with the strategy \"" + port.strategy().orElseThrow()
                        + "\", which keeps clients with their worker");
            }
        });
    }
}
