package io.musher.internal.process;

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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads classes of a jar, so that a primary whose jar is overwritten or cut off on disk, as deployments do, can still restart
 * and stop its workers, and that these can still end in good order.
 */
public final class ClassPreloader {

    private static final Logger LOG = LoggerFactory.getLogger(ClassPreloader.class);

    private ClassPreloader() { }

    /** {@return how many were loaded} */
    static int all(Class<?> one) {
        return some(one, name -> true);
    }

    /**
     * Loads classes from where one of them comes from.
     *
     * @param one of them
     * @param wanted by its full name
     * @return how many were loaded
     */
    public static int some(Class<?> one, Predicate<String> wanted) {
        CodeSource source = one.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            return 0;
        }
        int loaded = 0;
        try {
            for (String file : files(source.getLocation())) {
                if (file.endsWith(".class") && !file.endsWith("-info.class") && !file.startsWith("META-INF")) {
                    String name = file.substring(0, file.length() - ".class".length()).replace('/', '.');
                    loaded += wanted.test(name) ? load(name, one.getClassLoader()) : 0;
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("{} is not loaded beforehand", source.getLocation(), e);
        }
        return loaded;
    }

    private static int load(String name, ClassLoader loader) {
        try {
            Class.forName(name, false, loader);
            return 1;
        } catch (ClassNotFoundException | LinkageError e) {
            return 0; // it needs something that is not here, so it is not needed either
        }
    }

    private static List<String> files(URL location) throws IOException {
        if (!location.getProtocol().equals("file")) { // a jar in a jar, which is its loader's: not to be closed
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
