package io.musher.internal.worker;

/** Ends this process; an interface so that tests survive it. */
interface JvmExit {

    /** Runs the JVM's shutdown hooks and exits; does not return. */
    void exit(int status);

    /** Exits at once, without shutdown hooks. */
    void halt(int status);

    /** Halts after a timeout, in case the process has not exited by then. */
    default void haltAfter(long nanos, int status) {
        DaemonThreads.start("musher-deadline", () -> {
            DaemonThreads.sleep(nanos);
            halt(status);
        });
    }

    /** {@return an implementation that ends this JVM} */
    static JvmExit ofThisJvm() {
        return new JvmExit() {
            @Override
            public void exit(int status) {
                System.exit(status);
            }

            @Override
            public void halt(int status) {
                Runtime.getRuntime().halt(status);
            }
        };
    }
}
