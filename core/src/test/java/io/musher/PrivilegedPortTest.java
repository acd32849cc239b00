package io.musher;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.musher.balancer.loop.BindAdvice;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a program without privileges is advised. */
class PrivilegedPortTest {

    private static final Path LIMIT = Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start");

    @ParameterizedTest
    @ValueSource(strings = {"commonPort", "startPort"})
    @EnabledOnOs(OS.LINUX)
    void shouldSayWhatAPortBelow1024Needs(String option) throws Exception {
        // not readString: it would see the first digit only
        assumeTrue(Integer.parseInt(Files.readAllLines(LIMIT).get(0)) > 80, "every program may have port 80 here");
        List<String> withoutCapability = List.of("setpriv", "--inh-caps=-net_bind_service",
                "--bounding-set=-net_bind_service");
        assumeTrue(System.getProperty("user.name").equals("root") && Files.isExecutable(Path.of("/usr/bin/setpriv")),
                "no way to drop a capability");
        List<String> words = new ArrayList<>(withoutCapability);
        words.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Unprivileged.class.getName(), option));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertTrue(output.contains("80") && output.contains("CAP_NET_BIND_SERVICE")
                && output.contains("ip_unprivileged_port_start"), output);
        assertFalse(output.contains("stop the program that has it"), output);
    }

    @Test
    void shouldAdviseWhatFits() {
        assertTrue(BindAdvice.of(80, new BindException("Address already in use")).contains("stop the program"));
        assertTrue(BindAdvice.of(8080, new BindException("Permission denied")).contains("choose another port"));
        assertTrue(BindAdvice.of(8080, new BindException("Cannot assign requested address"))
                .contains("no address of this machine"));
        assertTrue(BindAdvice.of(8080, new BindException()).contains("choose another"));
    }

    /** Starts a cluster on port 80. */
    static final class Unprivileged {
        private Unprivileged() {}

        public static void main(String[] args) {
            ClusterBuilder builder = Cluster.builder().instances(1).command("true");
            try {
                (args[0].equals("commonPort") ? builder.commonPort(80) : builder.startPort(80)).start();
            } catch (StartupException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
