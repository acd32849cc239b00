package io.musher.internal.worker;

import io.musher.internal.ipc.MessageFrame;
import io.musher.internal.ipc.MessageHandler;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Passes received messages to the listeners of {@code WorkerContext}, on the callback thread. The channel exists before
 * the context, if the program has joined without it; until then messages are kept. Thread-safe.
 */
final class WorkerMessages implements MessageHandler {

    private record Listeners(BooleanSupplier any, Consumer<MessageFrame> dispatch) {}

    private final WorkerLifecycle lifecycle;
    private final CallbackThread callbacks;
    private volatile Listeners listeners = new Listeners(() -> false, message -> {});

    WorkerMessages(WorkerLifecycle lifecycle, CallbackThread callbacks) {
        this.lifecycle = lifecycle;
        this.callbacks = callbacks;
    }

    /** {@code any}: whether a listener is registered; {@code dispatch} calls them and must not throw. */
    void setListeners(BooleanSupplier any, Consumer<MessageFrame> dispatch) {
        listeners = new Listeners(any, dispatch);
    }

    @Override
    public boolean hasListener() {
        return listeners.any.getAsBoolean();
    }

    @Override
    public void execute(Runnable delivery) {
        lifecycle.runListener(delivery);
    }

    @Override
    public boolean mayContinue() {
        return callbacks.mayContinue();
    }

    @Override
    public void handle(MessageFrame message) {
        listeners.dispatch.accept(message);
    }
}
