package io.musher.internal.process.launch;

import io.musher.balancer.loop.Nullable;
import io.musher.internal.worker.MainRunner;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Provides a temporary jar that contains only {@link MainRunner}, for the class path of workers started from a jar that
 * contains Musher as a nested jar or not at all. The file is created on first use, created again if it was removed, and
 * deleted when this JVM exits.
 */
final class RunnerJar {

    private static final Logger LOG = LoggerFactory.getLogger(RunnerJar.class);

    private static @Nullable Path file;
    private static @Nullable byte[] code;
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

    private static Path write() throws IOException {
        String name = MainRunner.class.getName().replace('.', '/') + ".class";
        if (code == null) {
            try (InputStream in = MainRunner.class.getResourceAsStream("MainRunner.class")) {
                if (in == null) {
                    throw new IOException("its class loader does not find " + name);
                }
                code = in.readAllBytes();
            }
        }
        Path written = Files.createTempFile("musher", ".jar");
        written.toFile().deleteOnExit();
        try (OutputStream out = Files.newOutputStream(written); JarOutputStream jar = new JarOutputStream(out)) {
            jar.putNextEntry(new JarEntry(name));
            jar.write(code);
            jar.closeEntry();
        }
        return written;
    }
}
