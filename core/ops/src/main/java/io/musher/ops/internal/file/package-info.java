/**
 * Reads config files: text to {@code Node}s with positions ({@code RelaxedJson}), nodes to specs ({@code MusherFile},
 * {@code ProcessReader}; {@code AppTranslator} for PM2's entries). All mistakes of a file are collected in
 * {@code Problems} and reported together.
 */
package io.musher.ops.internal.file;
