package io.musher.internal.process.launch;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Makes class paths independent of the working directory and of this JVM's class loaders, and checks whether one
 * contains a class.
 */
final class ClassPaths {

    private ClassPaths() {}

    /** {@return the absolute path of a class path entry; an empty entry is the working directory} */
    static String absolute(String entry) {
        return new File(entry).getAbsoluteFile().toPath().normalize().toString();
    }

    static String absolutes(String classPath) {
        String[] entries = classPath.split(File.pathSeparator, -1);
        for (int i = 0; i < entries.length; i++) {
            entries[i] = absolute(entries[i]);
        }
        return String.join(File.pathSeparator, entries);
    }

    /** {@return the class path, extended by the places from which the given class and Musher itself were loaded} */
    static String with(String classPath, Optional<Class<?>> type) {
        Set<String> entries = new LinkedHashSet<>();
        if (!classPath.isEmpty()) {
            entries.addAll(Arrays.asList(classPath.split(File.pathSeparator)));
        }
        type.ifPresent(main -> entries.add(source(main)
                .orElseThrow(() -> new IllegalStateException(
                        "main " + main.getName() + ": it comes from no file that another JVM could"
                                + " load it from; use Launch.jar or Launch.self"))));
        ClassLoader loader = type.map(Class::getClassLoader)
                .orElseGet(() -> Thread.currentThread().getContextClassLoader());
        for (; loader != null; loader = loader.getParent()) {
            if (loader instanceof URLClassLoader urls) {
                Arrays.stream(urls.getURLs()).map(ClassPaths::file).flatMap(Optional::stream).forEach(entries::add);
            }
        }
        source(ClassPaths.class).ifPresent(entries::add);
        return String.join(File.pathSeparator, entries);
    }

    /**
     * {@return whether a JVM with this class path finds a class} Follows {@code Class-Path} entries of manifests and
     * expands {@code folder/*}.
     *
     * @param classPath as for {@code java -cp}
     * @param type the fully qualified class name
     */
    static boolean has(String classPath, String type) {
        List<URL> entries = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator)) {
            File[] jars = entry.equals("*") || entry.endsWith(File.separator + "*")
                    ? new File(entry).getAbsoluteFile().getParentFile()
                            .listFiles((folder, name) -> name.toLowerCase(Locale.ROOT).endsWith(".jar"))
                    : null;
            for (File file : jars == null ? new File[]{new File(entry)} : jars) {
                try {
                    entries.add(file.getAbsoluteFile().toURI().toURL());
                } catch (MalformedURLException e) {
                    return true; // let java report the invalid entry
                }
            }
        }
        try (URLClassLoader loader = new URLClassLoader(entries.toArray(URL[]::new),
                ClassLoader.getPlatformClassLoader())) {
            return loader.getResource(type.replace('.', '/') + ".class") != null;
        } catch (IOException e) {
            return true;
        }
    }

    private static Optional<String> source(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        return Optional.ofNullable(source).map(CodeSource::getLocation).flatMap(ClassPaths::file);
    }

    private static Optional<String> file(URL url) {
        try {
            return url.getProtocol().equals("file") ? Optional.of(Path.of(url.toURI()).toString()) : Optional.empty();
        } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
            return Optional.empty();
        }
    }
}
