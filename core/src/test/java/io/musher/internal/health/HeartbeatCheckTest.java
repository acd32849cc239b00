package io.musher.internal.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who has to answer heartbeats, and what counts as an answer. */
class HeartbeatCheckTest {

    private final List<Long> sent = new ArrayList<>();
    private final List<Optional<String>> outcomes = new ArrayList<>();
    private boolean knowsThem;
    private long number;
    private final HeartbeatCheck heartbeat = new HeartbeatCheck(sent::add, () -> ++number, () -> knowsThem);

    @Test
    void shouldLetOffWhoeverNeverJoinedUntilItHasAnsweredOnce() {
        heartbeat.begin(outcomes::add);
        assertEquals(List.of(Optional.empty()), outcomes);
        heartbeat.answered(1);
        heartbeat.begin(outcomes::add);
        assertEquals(1, outcomes.size(), "it can, so it must");
        heartbeat.answered(2);
        assertEquals(2, outcomes.size());
        assertEquals(List.of(1L, 2L), sent);
    }

    @Test
    void shouldExpectAnAnswerOfWhoeverJoined() {
        knowsThem = true;
        heartbeat.begin(outcomes::add);
        assertEquals(List.of(), outcomes);
        heartbeat.abandon();
        heartbeat.begin(outcomes::add);
        heartbeat.answered(1);
        assertEquals(List.of(), outcomes, "that was too late");
        heartbeat.answered(2);
        assertEquals(List.of(Optional.empty()), outcomes);
        heartbeat.answered(2);
        assertEquals(1, outcomes.size());
    }
}
