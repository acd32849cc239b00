package io.musher.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** Spring Boot's released jars, and applications packed with them as its Maven plugin does, with its own loader. */
final class SpringBootJar {

    private final List<Path> libraries = new ArrayList<>();
    private final Path loader;

    SpringBootJar() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("musher.jars.spring")))) {
            files.sorted().forEach(libraries::add);
        }
        loader = libraries.stream().filter(jar -> jar.getFileName().toString().startsWith("spring-boot-loader-"))
                .findFirst().orElseThrow();
        libraries.remove(loader);
    }

    /** What an application is compiled against; without the loader. */
    List<Path> libraries() {
        return List.copyOf(libraries);
    }

    /** Packs classes and libraries into one jar that {@code java -jar} starts. */
    Path pack(Path jar, String start, Path classes, List<Path> inside) throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(Attributes.Name.MAIN_CLASS, "org.springframework.boot.loader.launch.JarLauncher");
        attributes.putValue("Start-Class", start);
        attributes.putValue("Spring-Boot-Classes", "BOOT-INF/classes/");
        attributes.putValue("Spring-Boot-Lib", "BOOT-INF/lib/");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest);
                JarFile loading = new JarFile(loader.toFile());
                Stream<Path> compiled = Files.walk(classes)) {
            for (JarEntry entry : (Iterable<JarEntry>) loading.stream()
                    .filter(each -> each.getName().startsWith("org/"))::iterator) {
                try (InputStream in = loading.getInputStream(entry)) {
                    put(out, entry.getName(), in.readAllBytes(), false);
                }
            }
            put(out, "BOOT-INF/classes/", new byte[0], true);
            put(out, "BOOT-INF/lib/", new byte[0], true);
            for (Path each : compiled.filter(Files::isRegularFile).toList()) {
                put(out, "BOOT-INF/classes/" + classes.relativize(each), Files.readAllBytes(each), false);
            }
            for (Path library : inside) {
                put(out, "BOOT-INF/lib/" + library.getFileName(), Files.readAllBytes(library), true);
            }
        }
        return jar;
    }

    /** The loader reads jars in a jar only where they are not compressed. */
    private static void put(JarOutputStream out, String name, byte[] content, boolean stored) throws IOException {
        JarEntry entry = new JarEntry(name);
        if (stored) {
            CRC32 sum = new CRC32();
            sum.update(content);
            entry.setMethod(JarEntry.STORED);
            entry.setSize(content.length);
            entry.setCrc(sum.getValue());
        }
        out.putNextEntry(entry);
        out.write(content);
        out.closeEntry();
    }
}
