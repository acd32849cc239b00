package io.musher.internal.health;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** Asks on the channel; the answer carries the number of the question. */
final class HeartbeatCheck implements Check {

    private final LongConsumer send;
    private final LongSupplier numbers;
    private final BooleanSupplier knowsThem;
    private Consumer<Optional<String>> outcome;
    private boolean hasAnswered;
    private long number;

    /**
     * @param send brings a question on its way
     * @param numbers the next one, of all the worker's
     * @param knowsThem whether the worker is known to answer; until then it is let off, unless it has done so once
     */
    HeartbeatCheck(LongConsumer send, LongSupplier numbers, BooleanSupplier knowsThem) {
        this.send = send;
        this.numbers = numbers;
        this.knowsThem = knowsThem;
    }

    @Override
    public void begin(Consumer<Optional<String>> itsOutcome) {
        number = numbers.getAsLong();
        outcome = itsOutcome;
        send.accept(number);
        if (!hasAnswered && !knowsThem.getAsBoolean()) {
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
