package io.musher.ops.internal.file;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What processes have unless their entry says otherwise.
 *
 * @param directory the folder of the file
 * @param terminateGracePeriod the root key of that name
 * @param terminateTimeout the root key of that name
 * @param logger the root's logger
 */
record FileDefaults(Path directory, Duration terminateGracePeriod, Duration terminateTimeout, LoggerSpec logger) {}
