package io.musher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.musher.ClusterStats.MessageStats;
import io.musher.ClusterStats.RolloutStats;
import io.musher.ClusterStats.SlotStats;
import io.musher.ClusterStats.TrafficStats;
import io.musher.balancer.BalancerStats;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What statistics look like in a log. */
class ClusterStatsTest {

    private static SlotStats slot(int instance, SlotStats.State state, String reason) {
        return new SlotStats(instance, "shop-" + (instance + 1), state, reason, 0, 0, OptionalInt.of(instance + 1),
                Optional.empty(), Optional.empty(), new TrafficStats(0, 0, 0, 0));
    }

    private static ClusterStats stats(List<SlotStats> slots, Optional<BalancerStats> balancer,
            Optional<RolloutStats> rollout, long dropped) {
        int ready = (int) slots.stream().filter(slot -> slot.state() == SlotStats.State.READY).count();
        return new ClusterStats(slots.size(), ready, 3, 1, 0, dropped, List.of(), slots, new MessageStats(0, 0, 0),
                balancer, rollout);
    }

    @Test
    void shouldBeOneShortLineWhileAllIsWell() {
        ClusterStats stats = stats(List.of(slot(0, SlotStats.State.READY, "its port accepts")), Optional.empty(),
                Optional.empty(), 0);

        assertEquals("1 of 1 ready, 3 forks, 1 restart, 0 failures", stats.toString());
    }

    @Test
    void shouldSayWhatIsNotAsWanted() {
        BalancerStats balancer = new BalancerStats(9, 5, 0, 0, 1, 2, 3, 4, 0, 0, 6, 0, 0, 0, List.of());
        ClusterStats stats = stats(
                List.of(slot(0, SlotStats.State.READY, "its port accepts"),
                        slot(1, SlotStats.State.BACKOFF, "exit code 1 (crashed)")),
                Optional.of(balancer), Optional.of(new RolloutStats("reload()", 1, 1, Optional.empty())), 70);

        assertEquals("1 of 2 ready, 3 forks, 1 restart, 0 failures; shop-2 BACKOFF (exit code 1 (crashed));"
                + " rollout (reload()): 1 replaced, 1 left;"
                + " 0 of 0 targets ready, 5 active of 9 accepted, 3 waiting, 4 rejected, 2 retried, 6 cut,"
                + " 1 connect failure; 70 bytes of output dropped", stats.toString());
    }

    @Test
    void shouldStayShortWhenManyAreNotReady() {
        String text = stats(
                IntStream.range(0, 500).mapToObj(i -> slot(i, SlotStats.State.QUEUED, "waits for its turn")).toList(),
                Optional.empty(), Optional.empty(), 0).toString();

        assertTrue(text.endsWith("; and 492 more that are not ready") && text.length() < 500, text);
    }
}
