package io.musher;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a worker runs: an immutable value. Every method that changes something returns a new one.
 *
 * <p>In arguments, JVM flags and values of the environment {@code %i} is replaced by the worker's instance and {@code %w} by its
 * id. {@code %p}, the process id, is not known before the process is there and stays as it is: the JVM fills it in itself in
 * names of log and dump files. Nothing is ever given to a shell: an argument arrives as it was written.
 */
public sealed interface Launch {

    /**
     * This JVM's own command line again: the same {@code java}, class or module path, main class and, unless
     * {@link #args(List)} says otherwise, arguments. It is the default.
     *
     * @return the launch
     */
    static Launch self() {
        return new Self(Options.NONE);
    }

    /**
     * Another main class from this JVM's class path, in a JVM of its own.
     *
     * @param main has a {@code main} method
     * @return the launch
     */
    static Launch main(Class<?> main) {
        Objects.requireNonNull(main, "main");
        return new Main(main.getName(), Optional.of(main), Options.NONE);
    }

    /**
     * Another main class from this JVM's class path, in a JVM of its own.
     *
     * @param main its full name, or {@code module/class} where this JVM has a module path
     * @return the launch
     */
    static Launch main(String main) {
        return new Main(main, Optional.empty(), Options.NONE);
    }

    /**
     * A program in a jar, as {@code java -jar} runs it, on this JVM's {@code java}.
     *
     * @param jar the file
     * @return the launch
     */
    static Launch jar(Path jar) {
        return new Jar(jar, Options.NONE);
    }

    /**
     * Any program. It is found as {@code PATH} says.
     *
     * @param words the program and its first arguments
     * @return the launch
     */
    static Launch command(List<String> words) {
        return new Command(words, Options.NONE);
    }

    /**
     * Any program. It is found as {@code PATH} says.
     *
     * @param words the program and its first arguments
     * @return the launch
     */
    static Launch command(String... words) {
        return command(LaunchChecks.list("command", words));
    }

    /**
     * {@return what all kinds of launch have in common}
     */
    Options options();

    /**
     * The same with other options.
     *
     * @param options all of them
     * @return a new value
     * @throws IllegalStateException if there are JVM flags for a command
     */
    Launch with(Options options);

    /**
     * The program's arguments: they replace those given before and, for {@link #self()}, this JVM's own. Those of a command
     * are put behind its words.
     *
     * @param args none null
     * @return a new value
     */
    default Launch args(List<String> args) {
        return with(new Options(Optional.of(Objects.requireNonNull(args, "args")), options().jvmArgs(), options().env(), options().directory()));
    }

    /**
     * The program's arguments, see {@link #args(List)}.
     *
     * @param args none null
     * @return a new value
     */
    default Launch args(String... args) {
        return args(LaunchChecks.list("args", args));
    }

    /**
     * Flags for the worker's JVM, behind those inherited and given before: the last one counts. With a flag for the heap or the
     * number of processors among them, Musher does not compute that share.
     *
     * @param flags none null
     * @return a new value
     * @throws IllegalStateException for a command, which has no JVM
     */
    default Launch jvmArgs(List<String> flags) {
        List<String> all = new ArrayList<>(options().jvmArgs());
        all.addAll(Objects.requireNonNull(flags, "jvmArgs"));
        return with(new Options(options().args(), all, options().env(), options().directory()));
    }

    /**
     * Flags for the worker's JVM, see {@link #jvmArgs(List)}.
     *
     * @param flags none null
     * @return a new value
     * @throws IllegalStateException for a command, which has no JVM
     */
    default Launch jvmArgs(String... flags) {
        return jvmArgs(LaunchChecks.list("jvmArgs", flags));
    }

    /**
     * Variables of the worker's environment, over this process's own and those given before. The names that begin with
     * {@code MUSHER_} are Musher's.
     *
     * @param variables no name or value null
     * @return a new value
     */
    default Launch env(Map<String, String> variables) {
        return with(new Options(options().args(), options().jvmArgs(),
                LaunchChecks.merged(options().env(), variables), options().directory()));
    }

    /**
     * One variable of the worker's environment, see {@link #env(Map)}.
     *
     * @param variable its name
     * @param value what it is to be
     * @return a new value
     */
    default Launch env(String variable, String value) {
        return env(Map.of(variable, value));
    }

    /**
     * Where the worker runs; default: where this process runs.
     *
     * @param directory must exist when a worker starts
     * @return a new value
     */
    default Launch directory(Path directory) {
        return with(new Options(options().args(), options().jvmArgs(), options().env(), Optional.of(Objects.requireNonNull(directory, "directory"))));
    }

    /**
     * What all kinds of launch have in common. Components may be added in later versions; use the methods of {@link Launch}.
     *
     * @param args the program's arguments, or empty for the default ones
     * @param jvmArgs flags for the JVM, behind the inherited ones
     * @param env variables over the inherited ones
     * @param directory where to run, or empty for this process's own
     */
    record Options(Optional<List<String>> args, List<String> jvmArgs, Map<String, String> env, Optional<Path> directory) {

        static final Options NONE = new Options(Optional.empty(), List.of(), Map.of(), Optional.empty());

        /**
         * Checks and copies.
         *
         * @param args the program's arguments, or empty for the default ones
         * @param jvmArgs flags for the JVM, behind the inherited ones
         * @param env variables over the inherited ones
         * @param directory where to run, or empty for this process's own
         */
        public Options {
            args = args.map(words -> LaunchChecks.words("args", words));
            jvmArgs = LaunchChecks.words("jvmArgs", jvmArgs);
            env = LaunchChecks.environment(env);
            Objects.requireNonNull(directory, "directory");
        }
    }

    /**
     * See {@link Launch#self()}.
     *
     * @param options what all kinds have in common
     */
    record Self(Options options) implements Launch {
        @Override
        public Launch with(Options options) {
            return new Self(options);
        }
    }

    /**
     * See {@link Launch#main(String)}.
     *
     * @param name of the class
     * @param type the class, where it was given as one
     * @param options what all kinds have in common
     */
    record Main(String name, Optional<Class<?>> type, Options options) implements Launch {

        /**
         * Checks the components.
         *
         * @param name of the class
         * @param type the class, where it was given as one
         * @param options what all kinds have in common
         */
        public Main {
            LaunchChecks.mainClass(name);
            type.ifPresent(LaunchChecks::mainClass);
        }

        @Override
        public Launch with(Options options) {
            return new Main(name, type, options);
        }
    }

    /**
     * See {@link Launch#jar(Path)}.
     *
     * @param jar the file
     * @param options what all kinds have in common
     */
    record Jar(Path jar, Options options) implements Launch {

        /**
         * Checks the components.
         *
         * @param jar the file
         * @param options what all kinds have in common
         */
        public Jar {
            Objects.requireNonNull(jar, "jar");
        }

        @Override
        public Launch with(Options options) {
            return new Jar(jar, options);
        }
    }

    /**
     * See {@link Launch#command(List)}.
     *
     * @param words the program and its first arguments
     * @param options what all kinds have in common
     */
    record Command(List<String> words, Options options) implements Launch {

        /**
         * Checks the components.
         *
         * @param words the program and its first arguments
         * @param options what all kinds have in common
         * @throws IllegalStateException if there are flags for a JVM
         */
        public Command {
            words = LaunchChecks.command(words);
            if (!options.jvmArgs().isEmpty()) {
                throw new IllegalStateException("jvmArgs " + options.jvmArgs() + " with the command " + words
                        + ": a command has no JVM of Musher's; put the flags among its own words");
            }
        }

        @Override
        public Launch with(Options options) {
            return new Command(words, options);
        }
    }
}
