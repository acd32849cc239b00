package io.musher.ops.internal.file;

/**
 * A mistake in a file.
 *
 * @param at where
 * @param path the key, such as {@code processes[0].cluster.instances}; empty for a mistake of syntax
 * @param text what is wrong, and what is expected
 */
record Problem(Position at, String path, String text) {
    @Override
    public String toString() {
        return at + "  " + (path.isEmpty() ? "" : path + ": ") + text;
    }
}
