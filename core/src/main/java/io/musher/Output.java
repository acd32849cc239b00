package io.musher;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Sets where the workers' standard output and standard error go. Immutable.
 *
 * <p>In every case the last 64 KiB of each worker are kept for error messages, and the memory for output is bounded. A
 * destination that is too slow holds up the worker for a second at most; then output is dropped, and the amount is
 * logged.
 */
public sealed interface Output {

    /**
     * Forwards output to the standard output and standard error of this process, unchanged. This is the default.
     *
     * @return the output
     */
    static Output inherit() {
        return new Inherit(Optional.empty());
    }

    /**
     * Forwards output as {@link #inherit()}, but line by line with a prefix.
     *
     * @param prefix may contain {@code %n} (worker's name), {@code %i} (instance), {@code %w} (worker id) and
     *     {@code %p} (process id)
     * @return the output
     */
    static Output prefixed(String prefix) {
        return new Inherit(Optional.of(prefix));
    }

    /**
     * Discards output.
     *
     * @return the output
     */
    static Output discard() {
        return new Discard();
    }

    /**
     * Passes output line by line to a consumer.
     *
     * @param consumer runs on one thread for all workers; an exception is logged, and the consumer gets the next lines
     * @return the output
     */
    static Output to(Consumer<? super Line> consumer) {
        return new Lines(consumer);
    }

    /**
     * Writes output to one file per instance, {@code <directory>/<worker's name>.log}; a replacement appends to it. At
     * 16 MiB the file is renamed to {@code .log.1}; three such files are kept. Behind a symbolic link the file that the
     * link leads to is renamed; a pipe, a device and a link in {@code /dev} never is.
     *
     * @param directory created if it does not exist
     * @return the output
     */
    static Files files(Path directory) {
        Path file = directory.resolve("%n.log");
        Path escaped = Path.of(directory.toString().replace("%", "%%")).resolve(file.getFileName());
        return new Files(escaped, escaped, 16 << 20, 3);
    }

    /**
     * Writes standard output and standard error to files of their own. A file that is full is renamed as by
     * {@link #files(Path)}. Several workers may write to one file; {@code %n} (worker's name) and {@code %i} (instance)
     * in a path give each instance its own, {@code %%} is a percent sign.
     *
     * @param stdout the file for standard output; its folder is created if it does not exist
     * @param stderr the file for standard error; may be the same
     * @return the output
     */
    static Files files(Path stdout, Path stderr) {
        return new Files(stdout, stderr, 16 << 20, 3);
    }

    /**
     * Passes output to several destinations. Each of them holds up a worker and drops output by itself.
     *
     * @param outputs at least one
     * @return the output
     */
    static Output tee(Output... outputs) {
        return new Tee(List.of(outputs));
    }

    /**
     * Forwards output, see {@link Output#inherit()} and {@link Output#prefixed(String)}.
     *
     * @param prefix the prefix of each line; empty if output is not split into lines
     */
    record Inherit(Optional<String> prefix) implements Output {

        /**
         * Checks the components.
         *
         * @param prefix as the component
         */
        public Inherit {
            Objects.requireNonNull(prefix, "prefix");
        }
    }

    /** Discards output, see {@link Output#discard()}. */
    record Discard() implements Output {}

    /**
     * Passes lines to a consumer, see {@link Output#to(Consumer)}.
     *
     * @param consumer receives the lines
     */
    record Lines(Consumer<? super Line> consumer) implements Output {

        /**
         * Checks the components.
         *
         * @param consumer as the component
         */
        public Lines {
            Objects.requireNonNull(consumer, "output consumer");
        }
    }

    /**
     * Writes files, see {@link Output#files(Path, Path)}. Use the methods.
     *
     * @param stdout the file for standard output, with placeholders
     * @param stderr the file for standard error, with placeholders
     * @param maxBytes the size at which a file is renamed, at least 1 KiB
     * @param keep how many renamed files are kept, at least 0
     */
    record Files(Path stdout, Path stderr, long maxBytes, int keep) implements Output {

        /**
         * Checks the components.
         *
         * @param stdout as the component
         * @param stderr as the component
         * @param maxBytes as the component
         * @param keep as the component
         * @throws IllegalArgumentException if the size is less than 1 KiB or the number is negative
         */
        public Files {
            Objects.requireNonNull(stdout, "output file of stdout");
            Objects.requireNonNull(stderr, "output file of stderr");
            if (maxBytes < 1024) {
                throw new IllegalArgumentException("output maxBytes " + maxBytes + " is less than 1024");
            }
            if (keep < 0) {
                throw new IllegalArgumentException("output keep " + keep + " is less than 0");
            }
        }

        /**
         * Returns a copy with another size.
         *
         * @param bytes the size at which a file is renamed, at least 1 KiB
         * @return the copy
         * @throws IllegalArgumentException if the size is less than 1 KiB
         */
        public Files withMaxBytes(long bytes) {
            return new Files(stdout, stderr, bytes, keep);
        }

        /**
         * Returns a copy with another number of files.
         *
         * @param files how many renamed files are kept, at least 0
         * @return the copy
         * @throws IllegalArgumentException if the number is negative
         */
        public Files withKeep(int files) {
            return new Files(stdout, stderr, maxBytes, files);
        }
    }

    /**
     * Passes output to several destinations, see {@link Output#tee}.
     *
     * @param outputs the destinations
     */
    record Tee(List<Output> outputs) implements Output {

        /**
         * Copies and checks the components.
         *
         * @param outputs as the component
         * @throws IllegalArgumentException if there is none
         */
        public Tee {
            outputs = List.copyOf(outputs);
            if (outputs.isEmpty()) {
                throw new IllegalArgumentException("output tee: at least one output is needed");
            }
        }
    }

    /**
     * Holds a line of output.
     *
     * @param worker the worker's id
     * @param instance the worker's instance
     * @param name the worker's name
     * @param error whether the line came from standard error
     * @param text the line without its end; a line of more than 64 KiB comes in pieces
     */
    record Line(int worker, int instance, String name, boolean error, String text) {}
}
