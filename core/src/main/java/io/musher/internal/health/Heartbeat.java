package io.musher.internal.health;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** Asks on the channel; the answer carries the number of the question. */
final class Heartbeat implements Check {

    private final LongConsumer send;
    private final boolean knowsThem;
    private Consumer<Optional<String>> outcome;
    private boolean hasAnswered;
    private long number;

    /**
     * @param send brings a question on its way
     * @param knowsThem whether the worker is known to answer; if not it is let off until it has done so once
     */
    Heartbeat(LongConsumer send, boolean knowsThem) {
        this.send = send;
        this.knowsThem = knowsThem;
    }

    @Override
    public void begin(Consumer<Optional<String>> itsOutcome) {
        number++;
        outcome = itsOutcome;
        send.accept(number);
        if (!knowsThem && !hasAnswered) {
            end();
        }
    }

    void answered(long question) {
        hasAnswered = true;
        if (question == number) {
            end();
        }
    }

    private void end() {
        Consumer<Optional<String>> told = outcome;
        outcome = null;
        if (told != null) {
            told.accept(Optional.empty());
        }
    }

    @Override
    public void abandon() {
        outcome = null;
    }
}
