package io.musher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClassDataFoldersTest {

    private static final Path CHOSEN = Path.of("/chosen");

    private static Optional<Path> choose(Optional<Boolean> wanted, Optional<Path> folder, String... environment) {
        return ClassDataFolders.choose(wanted, folder,
                environment.length == 2 ? Map.of(environment[0], environment[1])
                        : Map.of(environment[0], environment[1], environment[2], environment[3]));
    }

    @Test
    void shouldKeepArchivesWhereCachesBelong() {
        assertEquals(Optional.of(Path.of("/home/a/.cache/musher")),
                choose(Optional.of(true), Optional.empty(), "HOME", "/home/a"));
        assertEquals(Optional.of(Path.of("/caches/musher")),
                choose(Optional.of(true), Optional.empty(), "HOME", "/home/a", "XDG_CACHE_HOME", "/caches"));
        assertEquals(Optional.empty(), choose(Optional.of(true), Optional.empty(), "HOME", "", "XDG_CACHE_HOME", "x"));
    }

    @Test
    void shouldUseTheFolderOfTheProgramThenThatOfTheOperator() {
        assertEquals(Optional.of(CHOSEN),
                choose(Optional.of(true), Optional.of(CHOSEN), "HOME", "/home/a", "MUSHER_CACHE", "/operator"));
        assertEquals(Optional.of(Path.of("/operator")),
                choose(Optional.empty(), Optional.empty(), "HOME", "/home/a", "MUSHER_CACHE", "/operator"));
    }

    @Test
    void shouldShareNothingWhenEitherSaysSo() {
        assertEquals(Optional.empty(),
                choose(Optional.of(true), Optional.of(CHOSEN), "HOME", "/home/a", "MUSHER_CACHE", "off"));
        assertEquals(Optional.empty(),
                choose(Optional.of(false), Optional.empty(), "HOME", "/home/a", "MUSHER_CACHE", "/operator"));
    }
}
