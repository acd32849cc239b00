package io.musher.ops.internal.file;

import java.time.Duration;
import java.util.Optional;

/**
 * What PM2's {@code apps} have and the entries of {@code processes} have no key for.
 *
 * @param instanceVariable the variable in which a worker finds its instance; empty for none
 * @param minUptime how long a worker must have been ready to count as started well; empty for the default
 */
record AppValues(Optional<String> instanceVariable, Optional<Duration> minUptime) {

    /** The values of an entry of {@code processes}. */
    static final AppValues NONE = new AppValues(Optional.empty(), Optional.empty());
}
