package io.musher.internal.process.launch;

import io.musher.balancer.loop.Nullable;
import io.musher.internal.bind.BindAgent;
import io.musher.internal.bind.BindHook;
import io.musher.internal.worker.MainRunner;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Provides a temporary jar that contains only {@link MainRunner} and the bind hook that it installs, for the class path
 * of workers started from a jar that contains Musher as a nested jar or not at all, and as the agent of workers whose
 * main class {@code MainRunner} cannot start. The file is created on first use, created again if it was removed, and
 * deleted when this JVM exits.
 */
final class RunnerJar {

    private static final Logger LOG = LoggerFactory.getLogger(RunnerJar.class);

    private static final String LAMBDA = "$$Lambda";

    private static @Nullable Path file;
    private static Map<String, byte[]> code = Map.of();
    private static boolean refused;

    private RunnerJar() {}

    /** {@return the file; empty where no temporary file can be written} */
    static synchronized Optional<Path> path() {
        try {
            if (file == null || !Files.exists(file)) {
                file = write();
            }
            return Optional.of(file);
        } catch (IOException e) {
            if (!refused) {
                refused = true;
                LOG.warn(
                        "no temporary file can be written ({}): a worker of a jar may keep running after its main"
                                + " method has thrown",
                        e.toString());
            }
            return Optional.empty();
        }
    }

    /** {@return whether a class path entry is this file} */
    static synchronized boolean is(String entry) {
        return file != null && file.toString().equals(entry);
    }

    private static Path write() throws IOException {
        if (code.isEmpty()) { // kept, because the jar that contains the classes may be replaced
            Map<String, byte[]> read = new LinkedHashMap<>();
            read(MainRunner.class, MainRunner.class.getSimpleName(), read);
            read(MainRunner.class, "MainCall", read);
            read(MainRunner.class, "MainCall$Definer", read);
            for (String name : BindHook.CLASSES) {
                read(BindHook.class, name, read);
            }
            code = read;
        }
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", BindAgent.class.getName());
        manifest.getMainAttributes().putValue("Can-Redefine-Classes", "true");
        Path written = Files.createTempFile("musher", ".jar");
        written.toFile().deleteOnExit();
        try (OutputStream out = Files.newOutputStream(written);
                JarOutputStream jar = new JarOutputStream(out, manifest)) {
            for (Map.Entry<String, byte[]> each : code.entrySet()) {
                jar.putNextEntry(new JarEntry(each.getKey()));
                jar.write(each.getValue());
                jar.closeEntry();
            }
        }
        return written;
    }

    /** Reads a class, and the classes that the build has made of its lambdas, numbered from 1. */
    private static void read(Class<?> neighbour, String name, Map<String, byte[]> into) throws IOException {
        if (!isRead(neighbour, name, into)) {
            throw new IOException("its class loader does not find " + name + " beside " + neighbour.getName());
        }
        int lambda = 1;
        while (isRead(neighbour, name + LAMBDA + lambda, into)) {
            lambda++;
        }
    }

    /** {@return false if there is no such class} */
    private static boolean isRead(Class<?> neighbour, String name, Map<String, byte[]> into) throws IOException {
        try (InputStream in = neighbour.getResourceAsStream(name + ".class")) {
            if (in == null) {
                return false;
            }
            into.put(neighbour.getPackageName().replace('.', '/') + "/" + name + ".class", in.readAllBytes());
            return true;
        }
    }
}
