package io.musher.internal.process;

/** Where one stream of one worker goes. Called by the one thread that reads the stream. */
interface OutputSink {

    /** Takes bytes, which are the caller's again afterwards. */
    void accept(byte[] bytes, int offset, int length);

    /** Nothing more comes. */
    default void end() { }
}
