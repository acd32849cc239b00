package io.musher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.internal.process.launch.LaunchPlan;
import io.musher.internal.supervisor.Limit;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class CapacityTest {

    private static final OptionalInt NONE = OptionalInt.empty();

    @Test
    void shouldAllowAsManyAsTheMemoryHoldsAtTheLeast() {
        Capacity capacity = new Capacity(960L << 20, Limit.NONE);
        assertEquals(new Limit(20, "each worker JVM takes at least 48 MiB out of 960 MiB of memory"),
                capacity.limit(LaunchPlan.Kind.JVM));
        assertEquals(240, capacity.limit(LaunchPlan.Kind.COMMAND).instances());
    }

    @Test
    void shouldAllowOneWorkerHoweverSmallTheMachineIs() {
        assertEquals(1, new Capacity(32L << 20, Limit.NONE).limit(LaunchPlan.Kind.JVM).instances());
    }

    @Test
    void shouldGoByThePortsAloneWhereTheMemoryIsNotKnown() {
        assertEquals(Limit.NONE, new Capacity(0, Limit.NONE).limit(LaunchPlan.Kind.JVM));
    }

    @Test
    void shouldAllowNoPortPastTheLast() {
        Limit limit = Capacity.ports(OptionalInt.of(65530), NONE, 28_000);
        assertEquals(6, limit.instances());
        assertTrue(limit.refusal(7).orElseThrow().contains("startPort 65530"), limit::toString);
        assertTrue(limit.refusal(6).isEmpty());
    }

    @Test
    void shouldAllowNoInstanceThatWouldHaveTheCommonPort() {
        assertEquals(10, Capacity.ports(OptionalInt.of(4000), OptionalInt.of(4010), 28_000).instances());
        assertEquals(61_536, Capacity.ports(OptionalInt.of(4000), OptionalInt.of(3000), 28_000).instances());
    }

    @Test
    void shouldKeepFreePortsForReplacements() {
        assertEquals(14_000, Capacity.ports(NONE, OptionalInt.of(3000), 28_000).instances());
        assertEquals(Limit.NONE, Capacity.ports(NONE, NONE, 28_000));
    }
}
