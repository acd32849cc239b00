package io.musher.balancer;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/** Headers of the PROXY protocol, made independently of the product. */
final class ProxyHeaders {

    private static final byte[] SIGNATURE = {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};

    private ProxyHeaders() {}

    /** {@return a header of version 1, or other data} */
    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** {@return a header of version 2} */
    static byte[] v2(int command, int family, String from, String to, int fromPort, int toPort)
            throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(SIGNATURE);
        out.write(command);
        out.write(family);
        int address = from.isEmpty() ? 0 : InetAddress.getByName(from).getAddress().length;
        out.writeShort(address == 0 ? 0 : 2 * address + 4);
        if (address == 0) {
            return bytes.toByteArray();
        }
        out.write(InetAddress.getByName(from).getAddress());
        out.write(InetAddress.getByName(to).getAddress());
        out.writeShort(fromPort);
        out.writeShort(toPort);
        return bytes.toByteArray();
    }
}
