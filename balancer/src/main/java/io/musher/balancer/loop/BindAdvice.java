package io.musher.balancer.loop;

/** Advice for error messages about a port that cannot be bound. */
public final class BindAdvice {

    private static final int FIRST_UNPRIVILEGED = 1024;

    private static final String TAKEN = "choose another host or port, or stop the program that has it";

    private BindAdvice() {}

    /**
     * {@return what the user can do, for the end of an error message}
     *
     * @param port the port that could not be bound
     * @param cause the exception of the bind
     */
    public static String of(int port, Throwable cause) {
        String why = String.valueOf(cause.getMessage());
        if (why.contains("Permission denied")) {
            return port < FIRST_UNPRIVILEGED
                    ? "ports below " + FIRST_UNPRIVILEGED
                            + " need root or the capability CAP_NET_BIND_SERVICE; choose another"
                            + " port, or lower net.ipv4.ip_unprivileged_port_start by sysctl"
                    : "the system forbids this port to this program; choose another port";
        } else if (why.contains("Cannot assign requested address")) {
            return "the host is no address of this machine; choose one that is, or none for all";
        }
        return TAKEN;
    }

    /**
     * {@return as {@link #of}, for a port that workers share: another cluster may have it}
     *
     * @param port the port that could not be bound
     * @param cause the exception of the bind
     */
    public static String ofShared(int port, Throwable cause) {
        String advice = of(port, cause);
        return advice.equals(TAKEN) ? "another program or cluster has it; " + advice : advice;
    }
}
