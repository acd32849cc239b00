package io.musher.it;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** A program that prints a line, with any argument the flags of its JVM; it knows nothing of Musher. */
final class IdleProgram {

    private IdleProgram() {}

    public static void main(String[] args) throws Exception {
        System.out.println(
                args.length == 0 ? "idle" : "flags " + ManagementFactory.getRuntimeMXBean().getInputArguments());
        Thread.sleep(Long.MAX_VALUE);
    }

    /** Makes a jar that runs it. */
    static void pack(Path jar) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, IdleProgram.class.getName());
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                var type = IdleProgram.class.getResourceAsStream("IdleProgram.class")) {
            out.putNextEntry(new JarEntry("io/musher/it/IdleProgram.class"));
            type.transferTo(out);
        }
    }
}
