package io.musher.internal.worker;

/** How this process ends; a parameter, so that tests outlive it. */
interface JvmExit {

    /** Runs the JVM's shutdown hooks and ends; does not return. */
    void exit(int status);

    /** Ends without further ado. */
    void halt(int status);

    /** Halts after a while, whatever else happens; the process may end earlier by itself. */
    default void haltAfter(long nanos, int status) {
        DaemonThreads.start("musher-deadline", () -> {
            DaemonThreads.sleep(nanos);
            halt(status);
        });
    }

    /** {@return the end of this very JVM} */
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
