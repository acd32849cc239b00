package io.musher;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where the workers' standard output and standard error go: an immutable value.
 *
 * <p>Whatever it is, the last 64 KiB of each worker are kept for error messages, a worker that prints without end takes no
 * memory, and whoever takes its output slowly slows it down for a second at most: then output is dropped, and how much is logged.
 */
public sealed interface Output {

    /**
     * To this process's own standard output and standard error, as it comes; the default.
     *
     * @return the output
     */
    static Output inherit() {
        return new Inherit(Optional.empty());
    }

    /**
     * The same, line by line, each behind a prefix.
     *
     * @param prefix in it {@code %n} is the worker's name, {@code %i} its instance, {@code %w} its id and {@code %p} its process id
     * @return the output
     */
    static Output prefixed(String prefix) {
        return new Inherit(Optional.of(prefix));
    }

    /**
     * Nowhere.
     *
     * @return the output
     */
    static Output discard() {
        return new Discard();
    }

    /**
     * To a consumer, line by line, all workers' on one thread. One that throws is logged and goes on hearing.
     *
     * @param consumer hears the lines
     * @return the output
     */
    static Output to(Consumer<? super Line> consumer) {
        return new Lines(consumer);
    }

    /**
     * To one file per instance, {@code <directory>/<worker's name>.log}, appended to by a replacement. At 16 MiB it becomes
     * {@code .log.1}, of which three are kept.
     *
     * @param directory made when it is not there
     * @return the output
     */
    static Files files(Path directory) {
        return new Files(directory, 16 << 20, 3);
    }

    /**
     * See {@link Output#inherit()} and {@link Output#prefixed(String)}.
     *
     * @param prefix of each line; empty: the output is not cut into lines
     */
    record Inherit(Optional<String> prefix) implements Output {

        /**
         * Checks the components.
         *
         * @param prefix of each line; empty: the output is not cut into lines
         */
        public Inherit {
            Objects.requireNonNull(prefix, "prefix");
        }
    }

    /** See {@link Output#discard()}. */
    record Discard() implements Output { }

    /**
     * See {@link Output#to(Consumer)}.
     *
     * @param consumer hears the lines
     */
    record Lines(Consumer<? super Line> consumer) implements Output {

        /**
         * Checks the components.
         *
         * @param consumer hears the lines
         */
        public Lines {
            Objects.requireNonNull(consumer, "output consumer");
        }
    }

    /**
     * See {@link Output#files(Path)}. Components may be added in later versions; use the methods.
     *
     * @param directory made when it is not there
     * @param maxBytes at which a file is put aside, at least 1 KiB
     * @param keep how many files put aside are kept, at least 0
     */
    record Files(Path directory, long maxBytes, int keep) implements Output {

        /**
         * Checks the components.
         *
         * @param directory made when it is not there
         * @param maxBytes at which a file is put aside, at least 1 KiB
         * @param keep how many files put aside are kept, at least 0
         */
        public Files {
            Objects.requireNonNull(directory, "output directory");
            if (maxBytes < 1024) {
                throw new IllegalArgumentException("output maxBytes " + maxBytes + " is less than 1024");
            }
            if (keep < 0) {
                throw new IllegalArgumentException("output keep " + keep + " is less than 0");
            }
        }

        /**
         * The same with another size.
         *
         * @param bytes at which a file is put aside, at least 1 KiB
         * @return a new value
         */
        public Files maxBytes(long bytes) {
            return new Files(directory, bytes, keep);
        }

        /**
         * The same with another number.
         *
         * @param files how many files put aside are kept, at least 0
         * @return a new value
         */
        public Files keep(int files) {
            return new Files(directory, maxBytes, files);
        }
    }

    /**
     * A line of output. Components may be added in later versions.
     *
     * @param worker its id
     * @param instance its instance
     * @param name its name
     * @param error whether it came on standard error
     * @param text without its end; a line of more than 64 KiB comes in pieces
     */
    record Line(int worker, int instance, String name, boolean error, String text) { }
}
