package io.musher.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Local ports run out towards one target: that is nobody's fault, and the others serve. Needs a network of its own,
 * where that is allowed.
 */
class LocalPortsIT {

    private static final String FEW = "ip link set lo up"
            + " && echo 40000 40009 >/proc/sys/net/ipv4/ip_local_port_range && exec \"$@\"";

    @RegisterExtension
    final Children children = new Children();

    @Test
    void shouldNotBlameATargetForWantOfLocalPorts() throws Exception {
        assumeTrue(new ProcessBuilder("sh", "-c", "unshare -rn ip link set lo up").start().waitFor() == 0,
                "no network namespaces here");
        Child child = children.command("unshare", "-rn", "sh", "-c", FEW, "sh", Child.java(), "-cp",
                System.getProperty("java.class.path"),
                ScarceLocalPorts.class.getName(), "10");
        assertEquals(0, child.exitCode(Child.PATIENCE), child::report);
        List<String> told = child.stdout().lines().toList();
        assertEquals("without ports: {b=30}, a is READY after 0 failures", told.get(0), child::report);
        assertTrue(told.get(1).matches("with ports: \\{a=1\\d, b=1\\d\\}, a is READY after 0 failures"), child::report);
    }
}
