package io.musher.internal.worker;

/**
 * Joins the cluster on behalf of a program that may never call Musher, then runs its main class. Usage:
 * {@code WorkerMain <main class> <argument>…}.
 */
public final class WorkerMain implements Runnable {

    private WorkerMain() {}

    /**
     * Joins the cluster, then runs another main class as {@link MainRunner} does.
     *
     * @param arguments the name of the main class, then its arguments
     * @throws ReflectiveOperationException if the class does not exist or has no main method that this release of Java
     *     starts
     */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        if (arguments.length == 0) {
            throw new IllegalArgumentException("no main class; pass its name as the first argument");
        }
        // finds the class before it joins: a worker without a port counts as ready from its hello on
        MainRunner.start(new WorkerMain(), arguments);
    }

    /** Joins the cluster. */
    @Override
    public void run() {
        CurrentWorker.runtime();
    }
}
