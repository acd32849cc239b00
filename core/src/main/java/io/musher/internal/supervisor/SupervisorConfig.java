package io.musher.internal.supervisor;

import io.musher.ReloadPolicy;
import io.musher.RestartPolicy;
import io.musher.StopPolicy;
import java.time.Duration;

/**
 * The part of the cluster's configuration that the supervisor needs: timeouts and policies.
 *
 * @param cluster the name of the cluster
 * @param ports whether a replacement starts before or after the old process ends
 * @param readinessRule which evidence makes a worker ready
 * @param startTimeout the longest time from a worker's fork until the worker is ready
 * @param bootLimit how many workers may boot (be between spawn and ready) at once, at least 1; twice as many while the
 *     cluster starts
 * @param restart which workers are replaced after an exit, and with what delay
 * @param stop how long a worker may take to drain and to exit
 * @param reload how a rollout proceeds
 * @param hasReadinessCheck whether a worker gets traffic only while its health checks pass, which
 *     {@link ProcessEvents#readinessPassed} reports
 * @param warmsUp whether a worker is warmed up before it is ready, see {@link WorkerHandle#warmUp}
 */
public record SupervisorConfig(String cluster, PortMode ports, ReadinessRule readinessRule, Duration startTimeout,
        int bootLimit, RestartPolicy restart, StopPolicy stop, ReloadPolicy reload, boolean hasReadinessCheck,
        boolean warmsUp) {

    /** {@return the name of the workers of an instance, such as {@code shop-1} for instance 0} */
    String workerName(int instance) {
        return cluster + "-" + (instance + 1);
    }
}
