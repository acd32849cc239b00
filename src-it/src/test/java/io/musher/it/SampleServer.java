package io.musher.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Programs as anybody writes them on a released server or framework: each binds a port that is a constant of its
 * source, and knows nothing of Musher. The sources are in {@code servers} among the resources, and each is compiled
 * against the jars of its own server alone. They answer every request with {@link Served#TEXT}.
 */
enum SampleServer {
    JDK_HTTP_SERVER("JdkHttpServer", ""), // a selector
    SERVER_SOCKET("PlainServerSocket", ""), // blocks in accept()
    JETTY("JettyServer", "jetty"), // blocks in accept() of a channel
    TOMCAT("TomcatServer", "spring"), // likewise
    SPRING_BOOT("SpringBootServer", "spring"), // one jar with the others inside
    NETTY("NettyServer", "netty"), // a selector
    NETTY_NATIVE("NettyNativeServer", "netty"), // the system's epoll, where it can
    UNDERTOW("UndertowServer", "undertow"), // several selectors
    VERTX("VertxServer", "vertx"), // a selector, on Netty
    HELIDON("HelidonServer", "helidon"); // virtual threads

    private static final String CONSTANT = "PORT = 8080;";

    private final String source;
    private final String jars;

    SampleServer(String source, String jars) {
        this.source = source;
        this.jars = jars;
    }

    /** What a program answers: which process, and which port of the client it sees. */
    record Served(long pid, int clientPort, int seenPort) {

        static final String TEXT = " serves port ";

        static Served by(int port) throws IOException {
            try (StrictHttpClient client = new StrictHttpClient(port)) {
                client.send("GET / HTTP/1.1\r\nHost: it\r\nConnection: close\r\n\r\n");
                String[] words = client.answer().split(TEXT);
                return new Served(Long.parseLong(words[0]), client.socket().getLocalPort(), Integer.parseInt(words[1]));
            }
        }

        /** Whether the program sees the client itself, not something in between. */
        boolean seesClient() {
            return clientPort == seenPort;
        }
    }

    /** The oldest Java that the server runs on. */
    int java() {
        return this == HELIDON ? 21 : 17;
    }

    /** Makes a jar that {@code java -jar} runs; {@code port} is the expression in the source for its port. */
    Path pack(Path folder, String port) throws IOException {
        Path sources = Files.createDirectories(folder.resolve(name()));
        List<Path> libraries = libraries();
        SourceCompiler.compile(sources, source, source(port), "-cp",
                BalancerProgram.path(libraries.toArray(Path[]::new)),
                "-parameters", "-proc:none", "-Xlint:-classfile", "-Xlint:-path");
        Path jar = folder.resolve(name() + ".jar");
        if (this == SPRING_BOOT) {
            return new SpringBootJar().pack(jar, "app." + source, sources.resolve("out"), libraries);
        }
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, source);
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH,
                libraries.stream().map(library -> library.toUri().toString()).collect(Collectors.joining(" ")));
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest);
                Stream<Path> classes = Files.list(sources.resolve("out"))) {
            for (Path each : classes.toList()) {
                out.putNextEntry(new JarEntry(each.getFileName().toString()));
                Files.copy(each, out);
            }
        }
        return jar;
    }

    private String source(String port) throws IOException {
        try (InputStream in = SampleServer.class.getResourceAsStream("/servers/" + source + ".java")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            if (!text.contains(CONSTANT)) {
                throw new IllegalStateException(source + " has no " + CONSTANT);
            }
            return text.replace(CONSTANT, "PORT = " + port + ";");
        }
    }

    private List<Path> libraries() throws IOException {
        if (jars.equals("spring")) {
            return new SpringBootJar().libraries();
        } else if (jars.isEmpty()) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("musher.jars.servers"), jars))) {
            return files.sorted().toList();
        }
    }
}
