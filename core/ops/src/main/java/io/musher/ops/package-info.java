/** Runs programs that a file describes, from the command line. */
package io.musher.ops;
