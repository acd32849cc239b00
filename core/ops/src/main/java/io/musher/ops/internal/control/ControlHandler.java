package io.musher.ops.internal.control;

import java.util.Map;

/** Carries out commands for all doors. Thread-safe. */
public interface ControlHandler {

    /** Where a command sends what it has to say before its end. */
    interface Lines {

        /** Sends an encoded line. Returns without sending it if the client has left. */
        void send(byte[] line);

        /**
         * Sends all that a feed contains, until the client leaves or the feed is closed.
         *
         * @throws ControlException if there are too many streams
         * @throws InterruptedException if the thread is interrupted
         */
        void stream(Feed feed) throws ControlException, InterruptedException;
    }

    /**
     * Carries out a command; blocks until it is done.
     *
     * @param request the command
     * @param lines receives progress or the stream that is asked for
     * @return the fields of the answer
     * @throws ControlException if it is not carried out, or fails
     * @throws InterruptedException if the thread is interrupted
     */
    Map<String, Object> handle(Request request, Lines lines) throws ControlException, InterruptedException;
}
