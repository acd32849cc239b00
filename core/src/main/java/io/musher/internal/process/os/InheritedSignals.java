package io.musher.internal.process.os;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resets ignored signals to their default action in workers. A signal that the primary ignores (SIGHUP under
 * {@code nohup}, SIGINT after a shell's {@code &}) would be ignored by its workers too, and a signal sent to a worker
 * on purpose would have no effect. Closing the terminal does not reach the workers in any case, because on Linux each
 * worker leads a session of its own. Node and PM2 reset signals too. Requires {@code env} of GNU coreutils 8.31 or
 * newer; without it, ignored signals stay ignored.
 */
public final class InheritedSignals {

    private static final Logger LOG = LoggerFactory.getLogger(InheritedSignals.class);

    private static final class Holder {
        static final Optional<String> ENV = Platform.LINUX ? Platform.tool("env").filter(InheritedSignals::resets)
                : Optional.empty();
    }

    private InheritedSignals() {}

    /**
     * {@return the words to insert before a command line; empty when there is nothing to reset}
     *
     * @param program the first word of the command line
     */
    public static List<String> reset(String program) {
        // The env program interprets a word with = as a variable.
        if (!Platform.LINUX || program.indexOf('=') >= 0 || !ProcessTable.ignoresSignals()) {
            return List.of();
        }
        return Holder.ENV.map(env -> List.of(env, "--default-signal")).orElseGet(List::of);
    }

    private static boolean resets(String env) {
        try {
            int status = new ProcessBuilder(env, "--default-signal", env).redirectInput(Platform.NULL)
                    .redirectOutput(Platform.NULL)
                    .redirectError(Platform.NULL).start().waitFor();
            return status == 0;
        } catch (IOException e) {
            LOG.debug("{} --default-signal cannot be tried; workers ignore the signals this process ignores", env, e);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
