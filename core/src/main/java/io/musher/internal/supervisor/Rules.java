package io.musher.internal.supervisor;

import io.musher.ReloadPolicy;
import io.musher.RestartPolicy;
import io.musher.StopPolicy;
import java.time.Duration;

/**
 * The part of a cluster's configuration the supervisor goes by.
 *
 * @param ports what ports mean for replacing a worker
 * @param readyWhen what makes a worker ready
 * @param startTimeout from a worker's fork to its being ready
 * @param bootLimit how many may be between spawn and ready at once, at least 1
 * @param restart who is replaced and how soon
 * @param stop how much time a worker gets to end
 * @param reload how a rollout proceeds
 * @param checked whether a worker gets traffic only while it passes its checks, told by {@link Facts#well}
 */
public record Rules(PortPlan ports, ReadyWhen readyWhen, Duration startTimeout, int bootLimit, RestartPolicy restart,
        StopPolicy stop, ReloadPolicy reload, boolean checked) { }
