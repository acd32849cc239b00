package io.musher.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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

    private final Path folder;
    private final Path classes;
    private final List<Path> libraries;
    private final SpringBootJar boot;

    private SpringBootSample(Path folder, Path classes, SpringBootJar boot) {
        this.folder = folder;
        this.classes = classes;
        this.boot = boot;
        this.libraries = new ArrayList<>(boot.libraries());
        libraries.addAll(List.of(Jars.core(), Jars.balancer(), Jars.slf4j()));
    }

    /** Compiles it. */
    static SpringBootSample compile(Path folder) throws IOException {
        Path sources = Files.createDirectories(folder.resolve("sources"));
        SpringBootSample shop = new SpringBootSample(folder, sources.resolve("out"), new SpringBootJar());
        SourceCompiler.compile(sources, "Shop", SOURCE, "-cp",
                BalancerProgram.path(shop.libraries.toArray(Path[]::new)),
                "-parameters", "-proc:none", "-Xlint:-classfile");
        return shop;
    }

    /** What starts it from its class path. */
    List<String> fromClassPath() {
        return List.of("-cp", classes + ":" + BalancerProgram.path(libraries.toArray(Path[]::new)), "shop.Shop");
    }

    /** What starts it from one jar with all others inside. */
    List<String> fromJar() throws IOException {
        return List.of("-jar", boot.pack(folder.resolve("shop.jar"), "shop.Shop", classes, libraries).toString());
    }
}
