package io.musher.internal.supervisor;

import io.musher.ClusterStats.SlotStats;
import io.musher.Exit;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A slot at a glance.
 *
 * @param instance its number, from 0
 * @param wanted whether there is to be a worker; the state and what follows it are meant for that case
 * @param queued whether it waits for its turn to boot, or for its port
 * @param gaveUp whether the restart policy has given it up
 * @param restarts how many replacements the restart policy has made
 * @param last its latest worker, dead or alive
 * @param state what it is about
 * @param reason why it is in this state
 * @param lastExit how the latest of its workers that has ended did so
 * @param nextStart when the next one is started, on the clock of {@link Actions#now}, while it waits for that
 */
public record SlotStatus(int instance, boolean wanted, boolean queued, boolean gaveUp, int restarts,
        Optional<Incarnation> last, SlotStats.State state, String reason, Optional<Exit> lastExit, OptionalLong nextStart) { }
