package io.musher.internal.supervisor;

import io.musher.ReloadPolicy;
import io.musher.RestartPolicy;
import io.musher.StopPolicy;
import java.time.Duration;

/**
 * The part of a cluster's configuration the supervisor goes by.
 *
 * @param ports what ports mean for replacing a worker
 * @param readinessRule what makes a worker ready
 * @param startTimeout from a worker's fork to its being ready
 * @param bootLimit how many may be between spawn and ready at once, at least 1
 * @param restart who is replaced and how soon
 * @param stop how much time a worker gets to end
 * @param reload how a rollout proceeds
 * @param hasReadinessCheck whether a worker gets traffic only while it passes its checks, told by {@link ProcessEvents#readinessPassed}
 */
public record SupervisorConfig(PortMode ports, ReadinessRule readinessRule, Duration startTimeout, int bootLimit, RestartPolicy restart,
        StopPolicy stop, ReloadPolicy reload, boolean hasReadinessCheck) { }
