package io.musher.internal.supervisor;

import io.musher.ClusterStats.SlotStats;
import io.musher.Exit;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Snapshot of a slot.
 *
 * @param instance the slot's number, from 0
 * @param name the name of its workers
 * @param wanted whether the slot should have a worker; {@code state} and the components after it apply only then
 * @param queued whether the slot waits to start, because of the boot limit or because its port is held
 * @param gaveUp whether the restart policy has given up the slot
 * @param restarts how many replacements the restart policy has started
 * @param failures how many workers of the slot could not be started or failed
 * @param last the slot's latest worker, dead or alive
 * @param state the slot's state
 * @param reason why the slot is in this state
 * @param lastExit how the slot's last process ended
 * @param nextStart when the next worker starts, on the clock of {@link Actions#now}; present only during a backoff
 */
public record SlotStatus(int instance, String name, boolean wanted, boolean queued, boolean gaveUp, int restarts,
        int failures, Optional<Incarnation> last, SlotStats.State state, String reason, Optional<Exit> lastExit,
        OptionalLong nextStart) {}
