package io.musher.internal.process.output;

/** Receives the output of one stream of one worker. Called only by the thread that reads the stream. */
public interface OutputSink {

    /** Receives output; the caller reuses the array after the call. */
    void accept(byte[] bytes, int offset, int length);

    /** Called once, at the end of the stream. */
    default void end() {}
}
