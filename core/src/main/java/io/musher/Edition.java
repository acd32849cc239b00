package io.musher;

import io.musher.internal.process.LaunchPlan;
import java.util.Map;

/**
 * What workers are started from.
 *
 * @param plan the program
 * @param env the common environment, as its supplier said when this was made
 */
record Edition(LaunchPlan plan, Map<String, String> env) { }
