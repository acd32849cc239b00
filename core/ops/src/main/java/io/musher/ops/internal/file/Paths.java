package io.musher.ops.internal.file;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Resolves paths of a file: relative ones start at the file's folder. */
final class Paths {

    private Paths() {}

    static Path resolve(Path directory, String text) {
        try {
            return directory.resolve(text).normalize();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("\"" + text + "\" is no path: " + e.getReason());
        }
    }
}
