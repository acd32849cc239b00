package io.musher.ops.internal.run;

import io.musher.ops.internal.file.ProcessSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * What differs between two specs of a process.
 *
 * @param deploys whether new workers differ from the present ones
 * @param scales whether the number of workers differs
 * @param needRestart the keys that a running process cannot take over
 */
record SpecChange(boolean deploys, boolean scales, List<String> needRestart) {

    static SpecChange between(ProcessSpec old, ProcessSpec next) {
        List<String> keys = new ArrayList<>();
        if (old.isJob() != next.isJob()) {
            keys.add("cron");
        }
        ProcessSpec.Port port = old.port();
        ProcessSpec.Port other = next.port();
        addIf(port.inherited() != other.inherited() || !port.common().equals(other.common()), "cluster.commonPort",
                keys);
        addIf(!port.host().equals(other.host()), "cluster.host", keys);
        addIf(!port.start().equals(other.start()), "cluster.startPort", keys);
        addIf(!port.strategy().equals(other.strategy()), "cluster.strategy", keys);
        addIf(!port.scheduling().equals(other.scheduling()), "cluster.scheduling", keys);
        addIf(!port.redirects().equals(other.redirects()), "cluster.redirectCommonPort", keys);
        addIf(!old.restart().equals(next.restart()), "restart, restartDelayMs, restartLimit or min_uptime", keys);
        addIf(!old.stop().equals(next.stop()), "terminateGracePeriod, drain or terminateTimeout", keys);
        addIf(!old.startTimeout().equals(next.startTimeout()), "startTimeout", keys);
        addIf(old.explicitReadiness() != next.explicitReadiness(), "readiness", keys);
        addIf(!old.health().equals(next.health()), "health", keys);
        addIf(!old.warmUp().equals(next.warmUp()), "warmUp", keys);
        addIf(!old.maxMemory().equals(next.maxMemory()), "maxMemory", keys);
        addIf(!old.reload().equals(next.reload()), "reload", keys);
        addIf(!next.isJob() && !old.timeout().equals(next.timeout()), "timeout", keys);
        boolean deploys = !old.program().equals(next.program()) || !old.directory().equals(next.directory())
                || !ClusterFactory.environment(old).equals(ClusterFactory.environment(next));
        return new SpecChange(deploys, old.instances() != next.instances(), keys);
    }

    private static void addIf(boolean differs, String key, List<String> keys) {
        if (differs) {
            keys.add(key);
        }
    }
}
