package io.musher.internal.ipc;

import io.musher.balancer.loop.Nullable;
import java.nio.ByteBuffer;

/**
 * Splits a stream of bytes into frames, however the bytes are chunked. Not thread-safe.
 *
 * <p>A frame that arrives in one chunk is passed on without a copy. A frame that arrives in pieces is collected in a
 * buffer that grows with the bytes received, so a large length in a header costs no memory by itself. After a
 * {@link ProtocolException} the decoder is stopped.
 */
final class FrameDecoder {

    private static final int MIN_CAPACITY = 1024;
    /** A frame gets its full buffer once a quarter of it has arrived, because every growth costs a copy. */
    private static final int GROWTH = 4;

    private final ByteBuffer header = ByteBuffer.allocate(FrameHeader.SIZE);
    private final ArrayPool arrays;
    private FrameSink sink;
    private boolean inFrame;
    private boolean accepted;
    private boolean stopped;
    private boolean suspended;
    private int type;
    private int sequence;
    private int remaining;
    private @Nullable ByteBuffer kept; // the begun frame, if it is accepted and in pieces

    FrameDecoder(FrameSink sink, ArrayPool arrays) {
        this.sink = sink;
        this.arrays = arrays;
    }

    /** Replaces the sink, from the next frame on. */
    void sink(FrameSink next) {
        sink = next;
    }

    /** Consumes all bytes, unless the sink stops or suspends this decoder meanwhile. */
    void decode(ByteBuffer in) throws ProtocolException {
        try {
            while (!stopped && (inFrame || header(in)) && !suspended && payload(in)) {
                continue;
            }
        } catch (ProtocolException e) {
            stop();
            throw e;
        }
    }

    /**
     * Suspends or resumes decoding. A suspended decoder reads a header at most and leaves the payload in the buffer.
     */
    void suspend(boolean suspend) {
        suspended = suspend;
    }

    /** Ends decoding for good. */
    void stop() {
        stopped = true;
        kept = null;
    }

    /** {@return whether a frame is incomplete} */
    boolean isInside() {
        return inFrame || header.position() > 0;
    }

    /** {@return the size of the buffer for an incomplete frame, in bytes} */
    int room() {
        return kept == null ? 0 : kept.capacity();
    }

    private boolean header(ByteBuffer in) throws ProtocolException {
        move(in, header, header.remaining());
        if (header.hasRemaining()) {
            return false;
        }
        header.clear();
        remaining = FrameHeader.length(header);
        type = FrameHeader.type(header);
        sequence = FrameHeader.sequence(header);
        if (remaining < 0) {
            throw new ProtocolException("a frame of " + Integer.toUnsignedLong(remaining) + " bytes");
        }
        accepted = sink.accept(type, remaining);
        inFrame = true;
        return true;
    }

    /** {@return whether the frame is complete} */
    private boolean payload(ByteBuffer in) throws ProtocolException {
        int available = Math.min(remaining, in.remaining());
        if (!accepted) {
            in.position(in.position() + available);
        } else if (kept == null && available == remaining) {
            ByteBuffer whole = in.slice(in.position(), available);
            in.position(in.position() + available);
            inFrame = false;
            sink.frame(type, sequence, whole);
            return true;
        } else {
            keep(in, available);
        }
        remaining -= available;
        if (remaining > 0) {
            return false;
        }
        inFrame = false;
        ByteBuffer whole = kept;
        if (whole != null) {
            kept = null;
            sink.frame(type, sequence, whole.flip());
            arrays.release(whole);
        }
        return true;
    }

    private void keep(ByteBuffer in, int available) {
        int stored = kept == null ? 0 : kept.position();
        if (kept == null || kept.remaining() < available) {
            int room = (int) Math.min((long) stored + remaining,
                    Math.max((long) GROWTH * (stored + available), MIN_CAPACITY));
            ByteBuffer larger = arrays.buffer(room);
            if (kept != null) {
                larger.put(kept.flip());
                arrays.release(kept);
            }
            kept = larger;
        }
        move(in, kept, available);
    }

    private static void move(ByteBuffer from, ByteBuffer to, int atMost) {
        int n = Math.min(atMost, from.remaining());
        to.put(to.position(), from, from.position(), n);
        from.position(from.position() + n);
        to.position(to.position() + n);
    }
}
