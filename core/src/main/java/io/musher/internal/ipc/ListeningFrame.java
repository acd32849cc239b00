package io.musher.internal.ipc;

import io.musher.internal.process.os.Loopback;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The payload of a {@link FrameType#LISTENING} frame: a port, or address and port such as {@code 127.0.0.1:80} or
 * {@code [::1]:80}. Names of hosts are not allowed, because it would take time to look them up.
 */
public final class ListeningFrame {

    private static final Pattern FORM = Pattern
            .compile("(?:([0-9]{1,3}(?:\\.[0-9]{1,3}){3}|\\[[0-9A-Fa-f:.]{2,45}]):)?([1-9][0-9]{0,4})");

    private ListeningFrame() {}

    /** {@return the payload of an address} */
    public static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        int scope = host.indexOf('%');
        return (host.indexOf(':') < 0 ? host : "[" + (scope < 0 ? host : host.substring(0, scope)) + "]") + ":"
                + address.getPort();
    }

    /**
     * {@return the address in a payload; of a port, the loopback address}
     *
     * @throws ProtocolException if the payload is neither a port nor an address
     */
    static InetSocketAddress parse(ByteBuffer payload) throws ProtocolException {
        String text = Frames.text(payload);
        Matcher form = FORM.matcher(text);
        if (form.matches() && Integer.parseInt(form.group(2)) <= 65535) {
            String host = form.group(1);
            int port = Integer.parseInt(form.group(2));
            try {
                return host == null ? Loopback.at(port) : new InetSocketAddress(literal(host), port);
            } catch (UnknownHostException e) {
                // reported below
            }
        }
        throw new ProtocolException("listening on '" + Frames.shown(StandardCharsets.UTF_8.encode(text))
                + "', which is neither a port nor an address with a port");
    }

    private static InetAddress literal(String host) throws UnknownHostException {
        if (host.startsWith("[")) {
            return InetAddress.getByName(host); // no name, because of the brackets
        }
        byte[] bytes = new byte[4];
        String[] numbers = host.split("\\.");
        for (int i = 0; i < bytes.length; i++) {
            int number = Integer.parseInt(numbers[i]);
            if (number > 255) {
                throw new UnknownHostException(host);
            }
            bytes[i] = (byte) number;
        }
        return InetAddress.getByAddress(bytes);
    }
}
