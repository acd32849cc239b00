package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The balancer program, when it does not get as far as serving. */
class BalancerArgumentsIT {

    @RegisterExtension
    final Children children = new Children();

    @Test
    void shouldExplainItself() throws Exception {
        Child child = children.jar(Jars.balancer(), "--help");
        assertEquals(0, child.exitCode(Child.PATIENCE), child::report);
        assertEquals("", child.stderr());
        for (String option : new String[]{"listen", "target", "strategy", "loops", "proxy", "trust-proxy", "probe",
                "max-connections", "max-waiting", "wait-timeout", "idle-timeout", "drain-timeout", "help"}) {
            assertTrue(child.stdout().contains("  --" + option + " "), child::report);
        }
    }

    @Test
    void shouldTellItsVersion() throws Exception {
        String jar = Jars.balancer().getFileName().toString();
        String version = jar.substring("musher-balancer-".length(), jar.length() - ".jar".length());
        Child[] ways = {children.jar(Jars.balancer(), "--version"),
                children.command(Child.java(), "-p", BalancerProgram.path(Jars.balancer(), Jars.slf4j()),
                        "-m", "io.musher.balancer/io.musher.balancer.internal.cli.BalancerMain", "-v")};
        for (Child child : ways) {
            assertEquals(0, child.exitCode(Child.PATIENCE), child::report);
            assertEquals("musher-balancer " + version, child.stdout(), child::report);
            assertEquals("", child.stderr(), child::report);
        }
    }

    @ParameterizedTest(name = "[{0}]")
    @CsvSource(delimiter = ';', ignoreLeadingAndTrailingWhitespace = true, textBlock = """
            ''                                                 ; --listen is missing
            --target 127.0.0.1:1                               ; --listen is missing
            --listen 0                                         ; --target is missing
            --listen                                           ; --listen needs a value
            --listen 0 --target                                ; --target needs a value
            --listen x --target 127.0.0.1:1                    ; --listen 'x': port 'x' is not within 0 to 65535
            --listen 65536 --target 127.0.0.1:1                ; port '65536' is not within 0 to 65535
            --listen -1 --target 127.0.0.1:1                   ; port '-1' is not within 0 to 65535
            --listen :0 --target 127.0.0.1:1                   ; --listen ':0' is not HOST:PORT
            --listen ::1:0 --target 127.0.0.1:1                ; --listen '::1:0' is not HOST:PORT (an IPv6 address
            --listen no-such-host.invalid:0 --target [::1]:1   ; no-such-host.invalid
            --listen 0 --target 8000                           ; --target '8000' is not HOST:PORT
            --listen 0 --target 127.0.0.1:0                    ; port '0' is not within 1 to 65535
            --listen 0 --target 127.0.0.1:1@0                  ; --target '0' is not a number of at least 1
            --listen 0 --target 999.1.1.1:1                    ; host '999.1.1.1' is not an IP address
            --listen 0 --target 127.0.0.1:1 --target 127.0.0.1:1 ; 127.0.0.1:1 occurs twice
            --listen 0 --target 127.0.0.1:1 --strategy best    ; 'best' is unknown; there are round-robin
            --listen 0 --target 127.0.0.1:1 --loops 0          ; --loops '0' is not a number of at least 1
            --listen 0 --target 127.0.0.1:1 --proxy v3         ; --proxy 'v3' is neither v1 nor v2
            --listen 0 --target 127.0.0.1:1 --trust-proxy 10.0.0.0/33 ; 10.0.0.0/33
            --listen 0 --target 127.0.0.1:1 --max-connections many ; --max-connections 'many' is not a number
            --listen 0 --target 127.0.0.1:1 --idle-timeout 0   ; --idle-timeout '0' is not a number of at least 1
            --listen 0 --target 127.0.0.1:1 --idle-timeout 999999999 ; more than a year
            --listen 0 --target 127.0.0.1:1 --drain-timeout=1m ; --drain-timeout '1m' is not a number
            --listen 0 --target 127.0.0.1:1 --probe=yes        ; --probe takes no value
            --listen 0 --target 127.0.0.1:1 --fast             ; unknown option '--fast'
            --listen 0 --target 127.0.0.1:1 8001               ; unknown option '8001'
            """)
    void shouldRefuseWithAReason(String arguments, String reason) throws Exception {
        Child child = children.jar(Jars.balancer(), arguments.isEmpty() ? new String[0] : arguments.split(" "));
        assertEquals(2, child.exitCode(Child.PATIENCE), child::report);
        assertEquals("", child.stdout(), child::report);
        String message = child.stderr();
        assertTrue(message.startsWith("musher-balancer: ") && message.contains(reason), child::report);
        assertTrue(message.endsWith("; --help lists the options"), child::report);
        assertEquals(1, message.lines().count(), child::report);
    }

    @Test
    void shouldNameThePortThatIsTaken() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String place = "127.0.0.1:" + other.getLocalPort();
            assertFails(place, place);
            assertFails(Integer.toString(other.getLocalPort()), "*:" + other.getLocalPort());
        }
    }

    @Test
    void shouldNameTheAddressThatIsNotOurs() throws Exception {
        // TEST-NET-1: an address for documentation, which no machine has.
        assertFails("192.0.2.1:3000", "192.0.2.1:3000");
    }

    private void assertFails(String listen, String named) throws Exception {
        Child child = children.jar(Jars.balancer(), "--listen", listen, "--target", "127.0.0.1:1");
        assertEquals(1, child.exitCode(Child.PATIENCE), child::report);
        assertEquals("", child.stdout(), child::report);
        assertTrue(child.stderr().startsWith("musher-balancer: cannot listen on " + named + ": "), child::report);
        assertEquals(1, child.stderr().lines().count(), child::report);
    }
}
