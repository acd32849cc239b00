package io.musher.internal.ipc;

import java.nio.ByteBuffer;

/**
 * Cuts a stream of bytes into frames, however the bytes were chunked; one thread.
 *
 * <p>A frame that arrives whole is handed on where it lies. Only one that arrives in pieces is kept, in a buffer that grows with
 * what has really come, so a length that is only claimed costs nothing. After a {@link ProtocolException} it takes no more.
 */
final class FrameDecoder {

    private static final int FIRST_ROOM = 1024;
    /** A frame gets all its room when one part in so many has come: growing costs another copy. */
    private static final int ENOUGH = 4;

    private final ByteBuffer header = ByteBuffer.allocate(Frames.HEADER);
    private final ArrayPool arrays;
    private FrameSink sink;
    private boolean inFrame;
    private boolean taken;
    private boolean stopped;
    private boolean suspended;
    private int type;
    private int sequence;
    private int missing;
    private ByteBuffer kept;

    FrameDecoder(FrameSink sink, ArrayPool arrays) {
        this.sink = sink;
        this.arrays = arrays;
    }

    /** From the next frame on. */
    void sink(FrameSink next) {
        sink = next;
    }

    /** Takes all bytes, unless it is stopped or suspended on the way. */
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

    /** Leaves bytes where they are, from the payload of a frame on whose header was read, until it goes on. */
    void suspend(boolean suspends) {
        suspended = suspends;
    }

    /** No frame comes out any more. */
    void stop() {
        stopped = true;
        kept = null;
    }

    /** {@return whether the stream would end in the middle of a frame} */
    boolean isInside() {
        return inFrame || header.position() > 0;
    }

    /** {@return the bytes it holds on to for a frame that is still on its way} */
    int room() {
        return kept == null ? 0 : kept.capacity();
    }

    private boolean header(ByteBuffer in) throws ProtocolException {
        move(in, header, header.remaining());
        if (header.hasRemaining()) {
            return false;
        }
        header.clear();
        missing = header.getInt(0);
        type = header.get(4) & 0xff;
        sequence = header.getInt(5);
        if (missing < 0) {
            throw new ProtocolException("a frame of " + Integer.toUnsignedLong(missing) + " bytes");
        }
        taken = sink.take(type, missing);
        inFrame = true;
        return true;
    }

    /** {@return whether the frame is complete} */
    private boolean payload(ByteBuffer in) throws ProtocolException {
        int here = Math.min(missing, in.remaining());
        if (!taken) {
            in.position(in.position() + here);
        } else if (kept == null && here == missing) {
            ByteBuffer whole = in.slice(in.position(), here);
            in.position(in.position() + here);
            inFrame = false;
            sink.frame(type, sequence, whole);
            return true;
        } else {
            keep(in, here);
        }
        missing -= here;
        if (missing > 0) {
            return false;
        }
        inFrame = false;
        if (taken) {
            ByteBuffer whole = kept.flip();
            kept = null;
            sink.frame(type, sequence, whole);
            arrays.release(whole);
        }
        return true;
    }

    private void keep(ByteBuffer in, int here) {
        int had = kept == null ? 0 : kept.position();
        if (kept == null || kept.remaining() < here) {
            int room = (int) Math.min((long) had + missing, Math.max((long) ENOUGH * (had + here), FIRST_ROOM));
            ByteBuffer larger = arrays.buffer(room);
            if (kept != null) {
                larger.put(kept.flip());
                arrays.release(kept);
            }
            kept = larger;
        }
        move(in, kept, here);
    }

    private static void move(ByteBuffer from, ByteBuffer to, int atMost) {
        int n = Math.min(atMost, from.remaining());
        to.put(to.position(), from, from.position(), n);
        from.position(from.position() + n);
        to.position(to.position() + n);
    }
}
