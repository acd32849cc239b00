package io.musher.internal.process.launch;

import io.musher.internal.bind.BindHook;
import io.musher.internal.bind.BindRule;
import io.musher.internal.worker.MainRunner;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/**
 * The part of a {@code java} command line that names the program. Inserts {@link MainRunner} where possible, so that a
 * worker exits when its main method throws.
 *
 * @param classPath empty for none
 * @param flags the flags that the program needs
 * @param target a class, {@code -jar file} or {@code -m module/class}, and further words
 */
record MainInvocation(String classPath, List<String> flags, List<String> target) {

    private static final String RUNNER = MainRunner.class.getName();
    private static final List<String> ONLY_WITH_JAR = List.of("Launcher-Agent-Class", "JavaFX-Application-Class");

    /** {@return the program without {@link MainRunner}} */
    static MainInvocation plain(String classPath, List<String> target) {
        return new MainInvocation(classPath, List.of(), target);
    }

    /**
     * {@return the flags by which the JVM installs the bind hook: none where {@link MainRunner} does}
     *
     * @param rule what the hook does
     * @throws IOException if no temporary file can be written that is needed
     */
    List<String> bindHookFlags(BindRule rule) throws IOException {
        List<String> needed = new ArrayList<>();
        String module = target.get(0).equals("-m") ? BindHook.class.getModule().getName() : "ALL-UNNAMED";
        if (rule.kind() == BindRule.Kind.SHARED_LISTENER) {
            needed.add("--enable-native-access=" + module);
        } else if (BindHook.needsFlag()) {
            needed.add("--add-opens=java.base/sun.nio.ch=" + module);
        }
        if (rule.needsAgent()
                || target.stream().noneMatch(word -> word.endsWith(RUNNER) || word.equals(JvmPlan.WORKER_MAIN))) {
            needed.add("-javaagent:" + RunnerJar.path().orElseThrow(() -> new IOException(
                    "sharing or redirecting the common port needs a temporary file here, and none can be written")));
        }
        return needed;
    }

    /** {@return the program, started by {@link MainRunner} where possible} */
    static MainInvocation of(String classPath, List<String> target) {
        if (target.size() == 1 && isRunnable(target.get(0))) {
            return plain(classPath, List.of(RUNNER, target.get(0).replace('/', '.')));
        } else if (target.size() == 2 && target.get(0).equals("-m")) {
            return module(classPath, target);
        } else if (target.size() == 2 && target.get(0).equals("-jar")) {
            return jar(target);
        }
        return plain(classPath, target);
    }

    /**
     * Returns whether this JVM finds the class as the worker will, with a main method that {@link MainRunner} can call.
     */
    private static boolean isRunnable(String main) {
        ClassLoader loader = ClassLoader.getSystemClassLoader();
        try {
            Method method = Class.forName(main.replace('/', '.'), false, loader).getMethod("main", String[].class);
            return Modifier.isStatic(method.getModifiers()) && Class.forName(RUNNER, false, loader) == MainRunner.class;
        } catch (ClassNotFoundException | NoSuchMethodException | LinkageError e) {
            return false;
        }
    }

    private static MainInvocation module(String classPath, List<String> target) {
        String[] main = target.get(1).split("/", 2);
        Module own = MainRunner.class.getModule();
        Optional<Module> module = main.length < 2 || !own.isNamed() ? Optional.empty()
                : ModuleLayer.boot().findModule(main[0]);
        if (module.isEmpty() || module.get().getDescriptor().isAutomatic() || main[1].indexOf('.') < 0) {
            return plain(classPath, target);
        }
        List<String> flags = new ArrayList<>();
        if (!own.equals(module.get())) {
            flags.add("--add-modules=" + main[0]);
            flags.add("--add-opens=" + main[0] + "/" + main[1].substring(0, main[1].lastIndexOf('.')) + "="
                    + own.getName());
        }
        return new MainInvocation(classPath, flags, List.of("-m", own.getName() + "/" + RUNNER, target.get(1)));
    }

    /** Replaces {@code -jar}: translates the entries that {@code java -jar} reads from the manifest into flags. */
    private static MainInvocation jar(List<String> target) {
        Path file = Path.of(target.get(1));
        try (JarFile jar = new JarFile(file.toFile(), false)) {
            Manifest manifest = jar.getManifest();
            Attributes attributes = manifest == null ? new Attributes() : manifest.getMainAttributes();
            String main = attributes.getValue(Attributes.Name.MAIN_CLASS);
            Optional<Path> runner = RunnerJar.path();
            if (main == null || runner.isEmpty()
                    || ONLY_WITH_JAR.stream().anyMatch(name -> attributes.getValue(name) != null)) {
                return plain("", target);
            }
            List<String> flags = new ArrayList<>();
            packages(attributes.getValue("Add-Exports"), "--add-exports=", flags);
            packages(attributes.getValue("Add-Opens"), "--add-opens=", flags);
            Optional.ofNullable(attributes.getValue("Enable-Native-Access"))
                    .ifPresent(to -> flags.add("--enable-native-access=" + to.strip()));
            return new MainInvocation(file + File.pathSeparator + runner.get(), flags,
                    List.of(RUNNER, main.strip().replace('/', '.')));
        } catch (IOException | RuntimeException e) {
            return plain("", target); // java itself reports best what is wrong with the jar
        }
    }

    private static void packages(String list, String option, List<String> flags) {
        if (list != null && !list.isBlank()) {
            for (String each : list.strip().split("\\s+")) {
                flags.add(option + each + "=ALL-UNNAMED");
            }
        }
    }
}
