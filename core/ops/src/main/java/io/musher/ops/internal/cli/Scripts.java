package io.musher.ops.internal.cli;

import io.musher.ops.Main;
import io.musher.ops.internal.file.FileSpec;
import java.net.URISyntaxException;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.security.CodeSource;

/** Prints what other programs run Musher by. */
final class Scripts {

    private Scripts() {}

    static boolean isWindows() {
        return System.getProperty("os.name", "").startsWith("Windows");
    }

    /** {@return the path of the launcher that runs this program} */
    static String java() {
        return Path.of(System.getProperty("java.home", ""), "bin", "java").toString();
    }

    /** {@return the path of the jar that this program is in} */
    static String jar() {
        try {
            CodeSource source = Scripts.class.getProtectionDomain().getCodeSource();
            return Path.of(source.getLocation().toURI()).toAbsolutePath().toString();
        } catch (URISyntaxException | RuntimeException e) {
            throw new IllegalStateException("this program is in no jar", e);
        }
    }

    static String wrapper() {
        String provider = "-Djava.nio.channels.spi.SelectorProvider="
                + SelectorProvider.provider().getClass().getName();
        return CommandLine.resource("wrapper.sh").replace("@jar@", shellQuoted(jar()))
                .replace("@provider@", shellQuoted(provider)).replace("@main@", Main.class.getName());
    }

    private static String shellQuoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    /** For a process with the common port {@code inherit}. */
    private static final String INPUT = """
            # the common port is that of @name@.socket, which has: [Socket] ListenStream=PORT Backlog=4096
            # [Install] WantedBy=sockets.target, each on a line of its own
            StandardInput=socket
            StandardOutput=journal
            StandardError=journal
            """;

    /** {@return a unit for systemd that runs a config file} */
    static String unit(Arguments arguments, Path file, FileSpec spec) {
        long stop = spec.processes().stream().mapToLong(process -> process.stop().before()
                .plus(process.stop().drain()).plus(process.stop().kill()).toSeconds()).max().orElse(0);
        String musher = unitQuoted(java()) + " -jar " + unitQuoted(jar());
        String config = unitQuoted(file.toAbsolutePath().normalize().toString())
                + arguments.name.map(name -> " --name " + name).orElse("");
        String run = config + arguments.variant.map(variant -> " --env " + unitQuoted(variant)).orElse("");
        return CommandLine.resource("unit.txt").replace("@name@", spec.name()).replace("@musher@", musher)
                .replace("@run@", run).replace("@config@", config)
                .replace("@user@", System.getProperty("user.name", "root"))
                .replace("@input@", spec.inheritsListener() ? INPUT.replace("@name@", spec.name()) : "")
                .replace("@stop@", Long.toString(stop + 15));
    }

    /** Quotes for systemd, to which a percent sign is a specifier and a dollar sign a variable. */
    private static String unitQuoted(String text) {
        String escaped = text.replace("\\", "\\\\").replace("\"", "\\\"").replace("%", "%%").replace("$", "$$");
        return escaped.contains(" ") ? "\"" + escaped + "\"" : escaped;
    }
}
