package io.musher.ops.internal.file;

/** A place in a file: line and column, both from 1. */
record Position(int line, int column) {
    @Override
    public String toString() {
        return line + ":" + column;
    }
}
