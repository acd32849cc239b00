package io.musher.internal.bind;

/**
 * Installs the bind hook in a worker JVM whose main class is not started by Musher's: named by {@code -javaagent}.
 */
public final class BindAgent {

    private BindAgent() {}

    /**
     * Installs the hook; called before the main class is loaded.
     *
     * @param arguments not used
     */
    public static void premain(String arguments) {
        BindHook.installFromEnvironment();
    }
}
