package io.musher.ops.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.musher.Exit;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ExitHistoryTest {

    private static final Exit DONE = exit(0, false);
    private static final Exit FAILED = exit(3, false);
    private static final Exit STOPPED = exit(1, true);

    private final ExitHistory exits = new ExitHistory();

    private static Exit exit(int code, boolean voluntary) {
        return new Exit(OptionalInt.of(code), Optional.empty(), voluntary,
                voluntary ? Exit.Cause.STOPPED : Exit.Cause.NEVER_READY, code);
    }

    @Test
    void shouldCountExitsAndKeepTheFirstFailureUntilTheNextStart() {
        exits.exited(1, DONE);
        exits.exited(2, STOPPED);
        assertEquals(Optional.empty(), exits.firstFailure());
        exits.exited(3, FAILED);
        exits.exited(4, exit(4, false));
        assertEquals(Optional.of(FAILED), exits.firstFailure());
        assertEquals(4, exits.count());

        exits.begin();

        assertEquals(Optional.empty(), exits.firstFailure());
        assertEquals(0, exits.count());
        assertEquals(4, exits.last().orElseThrow().status());
    }

    @Test
    void shouldForgetTheFailuresOfARolloutThatWasRolledBackButNotThoseBeforeIt() {
        exits.forked(1);
        exits.forked(2);
        exits.rolloutStarted();
        exits.forked(3);
        exits.exited(3, FAILED);
        exits.rolledBack();
        assertEquals(Optional.empty(), exits.firstFailure());

        exits.exited(2, FAILED);
        exits.rolloutStarted();
        exits.rolledBack();
        assertEquals(Optional.of(FAILED), exits.firstFailure());
    }
}
