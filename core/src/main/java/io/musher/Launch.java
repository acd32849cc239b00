package io.musher;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Describes what a worker runs: this program, another main class, a jar, or a command. Immutable: every method that
 * changes something returns a new launch.
 *
 * <p>In arguments, JVM flags and values of environment variables, {@code %i} is replaced by the worker's instance and
 * {@code %w} by its id, {@code %%} by a percent sign. {@code %p}, the process id, is not known before the process
 * exists and is left as it is; the JVM replaces it in the names of log and dump files. No shell interprets anything: an
 * argument arrives as it was written.
 *
 * <p><b>Precedence</b> of arguments, JVM flags, environment variables and the working directory, also for
 * {@link Cluster#deploy}: the launch comes first, then the options of {@link ClusterBuilder}, then what is inherited
 * from this process.
 *
 * <p><b>Secrets:</b> flags that this JVM has from its environment ({@code JAVA_TOOL_OPTIONS}, {@code JDK_JAVA_OPTIONS},
 * {@code _JAVA_OPTIONS}) stay in the environment. All other flags and arguments reach a worker JVM in a way that other
 * users cannot read; its command line shows an argument only if the command line of this process shows it. The words of
 * a {@link #command(List) command} are its command line, which all users of the machine can read: pass secrets to
 * commands in {@link #env(Map) environment variables}.
 */
public sealed interface Launch {

    /**
     * Launches the command line of this JVM again: the same {@code java}, class path or module path, and main class,
     * with the same arguments unless {@link #args(List)} replaces them. This is the default.
     *
     * @return the launch
     */
    static Launch self() {
        return new Self(Options.NONE);
    }

    /**
     * Launches another main class from the class path of this JVM.
     *
     * @param main a class with a {@code main} method
     * @return the launch
     * @throws IllegalArgumentException if the class cannot have a {@code main} method, for example an array type
     */
    static Launch main(Class<?> main) {
        Objects.requireNonNull(main, "main");
        return new Main(main.getName(), Optional.of(main), Options.NONE);
    }

    /**
     * Launches another main class from the class path of this JVM. {@link ClusterBuilder#start} and
     * {@link Cluster#deploy} throw {@link IllegalArgumentException} if the class cannot be found, unless JVM flags of
     * the launch may provide it.
     *
     * @param main the fully qualified name, or {@code module/class} if this JVM has a module path
     * @return the launch
     * @throws IllegalArgumentException if this is not the name of a class
     */
    static Launch main(String main) {
        return new Main(main, Optional.empty(), Options.NONE);
    }

    /**
     * Launches a jar as {@code java -jar} does, with the {@code java} of this JVM. {@link ClusterBuilder#start} and
     * {@link Cluster#deploy} throw {@link IllegalArgumentException} if there is no such file.
     *
     * @param jar an executable jar
     * @return the launch
     */
    static Launch jar(Path jar) {
        return new Jar(jar, Options.NONE);
    }

    /**
     * Launches any program, which is searched in {@code PATH}. Its child processes inherit the variables that mark a
     * worker; see {@link Cluster#isWorker} for child processes that use Musher.
     *
     * @param words the program and its first arguments
     * @return the launch
     * @throws IllegalArgumentException if no program is named
     */
    static Launch command(List<String> words) {
        return new Command(words, Options.NONE);
    }

    /**
     * Launches any program, see {@link #command(List)}.
     *
     * @param words the program and its first arguments
     * @return the launch
     * @throws IllegalArgumentException if no program is named
     */
    static Launch command(String... words) {
        return command(LaunchChecks.list("command", words));
    }

    /** {@return the options that all kinds of launch have} */
    Options options();

    /**
     * Returns this launch with other options.
     *
     * @param options replace all options
     * @return a new launch
     * @throws IllegalStateException if this is a command and the options contain JVM flags
     */
    Launch with(Options options);

    /**
     * Sets the program's arguments. They replace those set before, those of {@link ClusterBuilder#args} and, for
     * {@link #self()}, those of this program. For a command they follow its words. An empty list means no arguments.
     *
     * @param args without null
     * @return a new launch
     */
    default Launch args(List<String> args) {
        return with(options().withArgs(Objects.requireNonNull(args, "args")));
    }

    /**
     * Sets the program's arguments, see {@link #args(List)}.
     *
     * @param args without null
     * @return a new launch
     */
    default Launch args(String... args) {
        return args(LaunchChecks.list("args", args));
    }

    /**
     * Adds flags for the worker JVM. They follow the inherited ones, those of {@link ClusterBuilder#jvmArgs} and those
     * added before; where a flag is given twice, the last one counts. If they set the heap or the number of processors,
     * Musher does not compute that share of the machine.
     *
     * @param flags without null
     * @return a new launch
     * @throws IllegalStateException for a command, which has no JVM
     */
    default Launch jvmArgs(List<String> flags) {
        return with(options().withJvmArgs(Objects.requireNonNull(flags, "jvmArgs")));
    }

    /**
     * Adds flags for the worker JVM, see {@link #jvmArgs(List)}.
     *
     * @param flags without null
     * @return a new launch
     * @throws IllegalStateException for a command, which has no JVM
     */
    default Launch jvmArgs(String... flags) {
        return jvmArgs(LaunchChecks.list("jvmArgs", flags));
    }

    /**
     * Leaves out more of the flags that workers would inherit from this JVM, see {@link ClusterBuilder#removeJvmArgs}.
     *
     * @param prefixes what such flags begin with, for example {@code -javaagent:}
     * @return a new launch
     * @throws IllegalArgumentException if a prefix does not begin with a hyphen
     */
    default Launch removeJvmArgs(String... prefixes) {
        return with(options().withRemovedJvmArgs(LaunchChecks.list("removeJvmArgs", prefixes)));
    }

    /**
     * Adds environment variables of the worker, over those of this process, of {@link ClusterBuilder#env} and those
     * added before; only the variables given to {@link Cluster#fork(Map)} are above them. Names that begin with
     * {@code MUSHER_} are reserved for Musher.
     *
     * @param variables names and values without null
     * @return a new launch
     * @throws IllegalArgumentException if a name or value is not valid in an environment
     */
    default Launch env(Map<String, String> variables) {
        return with(options().withEnv(variables));
    }

    /**
     * Adds one environment variable of the worker, see {@link #env(Map)}.
     *
     * @param variable the name
     * @param value the value
     * @return a new launch
     * @throws IllegalArgumentException if the name or value is not valid in an environment
     */
    default Launch env(String variable, String value) {
        return env(Map.of(variable, value));
    }

    /**
     * Sets the working directory. Default: {@link ClusterBuilder#directory}, or else the directory of this process.
     *
     * @param directory must exist when a worker starts
     * @return a new launch
     */
    default Launch directory(Path directory) {
        return with(options().withDirectory(directory));
    }

    /**
     * Holds the options that all kinds of launch have. Use the methods of {@link Launch}.
     *
     * @param args the program's arguments; empty for the default ones
     * @param jvmArgs flags for the JVM, after the inherited ones
     * @param env environment variables, over the inherited ones
     * @param directory the working directory; empty for the default one
     * @param removedJvmArgs prefixes of flags that are not inherited
     */
    record Options(Optional<List<String>> args, List<String> jvmArgs, Map<String, String> env, Optional<Path> directory,
            List<String> removedJvmArgs) {

        static final Options NONE = new Options(Optional.empty(), List.of(), Map.of(), Optional.empty(), List.of());

        /**
         * Checks and copies the components.
         *
         * @param args as the component
         * @param jvmArgs as the component
         * @param env as the component
         * @param directory as the component
         * @param removedJvmArgs as the component
         * @throws IllegalArgumentException if a component contains a value that cannot be passed to a process
         */
        public Options {
            args = args.map(words -> LaunchChecks.words("args", words));
            jvmArgs = LaunchChecks.words("jvmArgs", jvmArgs);
            env = LaunchChecks.environment(env);
            Objects.requireNonNull(directory, "directory");
            removedJvmArgs = LaunchChecks.prefixes(removedJvmArgs);
        }

        Options withArgs(List<String> words) {
            return new Options(Optional.of(words), jvmArgs, env, directory, removedJvmArgs);
        }

        Options withJvmArgs(List<String> more) {
            return new Options(args, LaunchChecks.joined(jvmArgs, more), env, directory, removedJvmArgs);
        }

        Options withoutJvmArgs() {
            return new Options(args, List.of(), env, directory, removedJvmArgs);
        }

        Options withRemovedJvmArgs(List<String> more) {
            return new Options(args, jvmArgs, env, directory, LaunchChecks.joined(removedJvmArgs, more));
        }

        Options withEnv(Map<String, String> more) {
            return new Options(args, jvmArgs, LaunchChecks.merged(env, more), directory, removedJvmArgs);
        }

        Options withDirectory(Path folder) {
            return new Options(args, jvmArgs, env, Optional.of(Objects.requireNonNull(folder, "directory")),
                    removedJvmArgs);
        }

        /**
         * {@return these options over the common options of a cluster; {@code jvm} says whether common JVM flags
         * apply}
         */
        Options over(Options common, boolean jvm) {
            return new Options(args.or(common::args), jvm ? LaunchChecks.joined(common.jvmArgs, jvmArgs) : jvmArgs, env,
                    directory.or(common::directory),
                    LaunchChecks.joined(common.removedJvmArgs, removedJvmArgs));
        }

        /** Leaves out arguments, flags and values of variables, which may be secrets. */
        @Override
        public String toString() {
            return "Options[" + args.map(words -> words.size() + " args").orElse("default args") + ", " + jvmArgs.size()
                    + " jvmArgs, env "
                    + env.keySet() + directory.map(folder -> ", directory " + folder).orElse("") + "]";
        }
    }

    /**
     * Launches this program again, see {@link Launch#self()}.
     *
     * @param options the common options
     */
    record Self(Options options) implements Launch {
        @Override
        public Launch with(Options options) {
            return new Self(options);
        }
    }

    /**
     * Launches another main class, see {@link Launch#main(String)}.
     *
     * @param name the name of the class
     * @param type the class, if it was given as a {@code Class}
     * @param options the common options
     */
    record Main(String name, Optional<Class<?>> type, Options options) implements Launch {

        /**
         * Checks the components.
         *
         * @param name as the component
         * @param type as the component
         * @param options as the component
         * @throws IllegalArgumentException if this is not a class that can have a {@code main} method
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
     * Launches a jar, see {@link Launch#jar(Path)}.
     *
     * @param jar the file
     * @param options the common options
     */
    record Jar(Path jar, Options options) implements Launch {

        /**
         * Checks the components.
         *
         * @param jar as the component
         * @param options as the component
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
     * Launches a command, see {@link Launch#command(List)}.
     *
     * @param words the program and its first arguments
     * @param options the common options
     */
    record Command(List<String> words, Options options) implements Launch {

        /**
         * Checks the components.
         *
         * @param words as the component
         * @param options as the component
         * @throws IllegalArgumentException if no program is named
         * @throws IllegalStateException if the options contain JVM flags
         */
        public Command {
            words = LaunchChecks.command(words);
            if (!options.jvmArgs().isEmpty()) {
                throw new IllegalStateException("jvmArgs " + options.jvmArgs() + " with the command " + words.get(0)
                        + ": a command has no JVM of Musher's; put the flags among its own words");
            }
        }

        @Override
        public Launch with(Options options) {
            return new Command(words, options);
        }
    }
}
