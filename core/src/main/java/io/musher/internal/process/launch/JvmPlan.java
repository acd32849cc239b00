package io.musher.internal.process.launch;

import io.musher.Launch;
import io.musher.balancer.loop.OperatorLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** A launch of a JVM with the same {@code java} and flags as this one, running this JVM's program or another. */
final class JvmPlan extends LaunchPlan {

    /** Opens the channel to the primary, then runs the main class named by its first argument. */
    static final String WORKER_MAIN = "io.musher.internal.worker.WorkerMain";

    /** Flags by which a worker JVM may find classes that this JVM does not find. */
    private static final Pattern OTHER_CLASSES = Pattern
            .compile("-cp|-classpath|--class-path.*|-Xbootclasspath.*|--patch-module.*|--module-path.*|-p"
                    + "|-javaagent:.*|-Djava\\.system\\.class\\.loader=.*|@.*");

    private final CurrentJvm own;
    private final String classPath;
    private final List<String> target;
    private final List<String> args;
    private final boolean saysHello;

    private JvmPlan(Launch launch, CurrentJvm own, String classPath, List<String> target, List<String> args,
            boolean saysHello) {
        super(launch);
        this.own = own;
        this.classPath = classPath;
        this.target = target;
        this.args = args;
        this.saysHello = saysHello;
        if (!Files.isExecutable(Path.of(own.java()))) {
            throw new IllegalStateException(
                    "no java to start workers with: " + own.java() + " does not exist or is not executable;"
                            + " use .command(words)");
        }
    }

    static JvmPlan of(Launch launch, CurrentJvm own) {
        if (launch instanceof Launch.Self) {
            return self(launch, own);
        }
        if (launch instanceof Launch.Jar jar) {
            Path file = jar.jar().toAbsolutePath();
            if (!Files.isRegularFile(file)) {
                throw new IllegalArgumentException("jar " + jar.jar() + ": there is no such file");
            }
            return new JvmPlan(launch, own, "", List.of("-jar", file.toString()), List.of(), false);
        }
        return main((Launch.Main) launch, own);
    }

    private static JvmPlan self(Launch launch, CurrentJvm own) {
        if (own.target().isEmpty()) {
            throw LauncherDetector.refusal("this JVM does not report which program it runs");
        }
        if (LauncherDetector.isRunner(own.program())) {
            throw LauncherDetector.refusal(
                    "this JVM runs " + own.program() + ", and its command line again would not be your program");
        }
        Optional<List<String>> args = launch.options().args();
        if (args.isEmpty() && own.args().isEmpty()) {
            throw LauncherDetector.refusal("the arguments of " + own.program()
                    + " cannot be read here: the system does not show this process's command"
                    + " line, or a file of arguments is gone; say which with .args(words)");
        }
        return new JvmPlan(launch, own, own.classPath(), own.target(), own.args().orElse(List.of()), true);
    }

    private static JvmPlan main(Launch.Main main, CurrentJvm own) {
        Optional<Module> module = main.type().map(Class::getModule).filter(Module::isNamed);
        if (module.isPresent() || main.name().indexOf('/') > 0) {
            String name = module.map(named -> named.getName() + "/" + main.name()).orElse(main.name());
            return new JvmPlan(main, own, own.classPath(), List.of("-m", name), List.of(), false);
        }
        String known = own.isJar() ? own.program() : own.classPath();
        String classPath = ClassPaths.with(known, main.type());
        if (main.options().jvmArgs().stream().noneMatch(OTHER_CLASSES.asMatchPredicate())
                && !ClassPaths.has(classPath, main.name())) {
            throw new IllegalArgumentException("main " + main.name()
                    + ": there is no such class on the workers' class path, which is this JVM's:"
                    + " check package and spelling (a nested class is called Outer$Inner), or add its jar to the"
                    + " class path");
        }
        return new JvmPlan(main, own, classPath, List.of(WORKER_MAIN, main.name()), List.of(), true);
    }

    /** {@return whether the worker has the class path of this JVM, with no other selector provider} */
    private boolean hasThisProvider(Map<String, String> given) {
        return !(launch() instanceof Launch.Jar) && classPath.equals(own.classPath())
                && !findsOtherClasses(allWanted(options().jvmArgs(), given));
    }

    private static boolean findsOtherClasses(List<String> flags) {
        for (String flag : flags) {
            if (OTHER_CLASSES.matcher(flag).matches() || SelectorProviderFlag.is(flag)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public Kind kind() {
        return Kind.JVM;
    }

    @Override
    public boolean saysHello() {
        return saysHello;
    }

    @Override
    public CommandLine words(SpawnRequest worker, Map<String, String> environment) throws IOException {
        List<String> shown = new ArrayList<>(List.of(own.java(), "-Dmusher.worker=" + worker.workerId()));
        List<String> hidden = new ArrayList<>();
        MainInvocation start = MainInvocation.of(classPath, target);
        if (worker.bindRule().isPresent()) {
            hidden.addAll(start.bindHookFlags(worker.bindRule().get()));
        }
        if (!start.classPath().isEmpty()) {
            hidden.add("-cp");
            hidden.add(start.classPath());
        }
        if (hasThisProvider(worker.env())) {
            SelectorProviderFlag.ofThisJvm().ifPresent(hidden::add);
        }
        ExceptionDetailsFlag.ofThisJvm(allWanted(options().jvmArgs(), worker.env())).ifPresent(hidden::add);
        if (!OperatorLog.hasProvider()) {
            hidden.add("-Dslf4j.internal.verbosity=ERROR"); // the primary has logged the missing provider once
        }
        List<String> wanted = Placeholders.fill(options().jvmArgs(), worker);
        hidden.addAll(inherited(own.flags().commandLine(), worker));
        hidden.addAll(worker.share().added(allInherited(worker.env()), allWanted(wanted, worker.env())));
        hidden.addAll(wanted);
        hidden.addAll(start.flags());
        List<String> program = new ArrayList<>(start.target());
        program.addAll(options().args().map(given -> Placeholders.fill(given, worker)).orElse(args));
        String name = target.get(target.size() - 1);
        boolean shows = program.size() == start.target().size() || options().args().isEmpty() && own.shown();
        if (!shows || !program.contains(name)) {
            shown.add("-Dmusher.program=" + name); // makes the program visible in process lists
        }
        if (shows) {
            return new CommandLine(shown, hidden, program);
        }
        hidden.addAll(program);
        return new CommandLine(shown, hidden, List.of());
    }

    @Override
    List<String> inherited(List<String> flags, SpawnRequest worker) {
        List<String> kept = super.inherited(flags, worker);
        if (options().directory().isPresent()) {
            kept.replaceAll(JvmPlan::withAbsolutePaths);
        }
        // Otherwise _JAVA_OPTIONS would take precedence over the flags given for workers.
        kept.removeIf(flag -> JvmFlags.overridden(flag, options().jvmArgs()));
        return worker.share().kept(kept, allInherited(worker.env()), allWanted(options().jvmArgs(), worker.env()));
    }

    @Override
    public String describeShare(JvmShare share, Map<String, String> env) {
        return share.describe(allInherited(env), allWanted(options().jvmArgs(), env));
    }

    private List<String> allInherited(Map<String, String> given) {
        return JvmFlags.without(own.flags().without(given.keySet()), options().removedJvmArgs());
    }

    /** Flags in environment variables given for workers count as flags given for workers. */
    private static List<String> allWanted(List<String> wanted, Map<String, String> given) {
        List<String> all = new ArrayList<>(wanted);
        for (String name : InheritedFlags.VARIABLES) {
            if (given.containsKey(name)) {
                all.addAll(InheritedFlags.words(name, given.get(name)));
            }
        }
        return all;
    }

    /**
     * Makes the paths in a flag absolute: relative ones would mean something else in the worker's working directory.
     */
    private static String withAbsolutePaths(String flag) {
        for (String option : List.of("--module-path=", "--upgrade-module-path=", "-Xbootclasspath/a:")) {
            if (flag.startsWith(option)) {
                return option + ClassPaths.absolutes(flag.substring(option.length()));
            }
        }
        if (flag.startsWith("-javaagent:")) {
            String[] agent = flag.substring("-javaagent:".length()).split("=", 2);
            return "-javaagent:" + ClassPaths.absolute(agent[0]) + (agent.length == 2 ? "=" + agent[1] : "");
        }
        return flag;
    }
}
