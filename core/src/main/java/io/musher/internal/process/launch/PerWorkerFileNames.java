package io.musher.internal.process.launch;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Makes file names in inherited JVM flags distinct for each worker, so that no two JVMs write the same file. */
final class PerWorkerFileNames {

    private PerWorkerFileNames() {}

    /**
     * {@return {@code gc-3.log} for {@code gc.log} and worker 3; a folder or a name that contains the process id is
     * unchanged}
     */
    static String name(String path, int workerId) {
        if (path.contains("%p") || path.endsWith("/") || path.endsWith("\\") || isDirectory(path)) {
            return path;
        }
        int dot = path.lastIndexOf('.');
        boolean extension = dot > Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1;
        return extension ? path.substring(0, dot) + '-' + workerId + path.substring(dot) : path + '-' + workerId;
    }

    private static boolean isDirectory(String path) {
        try {
            return Files.isDirectory(Path.of(path));
        } catch (InvalidPathException e) {
            return false;
        }
    }
}
