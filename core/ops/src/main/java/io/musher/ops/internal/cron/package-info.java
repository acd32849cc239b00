/** Patterns of points in time. */
package io.musher.ops.internal.cron;
