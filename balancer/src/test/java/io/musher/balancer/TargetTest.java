package io.musher.balancer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class TargetTest {

    private final InetSocketAddress address = new InetSocketAddress("127.0.0.1", 8000);

    @Test
    void shouldHaveWeightOneByDefault() {
        assertEquals(new Target("a", address, 1), new Target("a", address));
    }

    @Test
    void shouldTakeWeightsWithinTheirBounds() {
        assertEquals(1, new Target("a", address, 1).weight());
        assertEquals(Target.MAX_WEIGHT, new Target("a", address, Target.MAX_WEIGHT).weight());
    }

    @Test
    void shouldTakeANameThatIsToBeLookedUp() {
        InetSocketAddress name = InetSocketAddress.createUnresolved("somewhere", 1);
        assertEquals(name, new Target("a", name).address());
    }

    @Test
    void shouldNameWhatIsNull() {
        assertEquals("target id",
                assertThrows(NullPointerException.class, () -> new Target(null, address)).getMessage());
        assertEquals("target address",
                assertThrows(NullPointerException.class, () -> new Target("a", null)).getMessage());
    }

    @Test
    void shouldNameTheTargetAndTheBadValue() {
        refused("blank", () -> new Target(" ", address));
        refused("target a: port 0", () -> new Target("a", InetSocketAddress.createUnresolved("somewhere", 0)));
        refused("target a: port 0", () -> new Target("a", new InetSocketAddress("127.0.0.1", 0)));
        refused("target a: weight 0", () -> new Target("a", address, 0));
        refused("target a: weight -3", () -> new Target("a", address, -3));
        refused("target a: weight 1000001", () -> new Target("a", address, 1_000_001));
    }

    private static void refused(String part, Runnable construction) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, construction::run);
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }
}
