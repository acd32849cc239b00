package io.musher.internal.worker;

import io.musher.balancer.loop.Nullable;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The environment variables that make a process a worker: {@link #variables} writes them for the primary,
 * {@link #parse} reads them in the worker.
 *
 * <p>A JVM worker is marked by a system property as well, which its child processes do not inherit. A command is marked
 * by the environment alone, because the worker is often a grandchild of the primary.
 *
 * @param id of the worker, from 1, never reused
 * @param instance the slot, from 0
 * @param name of the worker
 * @param port for the worker to listen on, if the cluster has one
 * @param host for the worker to listen on
 * @param ipc the address of the channel, {@code host:port}
 * @param token authenticates the worker on the channel, once; never printed
 * @param jvm whether the worker is marked by a system property as well
 * @param maxMessageSize the largest body of a message, in bytes
 */
public record WorkerEnvironment(int id, int instance, String name, OptionalInt port, String host, String ipc,
        String token, boolean jvm,
        int maxMessageSize) {

    /** The system property that marks a JVM worker; its value is the worker's id. */
    public static final String PROPERTY = "musher.worker";

    /** The default host for a worker to listen on. */
    public static final String LOOPBACK = "127.0.0.1";

    private static final String MAX_MESSAGE_SIZE = "MUSHER_MAX_MESSAGE";

    private static final int DEFAULT_MAX_MESSAGE_SIZE = 16 << 20;
    private static final String ID = "MUSHER_WORKER_ID";
    private static final String INSTANCE = "MUSHER_INSTANCE";
    private static final String NAME = "MUSHER_NAME";
    private static final String PORT = "MUSHER_PORT";
    private static final String HOST = "MUSHER_HOST";
    private static final String IPC = "MUSHER_IPC";
    private static final String TOKEN = "MUSHER_TOKEN";
    private static final String KIND = "MUSHER_KIND";
    private static final String JVM = "jvm";

    /** {@return the variables that {@link #parse} reads} */
    public Map<String, String> variables() {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put(ID, Integer.toString(id));
        variables.put(INSTANCE, Integer.toString(instance));
        variables.put(NAME, name);
        variables.put(HOST, host);
        variables.put(IPC, ipc);
        variables.put(TOKEN, token);
        variables.put(KIND, jvm ? JVM : "command");
        variables.put(MAX_MESSAGE_SIZE, Integer.toString(maxMessageSize));
        port.ifPresent(number -> variables.put(PORT, Integer.toString(number)));
        return variables;
    }

    /** {@return the variables by which other programs find instance and port} */
    public Map<String, String> conventionalVariables() {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("PUP_CLUSTER_INSTANCE", Integer.toString(instance));
        variables.put("NODE_APP_INSTANCE", Integer.toString(instance));
        port.ifPresent(number -> {
            for (String variable : new String[]{"PORT", "SERVER_PORT", "PUP_CLUSTER_PORT"}) {
                variables.put(variable, Integer.toString(number));
            }
        });
        return variables;
    }

    /**
     * {@return whether a process is marked as a worker}
     *
     * @param property the value of {@link #PROPERTY}, or null
     */
    public static boolean isWorker(Map<String, String> environment, String property) {
        String id = environment.get(ID);
        return id != null && environment.get(IPC) != null
                && (!JVM.equals(environment.get(KIND)) || id.equals(property));
    }

    /**
     * {@return the settings in the environment of a worker}
     *
     * @throws IllegalStateException naming a variable that is missing or invalid
     */
    public static WorkerEnvironment parse(Map<String, String> environment) {
        String token = environment.get(TOKEN);
        if (token == null || !isToken(token)) {
            throw new IllegalStateException(
                    TOKEN + " is not a valid worker token; do not change the environment variables set by the primary");
        }
        String name = environment.get(NAME);
        if (name == null || name.isBlank()) {
            throw invalid(NAME, name);
        }
        String ipc = environment.get(IPC);
        int colon = ipc == null ? -1 : ipc.lastIndexOf(':');
        if (ipc == null || colon < 1 || number(ipc.substring(colon + 1), 1, 65535) < 0) {
            throw invalid(IPC, ipc);
        }
        OptionalInt port = environment.get(PORT) == null ? OptionalInt.empty()
                : OptionalInt.of(number(environment, PORT, 1, 65535));
        return new WorkerEnvironment(number(environment, ID, 1, Integer.MAX_VALUE),
                number(environment, INSTANCE, 0, Integer.MAX_VALUE), name, port,
                environment.getOrDefault(HOST, LOOPBACK), ipc, token, JVM.equals(environment.get(KIND)),
                environment.get(MAX_MESSAGE_SIZE) == null ? DEFAULT_MAX_MESSAGE_SIZE
                        : number(environment, MAX_MESSAGE_SIZE, 1, Integer.MAX_VALUE));
    }

    private static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
                return false;
            }
        }
        return text.length() == 32;
    }

    private static int number(Map<String, String> environment, String variable, int from, int to) {
        String text = environment.get(variable);
        int number = text == null ? -1 : number(text, from, to);
        if (number < 0) {
            throw invalid(variable, text);
        }
        return number;
    }

    /** {@return the number; -1 if the text is none, or one outside the range} */
    private static int number(String text, int from, int to) {
        if (text.isEmpty() || text.charAt(0) < '0' || text.charAt(0) > '9') {
            return -1;
        }
        try {
            int number = Integer.parseInt(text);
            return number >= from && number <= to ? number : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static IllegalStateException invalid(String variable, @Nullable String value) {
        return new IllegalStateException(variable + (value == null ? " is missing" : " is '" + value + "'")
                + "; do not change the environment variables set by the primary");
    }

    /** {@return the address of the channel} */
    InetSocketAddress channel() {
        int colon = ipc.lastIndexOf(':');
        return new InetSocketAddress(ipc.substring(0, colon), Integer.parseInt(ipc.substring(colon + 1)));
    }

    @Override
    public String toString() {
        return name + " (worker " + id + ")";
    }
}
