package io.musher.internal.process.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.internal.bind.BindHook;
import io.musher.internal.worker.MainRunner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

class RunnerJarTest {

    @Test
    void shouldContainItsClassesWithAllThatTheyConsistOf() throws Exception {
        Set<String> packed;
        try (JarFile jar = new JarFile(RunnerJar.path().orElseThrow().toFile())) {
            packed = jar.stream().map(ZipEntry::getName).filter(name -> name.endsWith(".class"))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
        assertTrue(packed.contains("io/musher/internal/worker/MainRunner.class"), packed::toString);
        assertTrue(packed.contains("io/musher/internal/bind/BindHook.class"), packed::toString);
        Set<String> needed = new TreeSet<>();
        for (Class<?> one : new Class<?>[]{MainRunner.class, BindHook.class}) {
            String folder = one.getPackageName().replace('.', '/') + "/";
            try (Stream<Path> all = Files
                    .list(Path.of(one.getResource(one.getSimpleName() + ".class").toURI()).getParent())) {
                all.map(file -> folder + file.getFileName())
                        .filter(name -> packed.contains(name.replaceFirst("\\$.*|\\.class$", "") + ".class"))
                        .forEach(needed::add);
            }
        }
        assertEquals(needed, packed);
    }
}
