package io.musher;

import java.nio.file.Path;
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
 *
 * <p><b>Precedence</b>, for arguments, JVM flags, variables and the directory alike, also of {@link Cluster#deploy}: what a launch says goes
 * over what {@link ClusterBuilder} says, and that over what is inherited from this process.
 *
 * <p><b>Secrets:</b> flags that this JVM has from its environment ({@code JAVA_TOOL_OPTIONS}, {@code JDK_JAVA_OPTIONS},
 * {@code _JAVA_OPTIONS}) stay in the environment. All other flags and arguments reach a worker JVM on a way that other users cannot read;
 * its command line shows arguments only where they stand on this process's own. The words of a {@link #command(List) command} are its
 * command line, which all users of the machine can read: give secrets to commands by {@link #env(Map) variables}.
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
     * Another main class from this JVM's class path, in a JVM of its own. A start or deploy refuses one that is not there with an
     * {@link IllegalArgumentException}, unless its JVM flags may bring it.
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
     * Any program. It is found as {@code PATH} says. What it starts has the marks of the worker in its environment, too; see
     * {@link Cluster#isWorker} for Musher programs among that.
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
     * The program's arguments: they replace those given before, those of {@link ClusterBuilder#args} and, for {@link #self()}, this JVM's
     * own. Those of a command are put behind its words. An empty list stands for no arguments.
     *
     * @param args none null
     * @return a new value
     */
    default Launch args(List<String> args) {
        return with(options().withArgs(Objects.requireNonNull(args, "args")));
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
     * Flags for the worker's JVM, behind those inherited, those of {@link ClusterBuilder#jvmArgs} and those given before: the last one
     * counts. With a flag for the heap or the number of processors among them, Musher does not compute that share.
     *
     * @param flags none null
     * @return a new value
     * @throws IllegalStateException for a command, which has no JVM
     */
    default Launch jvmArgs(List<String> flags) {
        return with(options().withJvmArgs(Objects.requireNonNull(flags, "jvmArgs")));
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
     * Flags of this JVM that workers do not inherit, besides those removed before; see {@link ClusterBuilder#removeJvmArgs}.
     *
     * @param prefixes what such flags begin with, for example {@code -javaagent:}
     * @return a new value
     * @throws IllegalArgumentException if one does not begin with a hyphen
     */
    default Launch removeJvmArgs(String... prefixes) {
        return with(options().withRemovedJvmArgs(LaunchChecks.list("removeJvmArgs", prefixes)));
    }

    /**
     * Variables of the worker's environment, over this process's own, those of {@link ClusterBuilder#env} and those given before; only the
     * environment given to {@link Cluster#fork(Map)} is above them. The names that begin with {@code MUSHER_} are Musher's.
     *
     * @param variables no name or value null
     * @return a new value
     */
    default Launch env(Map<String, String> variables) {
        return with(options().withEnv(variables));
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
     * Where the worker runs; default: {@link ClusterBuilder#directory}, or else where this process runs.
     *
     * @param directory must exist when a worker starts
     * @return a new value
     */
    default Launch directory(Path directory) {
        return with(options().withDirectory(directory));
    }

    /**
     * What all kinds of launch have in common. Components may be added in later versions; use the methods of {@link Launch}.
     *
     * @param args the program's arguments, or empty for the default ones
     * @param jvmArgs flags for the JVM, behind the inherited ones
     * @param env variables over the inherited ones
     * @param directory where to run, or empty for this process's own
     * @param removedJvmArgs what the flags begin with that are not inherited
     */
    record Options(Optional<List<String>> args, List<String> jvmArgs, Map<String, String> env, Optional<Path> directory,
            List<String> removedJvmArgs) {

        static final Options NONE = new Options(Optional.empty(), List.of(), Map.of(), Optional.empty(), List.of());

        /**
         * Checks and copies.
         *
         * @param args the program's arguments, or empty for the default ones
         * @param jvmArgs flags for the JVM, behind the inherited ones
         * @param env variables over the inherited ones
         * @param directory where to run, or empty for this process's own
         * @param removedJvmArgs what the flags begin with that are not inherited
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
            return new Options(args, jvmArgs, env, Optional.of(Objects.requireNonNull(folder, "directory")), removedJvmArgs);
        }

        /** These over the common ones of a cluster. */
        Options over(Options common, boolean jvm) {
            return new Options(args.or(common::args), jvm ? LaunchChecks.joined(common.jvmArgs, jvmArgs) : jvmArgs, env, directory.or(common::directory),
                    LaunchChecks.joined(common.removedJvmArgs, removedJvmArgs));
        }

        /** Without arguments, flags and values of variables, where secrets live. */
        @Override
        public String toString() {
            return "Options[" + args.map(words -> words.size() + " args").orElse("default args") + ", " + jvmArgs.size() + " jvmArgs, env "
                    + env.keySet() + directory.map(folder -> ", directory " + folder).orElse("") + "]";
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
