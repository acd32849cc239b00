package io.musher.it;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/**
 * An application in one jar with its libraries as jars inside, and the loader that starts it: what Spring Boot and
 * others make. The class path of such a JVM is one file in which no library can be found without that loader.
 */
final class NestedJars extends ClassLoader {

    private static final String START = "Start-Class";

    private final Map<String, byte[]> files = new HashMap<>();
    private final Map<String, String> sources = new HashMap<>();
    private final Path jar;

    private NestedJars(Path jar) {
        super("nested", ClassLoader.getPlatformClassLoader());
        this.jar = jar;
    }

    /** Starts the application. */
    public static void main(String[] args) throws Exception {
        Path jar = Path.of(NestedJars.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        NestedJars loader = new NestedJars(jar);
        String start = loader.read();
        Thread.currentThread().setContextClassLoader(loader);
        loader.loadClass(start).getMethod("main", String[].class).invoke(null, (Object) args);
    }

    /** Makes such a jar of classes and libraries. */
    static Path pack(Path jar, String start, Path classes, Path... libraries) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, NestedJars.class.getName());
        manifest.getMainAttributes().putValue(START, start);
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest);
                Stream<Path> walk = Files.walk(classes);
                InputStream self = NestedJars.class.getResourceAsStream("NestedJars.class")) {
            put(out, NestedJars.class.getName().replace('.', '/') + ".class", self.readAllBytes());
            for (Path each : walk.filter(Files::isRegularFile).toList()) {
                put(out, "app/classes/" + classes.relativize(each), Files.readAllBytes(each));
            }
            for (Path library : libraries) {
                put(out, "app/lib/" + library.getFileName(), Files.readAllBytes(library));
            }
        }
        return jar;
    }

    private static void put(JarOutputStream out, String name, byte[] content) throws IOException {
        out.putNextEntry(new JarEntry(name));
        out.write(content);
        out.closeEntry();
    }

    private String read() throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            for (JarEntry entry : (Iterable<JarEntry>) file.stream()::iterator) {
                byte[] content = file.getInputStream(entry).readAllBytes();
                if (entry.getName().startsWith("app/classes/")) {
                    files.put(entry.getName().substring("app/classes/".length()), content);
                } else if (entry.getName().startsWith("app/lib/")) {
                    readLibrary(entry.getName(), content);
                }
            }
            return file.getManifest().getMainAttributes().getValue(START);
        }
    }

    private void readLibrary(String library, byte[] content) throws IOException {
        try (JarInputStream in = new JarInputStream(new ByteArrayInputStream(content))) {
            for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
                files.put(entry.getName(), in.readAllBytes());
                sources.put(entry.getName(), library);
            }
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        String file = name.replace('.', '/') + ".class";
        byte[] code = files.get(file);
        if (code == null) {
            throw new ClassNotFoundException(name);
        }
        try {
            URL source = new URL("jar:" + jar.toUri() + "!/" + sources.getOrDefault(file, "app/classes/"));
            return defineClass(name, code, 0, code.length,
                    new ProtectionDomain(new CodeSource(source, (Certificate[]) null), null, this, null));
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    @Override
    public InputStream getResourceAsStream(String name) {
        byte[] content = files.get(name);
        return content == null ? super.getResourceAsStream(name) : new ByteArrayInputStream(content);
    }

    @Override
    protected Enumeration<URL> findResources(String name) {
        return Collections.emptyEnumeration();
    }
}
