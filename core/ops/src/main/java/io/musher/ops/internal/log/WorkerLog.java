package io.musher.ops.internal.log;

import io.musher.Output;
import java.util.function.Consumer;

/** Receives the output of one process' workers. */
public interface WorkerLog extends Consumer<Output.Line> {

    /** {@return how many bytes of what it received could not be written where they belong} */
    default long dropped() {
        return 0;
    }
}
