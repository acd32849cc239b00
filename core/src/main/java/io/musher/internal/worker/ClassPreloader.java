package io.musher.internal.worker;

import io.musher.balancer.loop.Log;
import java.io.File;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.function.Predicate;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * Loads the classes of a jar ahead of their first use. A primary whose jar is overwritten or truncated by a deployment
 * can then still restart and stop its workers, and the workers can still shut down in order.
 */
public final class ClassPreloader {

    private static final Log LOG = Log.lazy("io.musher.internal.worker.ClassPreloader");

    private ClassPreloader() {}

    /** Loads all classes of the jar or folder that contains the given class; returns their number. */
    public static int loadAll(Class<?> sample) {
        return loadMatching(sample, name -> true);
    }

    /**
     * Loads classes of the jar or folder that contains a given class. Classes that cannot be loaded are skipped.
     *
     * @param sample a class of that jar or folder
     * @param wanted selects classes by their fully qualified name
     * @return the number of classes loaded
     */
    public static int loadMatching(Class<?> sample, Predicate<String> wanted) {
        CodeSource source = sample.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            return 0;
        }
        int loaded = 0;
        try {
            for (String file : files(source.getLocation())) {
                if (file.endsWith(".class") && !file.endsWith("-info.class") && !file.startsWith("META-INF")) {
                    String name = file.substring(0, file.length() - ".class".length()).replace('/', '.');
                    loaded += wanted.test(name) ? load(name, sample.getClassLoader()) : 0;
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("classes of {} could not be preloaded", source.getLocation(), e);
        }
        return loaded;
    }

    private static int load(String name, ClassLoader loader) {
        try {
            Class.forName(name, false, loader);
            return 1;
        } catch (ClassNotFoundException | LinkageError e) {
            return 0; // a class whose dependencies are missing is not used either
        }
    }

    private static List<String> files(URL location) throws IOException {
        if (!location.getProtocol().equals("file")) { // a nested jar; its class loader owns it, so do not close it
            return ((JarURLConnection) location.openConnection()).getJarFile().stream().map(ZipEntry::getName).toList();
        }
        Path root = Path.of(URI.create(location.toString()));
        if (Files.isRegularFile(root)) {
            try (JarFile jar = new JarFile(root.toFile())) {
                return jar.stream().map(ZipEntry::getName).toList();
            }
        }
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(path -> root.relativize(path).toString().replace(File.separatorChar, '/')).toList();
        }
    }
}
