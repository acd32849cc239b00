package io.musher.internal.supervisor;

import java.util.Optional;

/**
 * A slot at a glance.
 *
 * @param instance its number, from 0
 * @param wanted whether there is to be a worker
 * @param queued whether it waits for its turn to boot, or for its port
 * @param gaveUp whether the restart policy has given it up
 * @param restarts how many replacements the restart policy has made
 * @param last its latest worker, dead or alive, whose {@code why()} tells what it waits for
 */
public record SlotStatus(int instance, boolean wanted, boolean queued, boolean gaveUp, int restarts,
        Optional<Incarnation> last) { }
