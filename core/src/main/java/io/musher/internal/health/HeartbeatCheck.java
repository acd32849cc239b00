package io.musher.internal.health;

import io.musher.balancer.loop.Nullable;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** Sends a heartbeat on the worker's channel and expects an answer with the same number. */
final class HeartbeatCheck implements Check {

    private final LongConsumer send;
    private final LongSupplier numbers;
    private final BooleanSupplier mustAnswer;
    private @Nullable Consumer<Optional<String>> outcome;
    private boolean hasAnswered;
    private long number;

    /**
     * @param send sends the heartbeat with the given number
     * @param numbers supplies the next number, unique among all heartbeats of the worker
     * @param mustAnswer whether the worker is known to answer heartbeats; until then a check passes without an answer,
     *     unless the worker has answered one before
     */
    HeartbeatCheck(LongConsumer send, LongSupplier numbers, BooleanSupplier mustAnswer) {
        this.send = send;
        this.numbers = numbers;
        this.mustAnswer = mustAnswer;
    }

    @Override
    public void begin(Consumer<Optional<String>> callback) {
        number = numbers.getAsLong();
        outcome = callback;
        send.accept(number);
        if (!hasAnswered && !mustAnswer.getAsBoolean()) {
            end();
        }
    }

    void answered(long answeredNumber) {
        hasAnswered = true;
        if (answeredNumber == number) {
            end();
        }
    }

    private void end() {
        Consumer<Optional<String>> callback = outcome;
        outcome = null;
        if (callback != null) {
            callback.accept(Optional.empty());
        }
    }

    @Override
    public void abandon() {
        outcome = null;
    }
}
