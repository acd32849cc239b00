package io.musher;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Chooses the folder of the class data archives from options and environment. */
final class ClassDataFolders {

    /** Switches sharing off, or names the folder. */
    private static final String VARIABLE = "MUSHER_CACHE";
    private static final String OFF = "off";
    private static final boolean DEFAULT = true;

    private ClassDataFolders() {}

    /**
     * {@return the folder; empty when no class data is to be shared}
     *
     * @param wanted the option, empty for the default
     * @param folder the folder that the program has chosen
     */
    static Optional<Path> choose(Optional<Boolean> wanted, Optional<Path> folder, Map<String, String> environment) {
        String variable = environment.getOrDefault(VARIABLE, "");
        if (variable.equals(OFF) || !wanted.orElse(DEFAULT || !variable.isBlank())) {
            return Optional.empty();
        }
        return folder.or(() -> path(variable)).or(() -> path(environment.getOrDefault("XDG_CACHE_HOME", ""))
                .or(() -> path(environment.getOrDefault("HOME", "")).map(home -> home.resolve(".cache")))
                .map(cache -> cache.resolve("musher")));
    }

    private static Optional<Path> path(String text) {
        try {
            return Optional.of(text).filter(path -> !path.isBlank()).map(Path::of).filter(Path::isAbsolute);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
