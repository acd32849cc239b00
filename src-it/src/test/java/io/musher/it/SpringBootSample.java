package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
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
import javax.tools.ToolProvider;

/**
 * A Spring Boot application as the README shows it, which forks itself; compiled and packed as Spring Boot's Maven
 * plugin does, with its own loader. The primary prints its port, and deploys its own program with the arguments that it
 * reads from a line.
 */
final class SpringBootSample {

    private static final String SOURCE = """
            package shop;

            import io.musher.Cluster;
            import io.musher.Launch;
            import io.musher.Rollout;
            import io.musher.StartupException;
            import io.musher.WorkerContext;
            import java.io.BufferedReader;
            import java.io.InputStreamReader;
            import java.time.Duration;
            import org.springframework.beans.factory.annotation.Value;
            import org.springframework.boot.ApplicationRunner;
            import org.springframework.boot.SpringApplication;
            import org.springframework.boot.autoconfigure.SpringBootApplication;
            import org.springframework.context.annotation.Bean;
            import org.springframework.web.bind.annotation.GetMapping;
            import org.springframework.web.bind.annotation.RestController;

            @SpringBootApplication
            @RestController
            public class Shop {
                @Value("${version:old}")
                String version;

                public static void main(String[] args) throws Exception {
                    if (Cluster.isWorker()) {
                        SpringApplication.run(Shop.class, args);
                        return;
                    }
                    try (Cluster cluster = Cluster.builder().instances(2).commonPort(0)
                            .startTimeout(Duration.ofSeconds(Integer.getInteger("patience", 60)))
                            .jvmArgs("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC").start()) {
                        System.out.println("port " + cluster.commonPort());
                        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
                        for (String line = in.readLine(); line != null; line = in.readLine()) {
                            Rollout rollout = cluster.deploy(Launch.self().args(line.split(" "))).join();
                            System.out.println("rollout "
                                    + (rollout.succeeded() ? "done" : "failed: " + rollout.failure().get()));
                            System.out.println("output: " + rollout.lastOutput().contains("the shop is closed"));
                            System.out.println("workers " + cluster.workers());
                        }
                    } catch (StartupException e) {
                        System.out.println("no start: " + e.getMessage());
                        System.out.println("output: " + e.lastOutput().contains("the shop is closed"));
                        System.exit(3);
                    }
                }

                @GetMapping("/")
                String hello() {
                    return version;
                }

                @Bean
                ApplicationRunner opening(@Value("${closed:false}") boolean closed) {
                    return arguments -> {
                        if (closed) {
                            throw new IllegalStateException("the shop is closed");
                        }
                    };
                }
            }
            """;

    private final Path classes;
    private final List<Path> libraries = new ArrayList<>();
    private final Path loader;
    private final Path folder;

    private SpringBootSample(Path folder, Path classes, Path loader) {
        this.folder = folder;
        this.classes = classes;
        this.loader = loader;
    }

    /** Compiles it. */
    static SpringBootSample compile(Path folder) throws IOException {
        List<Path> jars;
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("musher.jars.spring")))) {
            jars = files.sorted().toList();
        }
        Path loader = jars.stream().filter(jar -> jar.getFileName().toString().startsWith("spring-boot-loader-"))
                .findFirst().orElseThrow();
        SpringBootSample shop = new SpringBootSample(folder, Files.createDirectories(folder.resolve("classes")),
                loader);
        jars.stream().filter(jar -> jar != loader).forEach(shop.libraries::add);
        shop.libraries.addAll(List.of(Jars.core(), Jars.balancer(), Jars.slf4j()));
        Path source = Files.writeString(folder.resolve("Shop.java"), SOURCE);
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        int status = ToolProvider.getSystemJavaCompiler().run(null, messages, messages, "-cp",
                BalancerProgram.path(shop.libraries.toArray(Path[]::new)),
                "-d", shop.classes.toString(), "--release", "17", "-parameters", "-proc:none", source.toString());
        assertEquals(0, status, () -> messages.toString(StandardCharsets.UTF_8));
        return shop;
    }

    /** What starts it from its class path. */
    List<String> fromClassPath() {
        return List.of("-cp", classes + ":" + BalancerProgram.path(libraries.toArray(Path[]::new)), "shop.Shop");
    }

    /** What starts it from one jar with all others inside. */
    List<String> fromJar() throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(Attributes.Name.MAIN_CLASS, "org.springframework.boot.loader.launch.JarLauncher");
        attributes.putValue("Start-Class", "shop.Shop");
        attributes.putValue("Spring-Boot-Classes", "BOOT-INF/classes/");
        attributes.putValue("Spring-Boot-Lib", "BOOT-INF/lib/");
        Path jar = folder.resolve("shop.jar");
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
            for (Path library : libraries) {
                put(out, "BOOT-INF/lib/" + library.getFileName(), Files.readAllBytes(library), true);
            }
        }
        return List.of("-jar", jar.toString());
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
