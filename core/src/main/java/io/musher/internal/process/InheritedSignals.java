package io.musher.internal.process;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives workers the default action for every signal. A signal that the primary ignores (SIGHUP under {@code nohup}, SIGINT behind a shell's
 * {@code &}) would be ignored by its workers too, and a signal sent to one on purpose would have no effect. On Linux each worker leads a
 * session of its own, so the end of the terminal does not reach it in any case. As Node and PM2 do it. Needs the {@code env} of GNU
 * coreutils 8.31 or newer; without it ignored signals stay ignored.
 */
final class InheritedSignals {

    private static final Logger LOG = LoggerFactory.getLogger(InheritedSignals.class);

    private static final class Once {
        static final Optional<String> ENV = Platform.LINUX ? Platform.tool("env").filter(InheritedSignals::resets) : Optional.empty();
    }

    private InheritedSignals() { }

    /**
     * {@return words to put before a command line; none where there is nothing to reset}
     *
     * @param program the first word of the command line
     */
    static List<String> reset(String program) {
        if (!Platform.LINUX || program.indexOf('=') >= 0 || !ProcessTable.ignoresSignals()) { // env takes a word with = for a variable
            return List.of();
        }
        return Once.ENV.map(env -> List.of(env, "--default-signal")).orElseGet(List::of);
    }

    private static boolean resets(String env) {
        try {
            int status = new ProcessBuilder(env, "--default-signal", env).redirectInput(Platform.NULL).redirectOutput(Platform.NULL)
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
