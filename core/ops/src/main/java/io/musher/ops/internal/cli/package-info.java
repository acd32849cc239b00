/** The command line: {@code Arguments} are parsed, {@code CommandLine} carries them out. */
package io.musher.ops.internal.cli;
