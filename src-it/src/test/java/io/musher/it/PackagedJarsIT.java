package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** These tests see the jars that users get: packed, with the descriptors and the dependencies that were meant. */
class PackagedJarsIT {

    @Test
    void shouldTestTheJarAndNotItsClasses() throws Exception {
        Class<?> main = Class.forName(manifest(Jars.balancer()).getValue(Attributes.Name.MAIN_CLASS));
        Path source = Path.of(main.getProtectionDomain().getCodeSource().getLocation().toURI());
        assertTrue(source.toString().endsWith(".jar"), source::toString);
        assertTrue(Files.isSameFile(Jars.balancer(), source), source::toString);
    }

    @Test
    void shouldHaveBesideTheBalancerWhatItsManifestNames() throws IOException {
        String classPath = manifest(Jars.balancer()).getValue(Attributes.Name.CLASS_PATH);
        assertEquals(Jars.slf4j().getFileName().toString(), classPath);
        assertTrue(Files.exists(Jars.balancer().resolveSibling(classPath)), classPath);
    }

    /** See LambdasToClasses, a step of the build: a JVM that makes these classes itself starts later. */
    @Test
    void shouldHaveClassesForTheLambdasOfTheSources() throws IOException {
        for (Path path : List.of(Jars.balancer(), Jars.core())) {
            try (JarFile jar = new JarFile(path.toFile())) {
                List<String> withLambdas = new ArrayList<>();
                for (JarEntry each : Collections.list(jar.entries())) {
                    byte[] content = jar.getInputStream(each).readAllBytes();
                    if (new String(content, StandardCharsets.ISO_8859_1).contains("LambdaMetafactory")) {
                        withLambdas.add(each.getName());
                    }
                }
                assertEquals(List.of(), withLambdas, path::toString);
            }
        }
    }

    @Test
    void shouldDescribeTheBalancer() {
        ModuleDescriptor balancer = descriptor(Jars.balancer());
        assertEquals("io.musher.balancer", balancer.name());
        assertEquals(Set.of("io.musher.balancer", "io.musher.balancer.loop to [io.musher, io.musher.ops]"),
                exports(balancer));
        assertTrue(requires(Set.of("java.base", "jdk.unsupported", "org.slf4j"), balancer), balancer::toString);
    }

    @Test
    void shouldDescribeTheCore() {
        ModuleDescriptor core = descriptor(Jars.core());
        assertEquals("io.musher", core.name());
        assertEquals(Set.of("io.musher", "io.musher.internal.bind to [java.instrument]",
                "io.musher.internal.message to [io.musher.ops]",
                "io.musher.internal.process.launch to [io.musher.ops]",
                "io.musher.internal.process.os to [io.musher.ops]",
                "io.musher.internal.process.output to [io.musher.ops]"), exports(core));
        assertTrue(core.requires().stream().anyMatch(other -> other.name().equals("io.musher.balancer")
                && other.modifiers().contains(ModuleDescriptor.Requires.Modifier.TRANSITIVE)),
                "who adds the core has the balancer");
        assertTrue(
                requires(
                        Set.of("java.base", "java.instrument", "java.management", "jdk.unsupported", "org.slf4j",
                                "io.musher.balancer"),
                        core),
                core::toString);
    }

    private static Attributes manifest(Path path) throws IOException {
        try (JarFile jar = new JarFile(path.toFile())) {
            return jar.getManifest().getMainAttributes();
        }
    }

    private static ModuleDescriptor descriptor(Path jar) {
        ModuleDescriptor module = ModuleFinder.of(jar).findAll().iterator().next().descriptor();
        assertTrue(!module.isAutomatic() && !module.isOpen() && module.opens().isEmpty(), module::toString);
        return module;
    }

    /** Packages, and to whom alone if not to everybody. */
    private static Set<String> exports(ModuleDescriptor module) {
        return module.exports().stream()
                .map(export -> export.source() + (export.isQualified() ? " to " + new TreeSet<>(export.targets()) : ""))
                .collect(Collectors.toSet());
    }

    private static boolean requires(Set<String> allowed, ModuleDescriptor module) {
        return module.requires().stream().map(ModuleDescriptor.Requires::name).allMatch(allowed::contains);
    }
}
